/* trouble.h - the servers of a lock, and how the lock is lost while its holder does not look. */
#ifndef QUIPU_COMMAND_LOCKS_TROUBLE_H
#define QUIPU_COMMAND_LOCKS_TROUBLE_H

#include "command/locks/money.h"
#include "quipu/redis_lock.h"

#define LOCK_KEY "lock:withdrawal"
#define LOCK_SERVERS 5 /* for Redlock; otherwise one, and its replica */

struct lock_servers {
    enum trouble trouble;
    size_t count;
    struct redis_process server[LOCK_SERVERS];
};

/* The functions below return false and say why in `problem` (REDIS_PROBLEM_BYTES) if they fail. */

/* Start the servers that the first holder meets. Without that there are none: *servers is zero, but
 * for the trouble. */
bool trouble_begin(struct lock_servers *servers, enum trouble trouble, const char *directory,
                   char *problem);

/* Now, while the first holder is paused. Returns when the lock is gone, and what the second meets
 * is ready. */
bool trouble_happens(struct lock_servers *servers, struct money *money, char *problem);

void trouble_end(struct lock_servers *servers);

/* A number that grows with each grant, from the server that grants: for TROUBLE_CRASH and
 * TROUBLE_PROMOTION. Otherwise 0. */
bool trouble_token(struct lock_servers *servers, long long *token, char *problem);

/* Where a holder finds the lock now, and how long it lives. Returns how many servers. */
size_t trouble_addresses(const struct lock_servers *servers,
                         quipu_redis_server addresses[LOCK_SERVERS]);
uint32_t trouble_ttl_ms(enum trouble trouble);

#endif
