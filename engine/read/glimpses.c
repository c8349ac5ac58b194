/* glimpses.c - accounts as of one instant, each copied straight to the caller while its lines are
 * close; see glimpses.h.
 *
 * Each account is copied whole, and its version is noted. When all are, a second look at each says
 * whether it still has that version. One that has not is copied again, and then all are looked at
 * again. If none has moved, all were at these versions in the instant after the last copy.
 *
 * L1 and L2 are of lookup.c.
 *
 *   L3  no time-out is pending before the first copy and after the last look, and none was taken
 *       out in between: nothing that is due is seen (D3 of timeouts.h) */
#include "read/glimpses.h"

#include <string.h>

#include "base/assert.h"
#include "base/grace.h"

/* A call waits so often for accounts that change. */
#ifndef GLIMPSE_WAITS /* tests/machines/explore is less patient */
#define GLIMPSE_WAITS 64
#endif
_Static_assert(GLIMPSE_WAITS <= SPIN_ROUNDS + SPIN_YIELDS, "it gives up rather than sleep");

/* Copy the account of a glimpse. Returns false if a unit is committing to it. */
static inline bool copy_account(struct lookup *lookup, struct glimpse *glimpse)
{
    quipu_account *account = &lookup->accounts[glimpse->which];

    if (!lookup->protocol->glimpse(glimpse, account)) return false;
    details_show(slot_user_data(&lookup->store->accounts, glimpse->slot), account);
    /* Once an id leads to its account, every read finds that. */
    audit(glimpse->version != 0);
    if (lookup->versions != NULL) lookup->versions[glimpse->which] = glimpse->version;
    return true;
}

/* Returns false if the call has waited often enough. */
static bool wait_a_little(struct lookup *lookup)
{
    if (lookup->spins == GLIMPSE_WAITS) return false;
    spin(&lookup->spins);
    return true;
}

static __attribute__((noinline, cold)) bool copy_again(struct lookup *lookup,
                                                       struct glimpse *glimpse)
{
    /* Ends: waits are counted. */
    do {
        if (copy_account(lookup, glimpse)) return true;
    } while (wait_a_little(lookup));
    return false;
}

static __attribute__((noinline, cold)) void miss(struct lookup *lookup, const struct lead *lead,
                                                 size_t which)
{
    lookup->missing[lookup->missed++] = *lead;
    memset(&lookup->accounts[which], 0, sizeof *lookup->accounts);
    if (lookup->versions != NULL) lookup->versions[which] = 0;
}

/* Returns false if only a read that may wait can say. */
static inline bool look_at(struct lookup *lookup, const struct lead *lead, size_t which)
{
    struct glimpse *glimpse = &lookup->glimpses[lookup->seen];
    enum claim claim = lead_glance(lookup->store, lead, &glimpse->slot);

    if (claim != CLAIM_STORED) {
        miss(lookup, lead, which);
        return claim == CLAIM_TAKEN;
    }
    glimpse->which = which;
    lookup->seen++;
    return copy_account(lookup, glimpse) || copy_again(lookup, glimpse);
}

static inline bool look_at_each(struct lookup *lookup)
{
    struct lead leads[GROUP_IDS];

    lead_all(lookup->store, lookup->ids, lookup->count, leads);
    for (size_t i = 0; i < lookup->count; i++)
        if (!look_at(lookup, &leads[i], i)) return false;
    return true;
}

/* The same in a pipeline, an id a step. A read section is for a few steps, so that waits for grace
 * periods are short. */
static bool look_at_each_in_stages(struct lookup *lookup)
{
    struct store *store = lookup->store;
    struct lead leads[STAGED_IDS];
    bool known = true;

    quipui_grace_enter();
    for (size_t i = 0; i < lookup->count + STAGED_IDS && known; i++) {
        struct lead *lead = &leads[i % STAGED_IDS];

        if (i >= STAGED_IDS) known = look_at(lookup, lead, i - STAGED_IDS);
        if (i < lookup->count) lead_hash(&store->account_ids, &lookup->ids[i], lead);
        if (i >= STAGE_IDS && i - STAGE_IDS < lookup->count) {
            lead_guess(store, &leads[(i - STAGE_IDS) % STAGED_IDS]);
        }
        if (i % STAGED_IDS == 0) {
            quipui_grace_leave();
            quipui_grace_enter();
        }
    }
    quipui_grace_leave();
    return known;
}

/* Copy this account and the others that have moved again. Returns false if only a read that may
 * wait can. */
static __attribute__((noinline, cold)) bool copy_moved(struct lookup *lookup, size_t moved)
{
    while (moved < lookup->seen) {
        if (!copy_again(lookup, &lookup->glimpses[moved])) return false;
        moved = lookup->protocol->first_moved(lookup->glimpses, moved + 1, lookup->seen);
    }
    return wait_a_little(lookup);
}

/* The first that has moved since it was copied. */
static inline size_t first_moved(struct lookup *lookup)
{
    /* The fence between copies and looks: two readers that each see one of two commits and miss the
     * other would otherwise disagree about their order. */
    fence_reads();
    return lookup->protocol->first_moved(lookup->glimpses, 0, lookup->seen);
}

/* Make all copies of one instant. Returns false if only a read that may wait can. */
static inline bool are_of_one_instant(struct lookup *lookup)
{
    size_t moved;

    if (lookup->seen <= 1) return true;
    /* Ends: waits are counted. */
    while ((moved = first_moved(lookup)) < lookup->seen)
        if (!copy_moved(lookup, moved)) return false;
    return true;
}

/* L1; in a read section. */
static inline bool are_missing_still(struct lookup *lookup)
{
    for (size_t i = 0; i < lookup->missed; i++) {
        struct slot *slot;

        if (lead_glance(lookup->store, &lookup->missing[i], &slot) != CLAIM_TAKEN) return false;
    }
    return true;
}

/* L3 */
static inline bool is_still_clear(struct lookup *lookup, uint64_t rounds)
{
    return timeouts_are_none(&lookup->store->timeouts) &&
           timeouts_rounds(&lookup->store->timeouts) == rounds;
}

bool quipui_glimpse_few(struct lookup *lookup)
{
    uint64_t rounds;
    bool known;

    quipui_grace_enter();
    rounds = timeouts_rounds(&lookup->store->timeouts);
    known = timeouts_are_none(&lookup->store->timeouts) && look_at_each(lookup) &&
            are_of_one_instant(lookup) && is_still_clear(lookup, rounds) &&
            are_missing_still(lookup);
    quipui_grace_leave();
    return known;
}

bool quipui_glimpse_many(struct lookup *lookup)
{
    uint64_t rounds = timeouts_rounds(&lookup->store->timeouts);
    bool known;

    if (!timeouts_are_none(&lookup->store->timeouts) || !look_at_each_in_stages(lookup) ||
        !are_of_one_instant(lookup) || !is_still_clear(lookup, rounds)) {
        return false;
    }
    quipui_grace_enter();
    known = are_missing_still(lookup);
    quipui_grace_leave();
    return known;
}

uint64_t quipui_glimpsed_newest(const struct lookup *lookup)
{
    uint64_t newest = 0;

    for (size_t i = 0; i < lookup->seen; i++)
        if (lookup->glimpses[i].touched > newest) newest = lookup->glimpses[i].touched;
    return newest;
}
