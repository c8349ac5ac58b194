/* expiry.h - the expiry of a hold is a unit of its own: one leg without an event.
 *
 *   1  the holder of the lock of the time-outs finds a hold that is due
 *   2  a pending hold gets a unit, which a protocol runs like any other; a new one lapses: its own
 *      unit, which has not committed, finds that out and draws a later timestamp
 *   3  the expiry is settled (settle.h): the hold leaves the time-outs */
#ifndef QUIPU_PROTOCOL_EXPIRY_H
#define QUIPU_PROTOCOL_EXPIRY_H

#include "protocol/unit.h"

/* The unit that lets a pending hold expire, in the caller's memory. Returns false if there is none:
 * the hold is resolved, or has lapsed. */
bool quipui_expiry_build(struct store *store, uint64_t hold, struct single *single,
                         struct unit *unit);

#endif
