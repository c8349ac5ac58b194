/* straight_front.inc.h - ordinary transfers, one by one: what is the same whether their accounts
 * are locked or not.
 *
 * Most transfers are ordinary (rules_is_ordinary()) and approved at once. For those no copies are
 * made and no unit is built: write the record, claim, find the accounts, have the transfer take
 * effect, settle, say so. Law, knots and settling are those of units. What is not approved at once
 * leaves nothing behind but perhaps its claim, and goes the general way.
 *
 * The accounts come last because their lines do: a call of one event has just asked for them.
 *
 * Included behind loop.inc.h: by straight.inc.h, for protocols that lock accounts, and by cas. Two
 * doors are defined behind it:
 *
 *   straight_post(store, plain, held)  the transfer, whose id is claimed, takes effect if it is
 *                                      approved at once; in_place says how that ended. It may be
 *                                      given a later timestamp than it had
 *   straight_other(run, event)         one that is not ordinary
 *
 * The others only if there is something to do:
 *
 *   STRAIGHT_READY(store, count)       supply memory for so many; returns false if there is none
 *
 * It gets `run_straight`, and parts for those doors. */

/* How an attempt in place ended. */
enum in_place {
    IN_PLACE_CREATED,
    IN_PLACE_REDRAWN, /* the same, with a timestamp that was drawn for it alone */
    IN_PLACE_LATE,    /* another writer has given an account a later timestamp */
    IN_PLACE_NOT,
    IN_PLACE_BUSY /* another thread is changing an account */
};

/* What a transfer opens or resolves; NULL: nothing. */
struct straight_hold {
    struct view view;
    const quipu_transfer *pending; /* NULL: it opens the hold */
    uint16_t flags;                /* of the event */
};

static inline enum in_place straight_post(struct store *store, struct plain *plain,
                                          struct straight_hold *held);
static enum straight_end straight_other(struct straight *run, size_t event);

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

    return quipui_rules_resolve(plain->event, held->flags, &at, &hold, &debit, &credit,
                                transfer_at(&store->transfers, plain->place)) == QUIPU_CREATED;
}

static inline bool straight_judge(struct store *store, const struct plain *plain,
                                  struct straight_hold *held, struct account_state *from,
                                  struct account_state *to)
{
    struct knot *knot = knot_at(&store->transfers, plain->place);

    if (held != NULL && held->pending != NULL) {
        if (!straight_judge_resolve(store, plain, held, from, to)) return false;
        judge_resolves(&held->view, held->flags, plain->place);
    } else {
        uint16_t flags = held != NULL ? held->flags : 0;

        if (!straight_judge_post(store, plain, flags, from, to)) return false;
        if (held != NULL) held->view.now = HOLD_PENDING;
    }
    knot->hold = held != NULL ? held->view.hold + 1 : 0;
    judge_tie_states(from, to, knot, plain->place, KNOT_TRANSFER, plain->timestamp);
    return true;
}

static inline void straight_settle(struct straight *run, size_t event, const struct plain *plain)
{
    settle_plain(run->store, run->worker, plain);
    run->results[event] = (quipu_result){.timestamp = plain->timestamp, .status = QUIPU_CREATED};
}

/* Another writer has given these accounts later timestamps. Draw for the rest of the run, which
 * begins at this event. */
static inline void straight_draw(struct straight *run, size_t event)
{
    if (++run->draws == CROWDED_DRAWS) run->worker->crowded = CROWDED_RUNS;
    run->timestamp = clock_draw(&run->store->clock, run->end - event) - event;
}

/* Settle it if it was created. */
static inline bool straight_ended(struct straight *run, size_t event, const struct plain *plain,
                                  enum in_place end)
{
    if (end != IN_PLACE_CREATED && end != IN_PLACE_REDRAWN) return false;
    straight_settle(run, event, plain);
    if (end == IN_PLACE_REDRAWN && event + 1 < run->end) straight_draw(run, event + 1);
    return true;
}

/* Try once more. */
static __attribute__((noinline, cold)) bool straight_late(struct straight *run, size_t event)
{
    struct plain *plain = run->claimed;

    straight_draw(run, event);
    plain->timestamp = run->timestamp + event;
    transfer_at(&run->store->transfers, plain->place)->timestamp = plain->timestamp;
    return straight_ended(run, event, plain, straight_post(run->store, plain, NULL));
}

/* Create one, if it is approved at once. */
static inline enum straight_end straight_one(struct straight *run, size_t event)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event);
    struct store *store = run->store;
    struct plain plain;
    enum in_place end;

    plain.event = &arrival->event;
    plain.timestamp = run->timestamp + event;
    if (!rules_looks_ordinary(plain.event)) return straight_other(run, event);
    if (!straight_ready(store, 2)) return STRAIGHT_UNTOUCHED;
    plain.place = worker_place(run->worker);
    straight_record(store, &plain);
    if (!straight_claim(store, &arrival->hashes, &plain)) {
        worker_place_back(run->worker, plain.place);
        return STRAIGHT_UNTOUCHED;
    }
    if (!straight_find(store, &arrival->hashes, &plain)) {
        *run->claimed = plain;
        return STRAIGHT_UNFOUND;
    }
    end = straight_post(store, &plain, NULL);
    if (straight_ended(run, event, &plain, end)) return STRAIGHT_THROUGH;
    *run->claimed = plain;
    run->claimed->outcome = QUIPU_CREATED;
    if (end == IN_PLACE_LATE && straight_late(run, event)) return STRAIGHT_THROUGH;
    return end == IN_PLACE_BUSY ? STRAIGHT_BUSY : STRAIGHT_CLAIMED;
}

/* It begins with a line of the processor's: wherever it falls otherwise, it may take 6 % longer. */
static __attribute__((flatten, aligned(CACHE_LINE))) enum straight_end
run_straight(struct straight *run)
{
    enum straight_end end = STRAIGHT_THROUGH;
    struct stages stages = run->arrivals->stages;
    size_t reached = run->next;

    while (run->next < run->end) {
        do { /* for each event of a pair */
            arrivals_step(run->arrivals, &stages, run->store, run->worker, reached);
        } while (reached++ < run->next);
        end = straight_one(run, run->next);
        if (end != STRAIGHT_THROUGH) break;
        run->next++;
    }
    run->arrivals->stages = stages;
    settle_run(run->worker);
    return end;
}
