/* fork.h - what a child of fork() finds of the library.
 *
 * A child has one thread, the one that forked, and a copy of all memory as it was at that moment:
 * what another thread was doing then stays half done for good. So each member, a part of the
 * library that can be caught half done, joins a list. The members are told in the child, before it
 * can have a second thread.
 *
 *   F1  a grace period in the child does not wait for the parent's threads (grace.h, G3)
 *   F2  fork() waits for a grace period that is running, so a read section must not fork */
#ifndef QUIPU_BASE_FORK_H
#define QUIPU_BASE_FORK_H

#include <stdbool.h>
#include <stdint.h>

struct fork_member {
    void (*forked)(struct fork_member *member); /* in the child; takes no lock */
    struct fork_member *next, *previous;
};

/* Have the handlers run from now on. Returns false if memory runs out. */
bool quipui_fork_watch(void);

/* After quipui_fork_watch(). */
void quipui_fork_join(struct fork_member *member);
void quipui_fork_leave(struct fork_member *member);

/* How often this process and its ancestors forked after quipui_fork_watch() was called. */
uint64_t quipui_fork_generation(void);

#endif
