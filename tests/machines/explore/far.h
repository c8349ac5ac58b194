/* far.h - a daemon as one of the fibers, and the links to it.
 *
 * Stands for engine/connect/link.c, link_wait.c and engine/wire/hello.c: there are no sockets. A
 * bell of a client is a count, of which three are the most that may be there at once (L3 of
 * connect/flights.h); the daemon's bell is a word that is set. The daemon does what
 * engine/server/ does between its system calls, with the same verbs: it takes a request, executes
 * it on the ledger, answers, and rings. */
#ifndef EXPLORE_FAR_H
#define EXPLORE_FAR_H

#include "quipu/queue.h"

/* Descriptors from here on are sockets. */
#define FAR_SOCKETS 100

/* No links yet. Then, when all are there: keep them as they are, and come back to that. */
void far_forget(void);
void far_keep(void);
void far_restore(void);

/* The daemon's fiber, until far_stop(): then it serves what was asked, and ends. */
void far_run(quipu_ledger *ledger);
void far_stop(void);

/* For event.c: sleep until this socket is readable. */
void far_await(int socket);

#endif
