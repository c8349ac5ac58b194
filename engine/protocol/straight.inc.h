/* straight.inc.h - the straight path: ordinary transfers, judged where their accounts lie.
 *
 * Included by a protocol file behind loop.inc.h. Most transfers are ordinary (rules_is_ordinary())
 * and approved at once. For those no copies are made and no unit is built: check, claim, lock both
 * accounts, judge, store what changed, unlock, settle, say so. Law, knots and settling are those of
 * units. What is not approved at once leaves nothing behind but perhaps its claim, and goes the
 * general way, which waits, draws again, lets holds expire and confirms refusals.
 *
 *   P1  nothing is waited for: all accounts are locked, or none
 *   P2  once all are locked, they are of one instant. So nothing is due in them at `timestamp` if
 *       the ledger's earliest due time is later (timeouts.h, D3): a hold that is in them was
 *       announced before (D1), and its expiry cannot take effect before they are left (D2)
 *   P3  an account that was touched later than the transfer's timestamp is left as it is: the rest
 *       of the run draws again, at once, and this transfer is tried once more
 *
 * Pending transfers, their posts and voids, and chains of two plain transfers come here as well
 * (straight_hold.inc.h, straight_pair.inc.h). They leave nothing behind, not even a claim.
 *
 * The doors, over one locked account:
 *
 *   straight_load(slot, state)                    what changes about it
 *   straight_store(store, slot, was, now, stamp)  make a change take effect
 *   straight_done(store, slot, now, stamp)        leave it, once all changes are shown
 *
 * The others only if there is something to do:
 *
 *   STRAIGHT_READY(store, count)   supply memory for so many; returns false if there is none
 *   STRAIGHT_LOCK(slot)            lock it; returns false if it is not free
 *   STRAIGHT_LEAVE(slot)           leave it as it was
 *   STRAIGHT_BEGIN(store)          the stamp of the changes to come
 *   STRAIGHT_SHOW(store, stamp)    show them
 *   STRAIGHT_WARM                  the protocol's `warm`
 *
 * It gets `run_straight`. */

static inline bool straight_ready(struct store *store, uint64_t count)
{
#ifdef STRAIGHT_READY
    return STRAIGHT_READY(store, count);
#else
    (void)store;
    (void)count;
    return true;
#endif
}

static inline bool straight_lock(struct slot *slot)
{
#ifdef STRAIGHT_LOCK
    return STRAIGHT_LOCK(slot);
#else
    (void)slot;
    return true;
#endif
}

static inline void straight_leave(struct slot *slot)
{
#ifdef STRAIGHT_LEAVE
    STRAIGHT_LEAVE(slot);
#else
    (void)slot;
#endif
}

static inline uint64_t straight_begin(struct store *store)
{
#ifdef STRAIGHT_BEGIN
    return STRAIGHT_BEGIN(store);
#else
    (void)store;
    return 0;
#endif
}

static inline void straight_show(struct store *store, uint64_t stamp)
{
#ifdef STRAIGHT_SHOW
    STRAIGHT_SHOW(store, stamp);
#else
    (void)store;
    (void)stamp;
#endif
}

#ifndef STRAIGHT_WARM
#define STRAIGHT_WARM NULL
#endif

/* How an attempt in place ended. */
enum in_place { IN_PLACE_CREATED, IN_PLACE_LATE, IN_PLACE_NOT, IN_PLACE_BUSY };

static inline struct slot *straight_slot(struct store *store, uint64_t guess, quipu_uint128 id)
{
    return guess == UINT64_MAX ? NULL : store_slot_of(store, guess, id);
}

/* Find both accounts where they were guessed to be. Returns false if one is not there, or they are
 * one: two that are there have nothing in their ids to object to. */
static inline bool straight_find(struct store *store, const struct hashes *hashes,
                                 struct plain *plain)
{
    plain->debit = straight_slot(store, hashes->debit_guess, plain->event->debit_account_id);
    if (plain->debit == NULL) return false;
    plain->credit = straight_slot(store, hashes->credit_guess, plain->event->credit_account_id);
    return plain->credit != NULL && plain->credit != plain->debit;
}

