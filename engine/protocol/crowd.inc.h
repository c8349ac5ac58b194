/* crowd.inc.h - plain transfers whose accounts other threads want, too: an account that is in one
 * after the other is locked once for all of them.
 *
 * Included by a protocol file behind straight.inc.h. An account that many threads want is as fast
 * as it passes from one thread to the next. So a thread that has met another one prepares a run of
 * transfers before it takes a lock, settles them after it left the last, and in between does only
 * what must be done under locks: judge, and store what changes. While the next transfer of the run
 * uses an account of this one, too, that account stays locked, and what changes about it is stored
 * once, as it is left.
 *
 *   C1  one account stays locked from transfer to transfer, through a run of PLAINS_MAX at
 *       most; the other one is left as soon as its transfer has taken effect
 *   C2  an account is waited for only while none is locked. While one is, the other is only tried
 *   C3  what is not approved at once goes the general way, as in straight.inc.h, once nothing is
 *       locked and all before it are settled
 *   C4  a transfer that has taken effect on the account that was left, and not yet on the one that
 *       is still locked, cannot be seen by halves: the locked one can be neither read nor written
 *   C5  a run draws its timestamps anew before it locks anything: those that the call drew as it
 *       began are older than what others have done since
 *   C6  no branch asks which of both accounts stays locked: that changes from transfer to transfer,
 *       and a processor that guesses wrong loses as much as a lock costs
 *
 * The doors are those of straight.inc.h over one account, and two more:
 *
 *   crowd_take(slot)        lock it, and wait for that
 *   crowd_store(slot, now)  make take effect what plain transfers change: what is posted, on either
 *                           side, version, head and time
 *
 * It gets `run_crowd`. */
#include "protocol/takes.h"

struct crowd {
    struct store *store;
    struct worker *worker;
    struct plain *plains;
    size_t count;
    size_t settled;           /* those before have been */
    size_t carried;           /* transfers that found their account locked by the one before */
    struct slot *kept;        /* the account that stays locked, or NULL */
    struct account_state now; /* of that, as it will be */
};

/* May it take effect in place? */
static inline bool crowd_may(const struct crowd *crowd, size_t i)
{
    return i < crowd->count && plain_may_join(&crowd->plains[i]);
}

static inline bool crowd_uses(const struct crowd *crowd, size_t i, const struct slot *slot)
{
    return crowd_may(crowd, i) &&
           (crowd->plains[i].debit == slot) + (crowd->plains[i].credit == slot) != 0; /* C6 */
}

/* Fresh pages of records and knots come from the kernel now, while no account is locked. */
static void crowd_write(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        const struct plain *plain = &crowd->plains[i];

        if (!crowd_may(crowd, i)) continue;
        rules_record(plain->event, transfer_at(&crowd->store->transfers, plain->place));
        knot_at(&crowd->store->transfers, plain->place)->hold = 0;
    }
}

/* Store what the transfers so far made of the account that stayed locked, and leave it. */
static inline void crowd_let_go(struct crowd *crowd)
{
    if (crowd->kept == NULL) return;
    crowd_store(crowd->kept, &crowd->now);
    straight_done(crowd->store, crowd->kept, &crowd->now, 0);
    crowd->kept = NULL;
}

/* Lock the account that the next transfer uses, too, if there is one. */
static inline void crowd_keep(struct crowd *crowd, size_t i)
{
    const struct plain *plain = &crowd->plains[i];

    crowd->kept = crowd_uses(crowd, i + 1, plain->credit) ? plain->credit : plain->debit;
    slot_prefetch(crowd->kept); /* both lines at once, and to be written */
    if (!straight_lock(crowd->kept)) {
        crowd->worker->crowded = CROWDED_RUNS;
        crowd_take(crowd->kept); /* C2 */
    }
    count_take();
    if (crowd->count > 1) {
        crowd->worker->crowd = slot_place(&crowd->store->accounts, crowd->kept) + 1;
    }
    straight_load(crowd->kept, &crowd->now);
    if (crowd->now.touched > crowd->worker->newest) crowd->worker->crowded = CROWDED_RUNS;
}

/* These accounts have later timestamps, by this worker or by others: draw for the rest of the
 * run. */
