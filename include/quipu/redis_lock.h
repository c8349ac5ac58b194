/* redis_lock.h - a lock that Redis keeps: libquipu-redis, a library of its own.
 *
 * IT SAVES WORK. IT DOES NOT PROTECT MONEY. Two can have such a lock at once: one that was paused
 * for longer than the time to live and does not know it; one whose key was taken away by a crash, a
 * failover or a clock that jumped. No check of the lock before a write helps, since the pause may
 * come right after the check. So use it where doing something twice costs nothing but the work: a
 * report that is made by one of many, a cache that is filled once. What must not happen twice is
 * refused where it is kept: by the id of a transfer, by an expected version, or by the token of
 * quipu/lease.h. `quipu lock` shows each of these failures, with real servers.
 *
 * With one server it is `SET key owner NX PX ttl`, and a script that compares the owner before it
 * extends or deletes. With several it is Redlock: the lock is taken if a majority of the servers,
 * which know nothing of each other, gave it within its time to live, less a margin for clocks that
 * drift. That survives servers that die. It does not survive what is said above.
 *
 * No call aborts, prints, raises SIGPIPE or leaves errno changed. A lock is used by one thread at a
 * time, and not by a child of fork(); any number of locks by any number of threads. A server that
 * hangs costs `timeout_ms` a command, and twice that where its connection is new. */
#ifndef QUIPU_REDIS_LOCK_H
#define QUIPU_REDIS_LOCK_H

#include "quipu/quipu.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct quipu_redis_lock quipu_redis_lock;

/* One of both is NULL. */
typedef struct quipu_redis_server {
    const char *socket_path; /* of a UNIX socket */
    const char *host;        /* name or address */
    uint16_t port;           /* with a host; not 0 */
} quipu_redis_server;

#define QUIPU_REDIS_SERVERS_MAX 15
#define QUIPU_REDIS_KEY_BYTES_MAX 512

typedef struct quipu_redis_lock_options {
    const quipu_redis_server *servers; /* copied */
    size_t server_count;               /* 1..QUIPU_REDIS_SERVERS_MAX; of several: an odd number */
    const char *key;                   /* copied; 1..QUIPU_REDIS_KEY_BYTES_MAX bytes */
    uint32_t ttl_ms;                   /* time to live; at least 10 */
    uint32_t timeout_ms;               /* of connecting, and of each answer; 0: 1000, or the time to
                                          live divided by 4 times the servers, if that is less */
    uint32_t retries;                  /* after the first try to take it */
    uint32_t retry_delay_ms;           /* each retry waits a random time up to this; 0: 200 */
    uint32_t reserved[4];              /* zero */
} quipu_redis_lock_options;

/* Make a lock that is not taken yet. No server is asked.
 *
 *   units    milliseconds; *lock is NULL unless QUIPU_OK
 *   returns  QUIPU_OK         give *lock to quipu_redis_lock_close()
 *            QUIPU_INVALID    NULL, a count or time out of range, an even number of servers, a
 *                             server without an address or with two, reserved fields
 *            QUIPU_NO_MEMORY
 *   threads  any */
QUIPU_PUBLIC quipu_status quipu_redis_lock_open(const quipu_redis_lock_options *options,
                                                quipu_redis_lock **lock);

/* Close the connections and free the lock. It is not left: its keys stay until they expire.
 *
 *   returns  nothing; NULL is ignored
 *   threads  one, once */
QUIPU_PUBLIC void quipu_redis_lock_close(quipu_redis_lock *lock);

/* Take the lock, under a new random owner. If too few servers give it, what they gave is deleted.
 *
 *   returns  QUIPU_OK       a majority gave it, and quipu_redis_lock_validity_ms() is above 0
 *            QUIPU_BUSY     others have it, at each try
 *            QUIPU_IO       at the last try too few servers answered in time, or no random bytes
 *                           could be had: quipu_redis_lock_problem() says which and why
 *            QUIPU_INVALID  NULL; it is taken already: leave it first
 *   threads  one at a time
 *   cost     for each try a command to each server, and one more to each if it fails */
QUIPU_PUBLIC quipu_status quipu_redis_lock_take(quipu_redis_lock *lock);

/* Begin the time to live anew, where the owner is still this lock's.
 *
 *   returns  QUIPU_OK        a majority extended it
 *            QUIPU_CONFLICT  it is lost: too many servers have no key, or another owner's. What is
 *                            left of it was deleted
 *            QUIPU_IO        too few servers answered: whether it was extended is not known. The
 *                            validity is what it was before the call
 *            QUIPU_INVALID   NULL, or not taken
 *   threads  one at a time */
QUIPU_PUBLIC quipu_status quipu_redis_lock_extend(quipu_redis_lock *lock);

/* Leave the lock: delete its keys, where the owner is still this lock's.
 *
 *   returns  QUIPU_OK        a majority deleted it
 *            QUIPU_CONFLICT  it was lost before; another owner's key is as it was
 *            QUIPU_IO        too few servers answered: call again, or let it expire
 *            QUIPU_INVALID   NULL, or not taken
 *   threads  one at a time */
QUIPU_PUBLIC quipu_status quipu_redis_lock_leave(quipu_redis_lock *lock);

/* How long the lock is still held, if all clocks run at one speed and no server forgets. That is a
 * guess: a caller that acts on it may be paused before it acts.
 *
 *   returns  milliseconds by CLOCK_BOOTTIME; 0: it is over, or not taken
 *   threads  one at a time */
QUIPU_PUBLIC uint64_t quipu_redis_lock_validity_ms(const quipu_redis_lock *lock);

/* The owner that the servers keep: 32 hexadecimal digits, new each time that the lock is taken.
 *
 *   returns  "" if it is not taken; until the next call that takes or leaves it
 *   threads  one at a time */
QUIPU_PUBLIC const char *quipu_redis_lock_owner(const quipu_redis_lock *lock);

/* What went wrong in the last call that takes, extends or leaves: the last server that did not
 * answer as it should, and why.
 *
 *   returns  "" if nothing did; until the next such call
 *   threads  one at a time */
QUIPU_PUBLIC const char *quipu_redis_lock_problem(const quipu_redis_lock *lock);

#ifdef __cplusplus
}
#endif

#endif
