/* stuck.h - audit builds: does a unit fail again and again for the same reason?
 *
 * An attempt may fail only because something moved meanwhile, so that the next one finds other
 * copies, timestamps or holds. One that finds them as they were, so many times in a row, and no
 * hold of its own claimed by another unit, would fail for ever. Once or twice proves nothing: what
 * moved may have moved back. */
#ifndef QUIPU_PROTOCOL_STUCK_H
#define QUIPU_PROTOCOL_STUCK_H

#include "base/assert.h"
#include "base/hash.h"
#include "protocol/holds.h"

#define SAME_FAILURES 100

struct stuck {
    uint64_t print; /* of what the last attempt that failed had found */
    unsigned times; /* so often in a row it was the same */
};

/* What a failed attempt had found. Its copies are as judged, which hangs on nothing else. */
static inline uint64_t stuck_print(struct store *store, const struct unit *unit)
{
    uint64_t print = timeouts_rounds(&store->timeouts);

    for (uint32_t i = 0; i < unit->leg_count; i++)
        print = hash_fold(print ^ unit->legs[i].timestamp, UINT64_C(0x9E3779B97F4A7C15));
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        const struct account_state *state = &unit->copies[i].state;
        const quipu_uint128 words[] = {state->balance.debits_pending,
                                       state->balance.debits_posted,
                                       state->balance.credits_pending,
                                       state->balance.credits_posted,
                                       state->balance.version,
                                       state->balance.closed,
                                       state->head,
                                       state->touched};

        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            print = hash_fold(print ^ (uint64_t)words[w], UINT64_C(0xBF58476D1CE4E5B9) + w);
            print = hash_fold(print ^ (uint64_t)(words[w] >> 64), UINT64_C(0x94D049BB133111EB) + w);
        }
    }
    for (uint32_t i = 0; i < unit->view_count; i++)
        print = hash_fold(print ^ unit->views[i].was, UINT64_C(0xD6E8FEB86659FD93));
    return print;
}

/* False if the unit will go on failing. */
static inline bool stuck_failed(struct stuck *stuck, struct store *store, const struct unit *unit)
{
    uint64_t print = stuck_print(store, unit);
    bool same = stuck->print == print && quipui_holds_are_free(store, unit);

    *stuck = (struct stuck){print, same ? stuck->times + 1 : 0};
    return stuck->times < SAME_FAILURES;
}

#endif
