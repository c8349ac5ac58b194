/* plain_run.c - plain transfers, a run of them at a time.
 *
 * Most transfers are plain: by themselves, between two accounts, without holds. Most of those are
 * ordinary (rules_is_ordinary()): where the protocol has a straight path (straight_front.inc.h), it
 * creates them one by one, as far as each is approved at once.
 *
 * The others are prepared together. What can be said of one before those ahead of it took effect,
 * is said of the whole run: place, claim, accounts. Then the protocol has them take effect in
 * order. A run ends before the first transfer that is not plain, or would have to wait for an id
 * (B1), or lacks an account or a place: that is a unit's. */
#include "write/plain_run.h"

#include "base/assert.h"
#include "records/find_account.h"
#include "write/build.h"
#include "write/claim_ids.h"
#include "write/pipeline.h"
#include "write/result.h"

#define PLAIN_FLAGS (QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT)

/* The place of a transfer whose id is not claimed. */
#define UNCLAIMED UINT64_MAX

static bool is_plain(const quipu_transfer *event)
{
    return (event->flags & ~PLAIN_FLAGS) == 0;
}

/* Find both accounts. Returns false if one is not there. */
static bool find_slots(struct store *store, const struct hashes *hashes, struct plain *plain)
{
    const quipu_transfer *event = plain->event;

    plain->debit =
        quipui_find_slot(store, hashes->debit, event->debit_account_id, hashes->debit_guess);
    plain->credit =
        quipui_find_slot(store, hashes->credit, event->credit_account_id, hashes->credit_guess);
    return plain->debit != NULL && plain->credit != NULL;
}

static void unclaim(struct transfer_batch *batch, const struct hashes *hashes, struct plain *plain,
                    uint32_t outcome)
{
    plain->outcome = quipui_unclaim_one(batch, plain->event->id, hashes->id, plain->place,
                                        plain->timestamp, outcome);
    worker_place_back(batch->worker, plain->place);
    plain->place = UNCLAIMED;
}

/* Claim the id for a place. Returns false if another call has claimed it, or memory runs out. */
static bool claim(struct transfer_batch *batch, const struct hashes *hashes, struct plain *plain)
{
    uint64_t place = worker_place(batch->worker), found = 0, original = 0;
    enum claim claim;

    transfer_at(&batch->store->transfers, place)->id = plain->event->id;
    claim = quipui_index_claim(&batch->store->transfer_ids, hashes->id, plain->event->id, place,
                               &found);
    if (claim == CLAIM_TAKEN) {
        plain->place = place;
    } else {
        worker_place_back(batch->worker, place);
        if (claim == CLAIM_IN_FLIGHT || claim == CLAIM_NO_MEMORY) return false;
    }
    plain->outcome = quipui_verdict_on(batch, plain->event, claim, found, &original);
    if (plain->outcome != QUIPU_CREATED) {
        plain->timestamp =
            result_of(plain->outcome, QUIPU_CREATE_TRANSFER_EXISTS, plain->timestamp, original)
                .timestamp;
    }
    return true;
}

/* Prepare one transfer of the run. Returns false if the run ends before it. */
static bool prepare(struct transfer_batch *batch, size_t event, struct plain *plain)
{
    const struct arrival *arrival = arrival_at(&batch->arrivals, event);
    const struct hashes *hashes = &arrival->hashes;

    plain->event = &arrival->event;
    plain->place = UNCLAIMED;
    plain->timestamp = batch->drawn + event;
    plain->outcome = quipui_first_verdict(plain->event, false, batch->drawn);
    if (plain->outcome != QUIPU_CREATED) return true;
    if (!claim(batch, hashes, plain)) return false;
    if (plain->outcome != QUIPU_CREATED || find_slots(batch->store, hashes, plain)) return true;
    unclaim(batch, hashes, plain, QUIPU_CREATED);
    return false;
}

/* What one of the run came to. */
static void conclude(struct transfer_batch *batch, size_t event, struct plain *plain)
{
    if (plain->outcome != QUIPU_CREATED) {
        batch->hangs_on_clock = true;
        if (plain->place != UNCLAIMED) {
            unclaim(batch, &arrival_at(&batch->arrivals, event)->hashes, plain, plain->outcome);
        }
    }
    batch->results[event] = (quipu_result){.timestamp = plain->timestamp, .status = plain->outcome};
}

/* Do other threads want the accounts of this call? */
static bool is_crowded(const struct transfer_batch *batch)
{
    return batch->worker->crowded > 0 && batch->protocol->run_crowd != NULL;
}

/* May this event be in the run that is being prepared? One that is ordinary takes the straight
 * path, unless it has just fallen from it: then it is the first; or the accounts are crowded. */
static bool is_next(struct transfer_batch *batch, size_t event)
{
    const quipu_transfer *transfer = &arrival_at(&batch->arrivals, event)->event;

    if (batch->protocol->run_straight == NULL || event == batch->next || is_crowded(batch)) {
        return is_plain(transfer);
    }
    return is_plain(transfer) && !rules_is_ordinary(transfer);
}

/* How many transfers may be in a run: each needs a place. */
static size_t run_length(struct transfer_batch *batch)
{
    size_t most = batch->count - batch->next;
    size_t limit = is_crowded(batch) ? PLAINS_MAX : PREPARED_EVENTS;

    if (batch->imports || !is_next(batch, batch->next)) return 0;
    return store_supply_run(batch->store, batch->worker, (uint32_t)(most < limit ? most : limit));
}