/* Claim the id for the place. */
static inline bool straight_claim(struct store *store, const struct hashes *hashes,
                                  const struct plain *plain)
{
    uint64_t found;

    transfer_at(&store->transfers, plain->place)->id = plain->event->id;
    return quipui_index_claim(&store->transfer_ids, hashes->id, plain->event->id, plain->place,
                              &found) == CLAIM_TAKEN;
}

static inline void straight_record(struct store *store, const struct plain *plain)
{
    quipu_transfer *record = transfer_at(&store->transfers, plain->place);

    rules_record(plain->event, record);
    record->timestamp = plain->timestamp;
    /* Fresh pages of record and knot come from the kernel now, while no account is locked. */
    knot_at(&store->transfers, plain->place)->hold = 0;
}

static inline bool straight_enter(const struct plain *plain)
{
    if (!straight_lock(plain->debit)) return false;
    if (straight_lock(plain->credit)) return true;
    straight_leave(plain->debit);
    return false;
}

static inline void straight_install(struct store *store, const struct plain *plain,
                                    const struct sides *was, const struct sides *now)
{
    uint64_t stamp = straight_begin(store);

    straight_store(store, plain->debit, &was->debit, &now->debit, stamp);
    straight_store(store, plain->credit, &was->credit, &now->credit, stamp);
    straight_show(store, stamp);
    straight_done(store, plain->debit, &now->debit, stamp);
    straight_done(store, plain->credit, &now->credit, stamp);
}

/* What a transfer opens or resolves; NULL: nothing. */
struct straight_hold {
    struct view view;
    const quipu_transfer *pending; /* NULL: it opens the hold */
};

/* Judge a plain or pending transfer over the values of both accounts, and change them. Returns
 * false if the law refuses. */
static inline bool straight_judge_post(struct store *store, const struct plain *plain,
                                       uint16_t flags, struct account_state *from,
                                       struct account_state *to)
{
    struct moment at = {.timestamp = plain->timestamp};
    struct party debit = slot_party(plain->debit, &from->balance);
    struct party credit = slot_party(plain->credit, &to->balance);
    quipu_uint128 amount;

    if (rules_approve(plain->event, flags, &at, &debit, &credit, &amount) != QUIPU_CREATED) {
        return false;
    }
    rules_take_effect(flags, amount, &from->balance, &to->balance);
    transfer_at(&store->transfers, plain->place)->amount = amount;
    return true;
}

/* The same for a post or void. */
static inline bool straight_judge_resolve(struct store *store, const struct plain *plain,
                                          const struct straight_hold *held,
                                          struct account_state *from, struct account_state *to)
{
    struct hold_view hold = {held->pending, held->view.now};
    struct moment at = {.timestamp = plain->timestamp};
    struct party debit = slot_party(plain->debit, &from->balance);
    struct party credit = slot_party(plain->credit, &to->balance);

    return quipui_rules_resolve(plain->event, &at, &hold, &debit, &credit,
                                transfer_at(&store->transfers, plain->place)) == QUIPU_CREATED;
}

static inline bool straight_judge(struct store *store, const struct plain *plain,
                                  struct straight_hold *held, struct account_state *from,
                                  struct account_state *to)
{
    struct knot *knot = knot_at(&store->transfers, plain->place);

    if (held != NULL && held->pending != NULL) {
        if (!straight_judge_resolve(store, plain, held, from, to)) return false;
        judge_resolves(&held->view, plain->event, plain->place);
    } else {
        uint16_t flags = held != NULL ? QUIPU_TRANSFER_PENDING : 0;

        if (!straight_judge_post(store, plain, flags, from, to)) return false;
        if (held != NULL) held->view.now = HOLD_PENDING;
    }
    knot->hold = held != NULL ? held->view.hold + 1 : 0;
    judge_tie_states(from, to, knot, plain->place, KNOT_TRANSFER, plain->timestamp);
    return true;
}

/* The transfer, whose id is claimed, takes effect if it is approved at once. */
static inline enum in_place straight_post(struct store *store, const struct plain *plain,
                                          struct straight_hold *held)
{
    enum in_place end = IN_PLACE_NOT;
    struct sides was, now;

