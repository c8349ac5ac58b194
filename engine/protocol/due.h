/* due.h - is anything due on the accounts of a unit or of a read? The rule D3 of timeouts.h.
 *
 * The words of the ledger answer for all accounts. While holds of other accounts wait to expire,
 * the words of the accounts at hand are asked (`closely`), which costs a line of each. */
#ifndef QUIPU_PROTOCOL_DUE_H
#define QUIPU_PROTOCOL_DUE_H

#include "protocol/unit.h"

/* Of these accounts: is anything due at `now`; how often was something taken out; when was the
 * latest due that has expired? */
bool quipui_due(struct store *store, const struct copy *copies, size_t count, uint64_t now);
uint64_t quipui_due_rounds(struct store *store, const struct copy *copies, size_t count);
uint64_t quipui_due_latest(struct store *store, const struct copy *copies, size_t count);

/* What was counted before copies are taken. */
struct due_watch {
    bool closely;
    uint64_t rounds;
};

static inline struct due_watch due_watch(struct store *store, const struct copy *copies,
                                         size_t count, bool closely)
{
    return (struct due_watch){closely, closely ? quipui_due_rounds(store, copies, count)
                                               : timeouts_rounds(&store->timeouts)};
}

/* Is nothing due at `now` in copies that were taken since? */
static inline bool due_is_over(struct store *store, const struct due_watch *watch,
                               const struct copy *copies, size_t count, uint64_t now)
{
    if (!watch->closely) {
        return !timeouts_due(&store->timeouts, now) &&
               timeouts_rounds(&store->timeouts) == watch->rounds;
    }
    return !quipui_due(store, copies, count, now) &&
           quipui_due_rounds(store, copies, count) == watch->rounds;
}

/* Has nothing that is due after `now` expired in copies that were taken before? */
static inline bool due_is_kept(struct store *store, const struct copy *copies, size_t count,
                               uint64_t now)
{
    return timeouts_latest(&store->timeouts) <= now ||
           quipui_due_latest(store, copies, count) <= now;
}

/* The earliest time at which these accounts can be as they are. */
static inline uint64_t due_no_sooner(struct store *store, const struct copy *copies, size_t count,
                                     uint64_t now)
{
    return due_is_kept(store, copies, count, now) ? now : quipui_due_latest(store, copies, count);
}

#endif
