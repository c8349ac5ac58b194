/* straight_hold.inc.h - the straight path of holds: ordinary pending transfers, posts and voids.
 *
 * Included by straight.inc.h, whose doors and promises these are. A hold is seen and changed while
 * both its accounts are locked, by the compare-and-swap of units (holds.h, H1). An attempt that
 * fails is undone: its id is free again, its hold is given back. */

/* It was not approved at once: its id is free again, and what it opened is given back. */
static __attribute__((noinline, cold)) enum straight_end
straight_undo(struct straight *run, size_t event, uint64_t place, bool opens, uint64_t hold)
{
    quipui_index_free(&run->store->transfer_ids, arrival_at(run->arrivals, event)->hashes.id,
                      place);
    worker_place_back(run->worker, place);
    if (opens) quipui_give_hold_back(run->store, run->worker, hold);
    return STRAIGHT_UNTOUCHED;
}

/* Settle it if it was created, or undo it. */
static inline enum straight_end straight_end_hold(struct straight *run, size_t event,
                                                  const struct plain *plain,
                                                  const struct straight_hold *held,
                                                  enum in_place end)
{
    if (end != IN_PLACE_CREATED) {
        return straight_undo(run, event, plain->place, held->view.opens, held->view.hold);
    }
    straight_settle(run, event, plain);
    settle_view(run->store, run->worker, &held->view);
    return STRAIGHT_THROUGH;
}

/* Others have given these accounts later timestamps (P3). With a time-out the hold falls due later,
 * too: the general way sees to that. By value, so that those of the caller are in registers. */
static __attribute__((noinline, cold)) enum straight_end
straight_late_hold(struct straight *run, size_t event, struct plain plain,
                   struct straight_hold held)
{
    enum in_place end = IN_PLACE_NOT;

    if (!held.view.opens || plain.event->timeout == 0) {
        straight_draw(run, event);
        plain.timestamp = run->timestamp + event;
        if (held.view.opens) {
            transfer_at(&run->store->transfers, plain.place)->timestamp = plain.timestamp;
        }
        end = straight_post(run->store, &plain, &held);
    }
    return straight_end_hold(run, event, &plain, &held, end);
}

/* The id is claimed, and all that it needs is there. */
static inline enum straight_end straight_run_hold(struct straight *run, size_t event,
                                                  struct plain *plain, struct straight_hold *held)
{
    enum in_place end = straight_post(run->store, plain, held);

    if (end == IN_PLACE_LATE) {
        return straight_late_hold(
            run, event,
            (struct plain){.event = plain->event,
                           .debit = plain->debit,
                           .credit = plain->credit,
                           .place = plain->place},
            (struct straight_hold){.view = {.hold = held->view.hold, .opens = held->view.opens},
                                   .pending = held->pending,
                                   .flags = held->flags});
    }
    return straight_end_hold(run, event, plain, held, end);
}

/* The hold and, if it has one, its time-out (timeouts.h, D1). Returns false if memory runs out. */
static inline bool straight_prepare_hold(struct store *store, const struct plain *plain,
                                         uint64_t hold)
{
    straight_record(store, plain);
    store_name_hold(store, hold, plain->place, plain->debit, plain->credit);
    return plain->event->timeout == 0 ||
           quipui_timeouts_add(&store->timeouts, hold, plain->debit, plain->credit,
                               rules_due(plain->timestamp, plain->event->timeout));
}

/* A pending transfer. */
static __attribute__((noinline, flatten)) enum straight_end straight_open(struct straight *run,
                                                                          size_t event)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event);
    struct store *store = run->store;
    struct plain plain;
    struct straight_hold held;
    uint64_t hold;

    plain.event = &arrival->event;
    plain.timestamp = run->timestamp + event;
    if (!rules_looks_ordinary_pending(plain.event) ||
        !straight_find(store, &arrival->hashes, &plain) || !straight_ready(store, 2) ||
        quipui_hold_take(store, run->worker, &hold) != QUIPU_OK) {
        return STRAIGHT_UNTOUCHED;
    }
    plain.place = worker_place(run->worker);
    if (!straight_claim(store, &arrival->hashes, &plain)) {
        worker_place_back(run->worker, plain.place);
        quipui_hold_give_back(store, run->worker, hold);
        return STRAIGHT_UNTOUCHED;
    }
    held.view.hold = hold;
    held.view.opens = true;
    held.pending = NULL;
    held.flags = QUIPU_TRANSFER_PENDING;
    if (!straight_prepare_hold(store, &plain, hold)) {
        return straight_undo(run, event, plain.place, true, hold);
    }
    return straight_run_hold(run, event, &plain, &held);
}

/* What an event resolves: the pending transfer, its hold and its accounts. Returns false if not all
 * of it is there at once. */
static inline bool straight_find_pending(struct store *store, const struct hashes *hashes,
                                         struct plain *plain, struct straight_hold *held)
{
    const struct hold *hold;
    uint64_t found;

    if (quipui_index_glance(&store->transfer_ids, hashes->pending, plain->event->pending_id,
                            &found) != CLAIM_STORED) {
        return false;
    }
    held->pending = transfer_at(&store->transfers, found);
    if ((held->pending->flags & QUIPU_TRANSFER_PENDING) == 0) return false;
    held->view.hold = knot_at(&store->transfers, found)->hold - 1;
    hold = hold_at(&store->transfers, held->view.hold);
    plain->debit = store_slot_of(store, hold->account[SIDE_DEBIT], held->pending->debit_account_id);
    plain->credit =
        store_slot_of(store, hold->account[SIDE_CREDIT], held->pending->credit_account_id);
    return plain->debit != NULL && plain->credit != NULL;
}

static inline enum straight_end straight_resolve(struct straight *run, size_t event, uint16_t flags)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event);
    struct store *store = run->store;
    struct plain plain;
    struct straight_hold held;

    if (event < run->arrivals->trail.end) trail_on(run->arrivals, store, run->worker, event);
    plain.event = &arrival->event;
    plain.timestamp = run->timestamp + event;
    held.view.opens = false;
    held.flags = flags;
    if (!rules_looks_ordinary_resolve(plain.event, flags) ||
        !straight_find_pending(store, &arrival->hashes, &plain, &held) ||
        !straight_ready(store, 2)) {
        return STRAIGHT_UNTOUCHED;
    }
    plain.place = worker_place(run->worker);
    if (!straight_claim(store, &arrival->hashes, &plain)) {
        worker_place_back(run->worker, plain.place);
        return STRAIGHT_UNTOUCHED;
    }
    return straight_run_hold(run, event, &plain, &held);
}

/* A post, a void: each knows its flags. */

static __attribute__((noinline, flatten)) enum straight_end straight_post_hold(struct straight *run,
                                                                               size_t event)
{
    return straight_resolve(run, event, QUIPU_TRANSFER_POST_PENDING_TRANSFER);
}

static __attribute__((noinline, flatten)) enum straight_end straight_void_hold(struct straight *run,
                                                                               size_t event)
{
    return straight_resolve(run, event, QUIPU_TRANSFER_VOID_PENDING_TRANSFER);
}
