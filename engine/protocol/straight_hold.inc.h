/* straight_hold.inc.h - the straight path of holds: ordinary pending transfers, posts and voids.
 *
 * Included by straight.inc.h, whose doors and promises these are. A hold is seen and changed while
 * both its accounts are locked, by the compare-and-swap of units (holds.h, H1). An attempt that
 * fails is undone: its id is free again, its hold is given back. */

/* Others have given these accounts later timestamps (P3). With a time-out the hold falls due later,
 * too: the general way sees to that. */
static __attribute__((noinline, cold)) enum in_place straight_late_hold(struct straight *run,
                                                                        size_t event,
                                                                        struct plain *plain,
                                                                        struct straight_hold *held)
{
    if (held->view.opens && plain->event->timeout != 0) return IN_PLACE_NOT;
    straight_draw(run, event);
    plain->timestamp = run->timestamp + event;
    if (held->view.opens) {
        transfer_at(&run->store->transfers, plain->place)->timestamp = plain->timestamp;
    }
    return straight_post(run->store, plain, held);
}

/* It was not approved at once: its id is free again, and what it opened is given back. */
static __attribute__((noinline, cold)) void straight_undo(struct straight *run, size_t event,
                                                          const struct plain *plain,
                                                          const struct straight_hold *held)
{
    quipui_index_free(&run->store->transfer_ids, arrival_at(run->arrivals, event)->hashes.id,
                      plain->place);
    worker_place_back(run->worker, plain->place);
    if (held->view.opens) quipui_give_hold_back(run->store, run->worker, held->view.hold);
}

/* The id is claimed, and all that it needs is there. */
static inline enum straight_end straight_run_hold(struct straight *run, size_t event,
                                                  struct plain *plain, struct straight_hold *held)
{
    enum in_place end = straight_post(run->store, plain, held);

    if (end == IN_PLACE_LATE) end = straight_late_hold(run, event, plain, held);
    if (end != IN_PLACE_CREATED) {
        straight_undo(run, event, plain, held);
        return STRAIGHT_UNTOUCHED;
    }
    straight_settle(run, event, plain);
    settle_view(run->store, run->worker, &held->view);
    return STRAIGHT_THROUGH;
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
    struct plain plain = {.event = &arrival->event, .timestamp = run->timestamp + event};
    struct straight_hold held = {.view = {.opens = true}};

    if (!straight_find(store, &arrival->hashes, &plain) || !straight_ready(store, 2) ||
        quipui_hold_take(store, run->worker, &held.view.hold) != QUIPU_OK) {
        return STRAIGHT_UNTOUCHED;
    }
    plain.place = worker_place(run->worker);
    if (!straight_claim(store, &arrival->hashes, &plain)) {
        worker_place_back(run->worker, plain.place);
        quipui_hold_give_back(store, run->worker, held.view.hold);
        return STRAIGHT_UNTOUCHED;
    }
    if (!straight_prepare_hold(store, &plain, held.view.hold)) {
        straight_undo(run, event, &plain, &held);
        return STRAIGHT_UNTOUCHED;
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

/* A post or void. */
static __attribute__((noinline, flatten)) enum straight_end straight_resolve(struct straight *run,
                                                                             size_t event)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event);
    struct store *store = run->store;
    struct plain plain = {.event = &arrival->event, .timestamp = run->timestamp + event};
    struct straight_hold held = {.view = {.opens = false}};

    if (!straight_find_pending(store, &arrival->hashes, &plain, &held) ||
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