    if (!straight_enter(plain)) return IN_PLACE_BUSY;
    if (timeouts_due(&store->timeouts, plain->timestamp)) goto leave;
    straight_load(plain->debit, &was.debit);
    straight_load(plain->credit, &was.credit);
    if (!judge_is_later(&was.debit, plain->timestamp) ||
        !judge_is_later(&was.credit, plain->timestamp)) {
        end = IN_PLACE_LATE;
        goto leave;
    }
    if (held != NULL) quipui_hold_see(store, &held->view);
    now = was;
    if (!straight_judge(store, plain, held, &now.debit, &now.credit)) goto leave;
    if (held != NULL && !quipui_hold_change(store, &held->view)) goto leave; /* it has lapsed */
    straight_install(store, plain, &was, &now);
    return IN_PLACE_CREATED;

leave:
    straight_leave(plain->debit);
    straight_leave(plain->credit);
    return end;
}

static inline void straight_settle(struct straight *run, size_t event, const struct plain *plain)
{
    settle_plain(run->store, run->worker, plain);
    run->results[event] = (quipu_result){.timestamp = plain->timestamp, .status = QUIPU_CREATED};
}

/* Another writer has given these accounts later timestamps (P3). Draw for the rest of the run. */
static inline void straight_draw(struct straight *run, size_t event)
{
    if (++run->draws == CROWDED_DRAWS) run->worker->crowded = CROWDED_RUNS;
    run->timestamp = clock_draw(&run->store->clock, run->end - event) - event;
}

/* Try once more. */
static __attribute__((noinline, cold)) enum in_place straight_late(struct straight *run,
                                                                   size_t event)
{
    struct plain *plain = run->claimed;
    enum in_place end;

    straight_draw(run, event);
    plain->timestamp = run->timestamp + event;
    transfer_at(&run->store->transfers, plain->place)->timestamp = plain->timestamp;
    end = straight_post(run->store, plain, NULL);
    if (end == IN_PLACE_CREATED) straight_settle(run, event, plain);
    return end;
}

#include "protocol/straight_hold.inc.h"
#include "protocol/straight_pair.inc.h"

/* One that is not ordinary: nothing has been done for it if it does not end well. */
static __attribute__((noinline)) enum straight_end straight_other(struct straight *run,
                                                                  size_t event)
{
    const quipu_transfer *transfer = &arrival_at(run->arrivals, event)->event;

    if (transfer->flags == QUIPU_TRANSFER_LINKED) return straight_pair(run, event);
    if (rules_is_ordinary_pending(transfer)) return straight_open(run, event);
    if (rules_is_ordinary_resolve(transfer)) return straight_resolve(run, event);
    return STRAIGHT_UNTOUCHED;
}

/* Create one, if it is approved at once. */
static inline enum straight_end straight_one(struct straight *run, size_t event)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event);
    struct store *store = run->store;
    struct plain plain = {.event = &arrival->event, .timestamp = run->timestamp + event};
    enum in_place end;

    if (!rules_looks_ordinary(plain.event)) return straight_other(run, event);
    if (!straight_find(store, &arrival->hashes, &plain) || !straight_ready(store, 2)) {
        return STRAIGHT_UNTOUCHED;
    }
    plain.place = worker_place(run->worker);
    if (!straight_claim(store, &arrival->hashes, &plain)) {
        worker_place_back(run->worker, plain.place);
        return STRAIGHT_UNTOUCHED;
    }
    straight_record(store, &plain);
    end = straight_post(store, &plain, NULL);
    if (end == IN_PLACE_CREATED) {
        straight_settle(run, event, &plain);
        return STRAIGHT_THROUGH;
    }
    *run->claimed = plain;
    run->claimed->outcome = QUIPU_CREATED;
    if (end == IN_PLACE_LATE && straight_late(run, event) == IN_PLACE_CREATED) {
        return STRAIGHT_THROUGH;
    }
    return end == IN_PLACE_BUSY ? STRAIGHT_BUSY : STRAIGHT_CLAIMED;
}

static __attribute__((flatten)) enum straight_end run_straight(struct straight *run)
{
    enum straight_end end = STRAIGHT_THROUGH;
    struct stages stages = run->arrivals->stages;

    while (run->next < run->end) {
        arrivals_step(run->arrivals, &stages, run->store, run->worker, run->next, STRAIGHT_WARM);
        end = straight_one(run, run->next);
        if (end != STRAIGHT_THROUGH) break;
        run->next++;
    }
    run->arrivals->stages = stages;
    settle_run(run->worker);
    return end;
}
