/* straight.inc.h - the straight path: ordinary transfers, judged where the account lies.
 *
 * Included by a protocol file behind loop.inc.h. Most transfers are ordinary (rules_is_ordinary())
 * and approved at once. For those no copies are made and no unit is built: check, claim, lock both
 * accounts, judge, store what changed, unlock, settle, say so. Law, knots and settling are those of
 * units. What is not approved at once leaves nothing behind but perhaps its claim, and goes the
 * general way, which waits, draws again, lets holds expire and confirms refusals.
 *
 *   P1  nothing is waited for: both accounts are locked, or neither
 *   P2  once both are locked, they are of one instant. So nothing is due in them at `timestamp` if
 *       the ledger's earliest due time is later (timeouts.h, D3): a hold that is in them was
 *       announced before (D1), and its expiry cannot take effect before they are left (D2)
 *   P3  an account that was touched later than the transfer's timestamp is left as it is: the rest
 *       of the run draws again, at once, and this transfer is tried once more
 *
 * The doors, over both accounts:
 *
 *   straight_ready(store)              memory for one transfer is there; returns false if not
 *   straight_enter(plain)              lock both; returns false if one is not free, and neither is
 *                                      locked then
 *   straight_load(slot, state)         what changes about a locked account
 *   straight_install(store, plain, was, now)  make the change take effect, and leave both
 *   straight_leave(plain, was)         leave both as they were
 *
 * It gets `run_straight`. The protocol's `warm` is STRAIGHT_WARM, or NULL. */

/* How an attempt in place ended. */
enum in_place { IN_PLACE_CREATED, IN_PLACE_LATE, IN_PLACE_NOT, IN_PLACE_BUSY };

static inline struct slot *straight_slot(struct store *store, uint64_t guess, quipu_uint128 id)
{
    struct slot *slot;

    if (guess == UINT64_MAX) return NULL;
    slot = slot_at(&store->accounts, guess);
    return slot_exists(slot) && slot->id == id ? slot : NULL;
}

/* Judge over the values in `now`, and change them. Returns false if the law refuses. */
static inline bool straight_judge(struct store *store, const struct plain *plain, struct sides *now)
{
    quipu_transfer *stored = transfer_at(&store->transfers, plain->place);
    struct knot *knot = knot_at(&store->transfers, plain->place);
    struct moment at = {.timestamp = plain->timestamp};
    struct party debit = slot_party(plain->debit, &now->debit.balance);
    struct party credit = slot_party(plain->credit, &now->credit.balance);
    quipu_uint128 amount;

    if (rules_approve(plain->event, 0, &at, &debit, &credit, &amount) != QUIPU_CREATED) {
        return false;
    }
    rules_take_effect(0, amount, &now->debit.balance, &now->credit.balance);
    stored->amount = amount;
    judge_tie_states(&now->debit, &now->credit, knot, plain->place, KNOT_TRANSFER,
                     plain->timestamp);
    return true;
}

/* The transfer, whose id is claimed, takes effect if it is approved at once. */
static inline enum in_place straight_post(struct store *store, const struct plain *plain)
{
    enum in_place end = IN_PLACE_NOT;
    struct sides was, now;

    if (!straight_enter(plain)) return IN_PLACE_BUSY;
    straight_load(plain->debit, &was.debit);
    straight_load(plain->credit, &was.credit);
    if (timeouts_due(&store->timeouts, plain->timestamp)) goto leave;
    if (!judge_is_later(&was.debit, plain->timestamp) ||
        !judge_is_later(&was.credit, plain->timestamp)) {
        end = IN_PLACE_LATE;
        goto leave;
    }
    now = was;
    if (!straight_judge(store, plain, &now)) goto leave;
    straight_install(store, plain, &was, &now);
    return IN_PLACE_CREATED;

leave:
    straight_leave(plain, &was);
    return end;
}

static inline void straight_settle(struct straight *run, size_t event, const struct plain *plain)
{
    settle_plain(run->store, run->worker, plain);
    run->results[event] = (quipu_result){.timestamp = plain->timestamp, .status = QUIPU_CREATED};
}

/* Another writer has given these accounts later timestamps (P3). */
static __attribute__((noinline, cold)) enum in_place straight_late(struct straight *run,
                                                                   size_t event)
{
    struct plain *plain = run->claimed;
    enum in_place end;

    if (++run->draws == CROWDED_DRAWS) run->worker->crowded = CROWDED_RUNS;
    run->timestamp = clock_draw(&run->store->clock, run->end - event) - event;
    plain->timestamp = run->timestamp + event;
    transfer_at(&run->store->transfers, plain->place)->timestamp = plain->timestamp;
    end = straight_post(run->store, plain);
    if (end == IN_PLACE_CREATED) straight_settle(run, event, plain);
    return end;
}

/* Create one, if it is approved at once. */
static inline enum straight_end straight_one(struct straight *run, size_t event)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event);
    struct store *store = run->store;
    struct plain plain = {.event = &arrival->event, .timestamp = run->timestamp + event};
    quipu_transfer *record;
    enum in_place end;
    uint64_t found;

    if (!rules_is_ordinary(plain.event)) return STRAIGHT_UNTOUCHED;
    plain.debit = straight_slot(store, arrival->hashes.debit_guess, plain.event->debit_account_id);
    plain.credit =
        straight_slot(store, arrival->hashes.credit_guess, plain.event->credit_account_id);
    if (plain.debit == NULL || plain.credit == NULL || !straight_ready(store)) {
        return STRAIGHT_UNTOUCHED;
    }
    plain.place = worker_place(run->worker);
    transfer_at(&store->transfers, plain.place)->id = plain.event->id;
    if (quipui_index_claim(&store->transfer_ids, arrival->hashes.id, plain.event->id, plain.place,
                           &found) != CLAIM_TAKEN) {
        worker_place_back(run->worker, plain.place);
        return STRAIGHT_UNTOUCHED;
    }
    record = transfer_at(&store->transfers, plain.place);
    rules_record(plain.event, record);
    record->timestamp = plain.timestamp;
    /* Fresh pages of record and knot come from the kernel now, while no account is locked. */
    knot_at(&store->transfers, plain.place)->hold = 0;
    end = straight_post(store, &plain);
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
