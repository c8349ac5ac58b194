/* glimpses.h - lookups under a protocol whose accounts can be seen without holding anything. */
#ifndef QUIPU_READ_GLIMPSES_H
#define QUIPU_READ_GLIMPSES_H

#include "protocol/protocol.h"
#include "read/lead.h"

/* Accounts that are looked up, and where the answers go. */
struct lookup {
    struct store *store;
    const struct protocol *protocol; /* it has glimpse() */
    const quipu_uint128 *ids;
    size_t count;
    quipu_account *accounts;
    uint64_t *versions; /* or NULL */

    struct glimpse *glimpses; /* of those that exist, in order: room for `count` */
    struct lead *missing;     /* of those that do not: room for `count` */
    size_t seen, missed;
    unsigned spins; /* waits so far */
};

/* At most GROUP_IDS of them, in one read section, without a worker. Returns false if only a read
 * that may wait can say; then accounts[] is in no state. */
bool quipui_glimpse_few(struct lookup *lookup);

/* The same for any number, in short read sections. */
bool quipui_glimpse_many(struct lookup *lookup);

/* The largest timestamp of what was seen. */
uint64_t quipui_glimpsed_newest(const struct lookup *lookup);

#endif