static __attribute__((noinline)) void crowd_draw(struct crowd *crowd, size_t i, uint64_t touched)
{
    if (touched > crowd->worker->newest) {
        crowd->worker->crowded = CROWDED_RUNS;
    }
    draw_rest(crowd->store, crowd->plains + i, crowd->count - i);
}

/* Judge the transfer over both accounts, which are locked, and change them. Returns false if it is
 * not approved; then nothing has changed. */
static inline bool crowd_judge(struct crowd *crowd, size_t i, struct account_state *debit,
                               struct account_state *credit)
{
    struct store *store = crowd->store;
    struct plain *plain = &crowd->plains[i];

    if (!judge_is_later(debit, plain->timestamp) || !judge_is_later(credit, plain->timestamp)) {
        crowd_draw(crowd, i, debit->touched > credit->touched ? debit->touched : credit->touched);
    }
    if (timeouts_due(&store->timeouts, plain->timestamp)) return false; /* straight.inc.h, P2 */
    transfer_at(&store->transfers, plain->place)->timestamp = plain->timestamp;
    return straight_judge(store, plain, NULL, debit, credit);
}

/* The transfer takes effect. Returns false if it does not; then nothing is locked. */
static inline bool crowd_post(struct crowd *crowd, size_t i)
{
    const struct plain *plain = &crowd->plains[i];
    struct account_state then; /* of the other */
    struct slot *other;
    bool keeps_debit;

    if (crowd->kept == NULL) {
        crowd_keep(crowd, i);
    } else {
        crowd->carried++;
    }
    keeps_debit = crowd->kept == plain->debit;
    other = keeps_debit ? plain->credit : plain->debit;
    if (!straight_lock(other)) goto let_go; /* C2 */
    count_take();
    straight_load(other, &then);
    if (!crowd_judge(crowd, i, keeps_debit ? &crowd->now : &then,
                     keeps_debit ? &then : &crowd->now)) {
        goto leave_other;
    }
    crowd_store(other, &then);
    straight_done(crowd->store, other, &then, 0);
    if (!crowd_uses(crowd, i + 1, crowd->kept)) crowd_let_go(crowd);
    return true;

leave_other:
    straight_leave(other);
let_go:
    crowd_let_go(crowd);
    return false;
}

/* Settle those before this one. Nothing is locked (settle.h, S2). */
static void crowd_settle(struct crowd *crowd, size_t end)
{
    for (; crowd->settled < end; crowd->settled++) {
        const struct plain *plain = &crowd->plains[crowd->settled];

        if (plain->outcome == QUIPU_CREATED) settle_plain(crowd->store, crowd->worker, plain);
    }
}

/* One that did not take effect in place goes the general way (C3). Returns false if memory runs
 * out. */
static __attribute__((noinline, cold)) bool crowd_in_general(struct crowd *crowd, size_t i)
{
    struct plain *plain = &crowd->plains[i];
    uint64_t drawn = plain->timestamp;

    crowd_settle(crowd, i);
    if (run_plain(crowd->store, crowd->worker, plain) == UNIT_NO_MEMORY) return false;
    crowd->settled = i + 1;
    if (plain->timestamp != drawn) draw_rest(crowd->store, plain + 1, crowd->count - i - 1);
    return true;
}

/* Runs are worth it only where an account stays locked: elsewhere threads meet, but not at the same
 * few accounts. */
static void crowd_weigh(const struct crowd *crowd)
{
    if (crowd->count < 8 || crowd->carried >= crowd->count / 8) return;
    crowd->worker->crowded = 0;
    crowd->worker->crowd = 0;
}

static __attribute__((flatten)) size_t run_crowd(struct store *store, struct worker *worker,
                                                 struct plain *plains, size_t count)
{
    struct crowd crowd = {.store = store, .worker = worker, .plains = plains, .count = count};
    size_t i;

    if (count > 1) draw_rest(store, plains, count); /* C5 */
    crowd_write(&crowd);
    for (i = 0; i < count; i++) {
        if (plains[i].outcome != QUIPU_CREATED) continue;
        if (crowd_may(&crowd, i) && crowd_post(&crowd, i)) continue;
        if (!crowd_in_general(&crowd, i)) break;
    }
    crowd_settle(&crowd, i);
    crowd_weigh(&crowd);
    settle_run(worker);
    return i;
}
