/* kept_owner.h - the process that has a kept ledger: its daemon, which says where it listens, or
 * another one.
 *
 * A daemon writes the path of its socket into DIR/quipu.socket, and removes that at its end. One
 * that was killed leaves it behind: nobody listens there then. */
#ifndef QUIPU_COMMAND_LOAD_KEPT_OWNER_H
#define QUIPU_COMMAND_LOAD_KEPT_OWNER_H

#include <stdbool.h>

#include "quipu/quipu.h"

/* Say where the daemon of a ledger listens. Returns false, with a complaint, if it cannot. */
bool kept_socket_write(const char *directory, const char *socket);
void kept_socket_remove(const char *directory);

/* Connect to the daemon of a ledger. Returns NULL if there is none. */
quipu_ledger *kept_connect(const char *directory);

#define KEPT_OWNER_BYTES 320

/* The process that has the ledger: "process 42 (quipu)", or "another process" if this user cannot
 * see it. */
const char *kept_owner(const char *directory, char words[static KEPT_OWNER_BYTES]);

#endif