/* A run that ended early, for want of memory: give up the claims of those behind. */
static void give_up(struct transfer_batch *batch, size_t from, size_t done, size_t count)
{
    struct plain *plains = batch->plains;

    for (size_t i = done; i < count; i++) {
        if (plains[i].place == UNCLAIMED) continue;
        unclaim(batch, &arrival_at(&batch->arrivals, from + i)->hashes, &plains[i], QUIPU_CREATED);
    }
}

/* Have those that were prepared take effect. */
static size_t run_prepared(struct transfer_batch *batch, size_t count)
{
    const struct protocol *protocol = batch->protocol;

    if (!is_crowded(batch)) {
        return protocol->run_plains(batch->store, batch->worker, batch->plains, count);
    }
    if (--batch->worker->crowded == 0) batch->worker->crowd = 0;
    return protocol->run_crowd(batch->store, batch->worker, batch->plains, count);
}

/* Run them. */
static size_t do_run(struct transfer_batch *batch, size_t length, quipu_status *status)
{
    size_t from = batch->next, count = 0, done;
    struct plain *plains = batch->plains;

    while (count < length) {
        if (pipeline_has_room(batch, from)) pipeline_step(batch, from + count);
        invariant(from + count < batch->arrivals.stages.hashed);
        if (!is_next(batch, from + count) || !prepare(batch, from + count, &plains[count])) break;
        count++;
    }
    if (count == 0) return 0;
    done = run_prepared(batch, count);
    for (size_t i = 0; i < done; i++)
        conclude(batch, from + i, &plains[i]);
    if (done == count) return done;

    *status = QUIPU_NO_MEMORY;
    give_up(batch, from, done, count);
    return done;
}

size_t quipui_do_plains(struct transfer_batch *batch, quipu_status *status)
{
    size_t length = run_length(batch), done;

    if (length == 0) return 0;
    done = do_run(batch, length, status);
    store_put_back(batch->store, batch->worker);
    return done;
}

/* The straight path claimed the id of an event, and no more: the general way goes on with that. */
static __attribute__((noinline, cold)) size_t go_on(struct transfer_batch *batch, size_t event,
                                                    quipu_status *status)
{
    struct plain *plain = &batch->plains[0];

    if (run_prepared(batch, 1) == 0) {
        *status = QUIPU_NO_MEMORY;
        give_up(batch, event, 0, 1);
        return 0;
    }
    conclude(batch, event, plain);
    return 1;
}

/* May the next event be one for the straight path? Of a chain only the first of two may. */
static bool may_go_straight(struct transfer_batch *batch, size_t end)
{
    const quipu_transfer *event = &arrival_at(&batch->arrivals, batch->next)->event;

    if (event->flags == 0) return rules_is_ordinary(event);
    if (batch->protocol->straight_is_for_plains) return false;
    switch (event->flags) {
    case QUIPU_TRANSFER_PENDING:
    case QUIPU_TRANSFER_POST_PENDING_TRANSFER:
    case QUIPU_TRANSFER_VOID_PENDING_TRANSFER: return true;
    case QUIPU_TRANSFER_LINKED:
        return batch->next + 1 < end &&
               arrival_at(&batch->arrivals, batch->next + 1)->event.flags == 0;
    default: return false;
    }
}

/* Places for a run. If it begins with a chain, they are in a row (transfers.h, L2). */
static uint64_t supply_straight(struct transfer_batch *batch, uint32_t most)
{
    struct store *store = batch->store;
    struct worker *worker = batch->worker;

    if (arrival_at(&batch->arrivals, batch->next)->event.flags != QUIPU_TRANSFER_LINKED) {
        return store_supply_run(store, worker, most);
    }
    if (quipui_keep_take(&store->transfers.places, &store->workers, worker, 2, most, REACH_TABLE,
                         &worker->places) != QUIPU_OK) {
        return 0;
    }
    return range_count(&worker->places);
}

size_t quipui_do_straight(struct transfer_batch *batch, size_t end, quipu_status *status)
{
    struct straight run = {
        .store = batch->store,
        .worker = batch->worker,
        .arrivals = &batch->arrivals,
        .results = batch->results,
        .timestamp = batch->drawn,
        .next = batch->next,
        .claimed = &batch->plains[0],
    };
    enum straight_end straight;
    uint64_t places;

    if (batch->protocol->run_straight == NULL || batch->imports) return 0;
    if (!may_go_straight(batch, end)) return 0;
    if (is_crowded(batch) && end - batch->next > 1 && is_next(batch, batch->next)) return 0;
    places = supply_straight(batch, (uint32_t)(end - batch->next));
    if (places == 0) return 0;
    run.end = batch->next + places;
    straight = batch->protocol->run_straight(&run);
    if (straight == STRAIGHT_BUSY) batch->worker->crowded = CROWDED_RUNS;
    if (straight == STRAIGHT_CLAIMED || straight == STRAIGHT_BUSY) {
        run.next += go_on(batch, run.next, status);
    }
    if (straight == STRAIGHT_UNFOUND) { /* perhaps the id should not even have been claimed */
        unclaim(batch, &arrival_at(&batch->arrivals, run.next)->hashes, run.claimed, QUIPU_CREATED);
    }
    store_put_back(batch->store, batch->worker);
    return run.next - batch->next;
}
