/* expiry.h - the expiry of a hold is a unit of its own: one leg without an event.
 *
 *   1  the holder of the lock of the time-outs finds a hold that is due
 *   2  a pending hold gets a unit, which a protocol runs like any other; a new one lapses: its own
 *      unit, which has not committed, finds that out and draws a later timestamp
 *   3  the expiry is settled (settle.h): the hold leaves the time-outs */
#ifndef QUIPU_PROTOCOL_EXPIRY_H
#define QUIPU_PROTOCOL_EXPIRY_H

#include "protocol/unit.h"

/* Around the expiries of one holding of the lock of the time-outs: what the journal of a durable
 * ledger is told before the first takes effect, and after the last is settled (journal.h, J3). */
void quipui_expiries_begin(struct store *store);
void quipui_expiries_end(struct store *store);

/* In line: most ledgers that let a hold expire now and then have no journal. */
static inline void expiries_begin(struct store *store)
{
    if (store->journal != NULL) quipui_expiries_begin(store);
}

static inline void expiries_end(struct store *store)
{
    if (store->journal != NULL) quipui_expiries_end(store);
}

/* The unit that lets a pending hold expire, in the caller's memory. Returns false if there is none:
 * the hold is resolved, or has lapsed. */
bool quipui_expiry_build(struct store *store, uint64_t hold, struct single *single,
                         struct unit *unit);

#endif
