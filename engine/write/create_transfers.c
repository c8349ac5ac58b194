/* create_transfers.c - a batch of transfers, unit by unit; see create_transfers.h. */
#include "write/create_transfers.h"

#include <string.h>

#include "base/grace.h"
#include "base/probe.h"
#include "journal/journal.h"
#include "write/build.h"
#include "write/claim_ids.h"
#include "write/footprint.h"
#include "write/full.h"
#include "write/pipeline.h"
#include "write/plain_run.h"
#include "write/result.h"

void quipui_batch_open(struct transfer_batch *batch, struct store *store,
                       const struct protocol *protocol, const quipu_transfer *events, size_t count,
                       quipu_result *results)
{
    batch->store = store;
    batch->protocol = protocol;
    batch->count = count;
    batch->arrivals.events = events;
    batch->arrivals.count = count;
    batch->arrivals.stages = (struct stages){0, 0};
    batch->arrivals.trail.end = 0;
    batch->results = results;
    batch->expectations = NULL;
    batch->expectation_count = 0;
    batch->receipts = NULL;
    batch->never_waits = false;
    batch->conflict = false;
    batch->lack = QUIPU_OK;
    batch->next = 0;
    batch->beyond = NULL;
    copy_once(&batch->arrivals.ring[0].event, &events[0]);
    batch->imports = (batch->arrivals.ring[0].event.flags & QUIPU_TRANSFER_IMPORTED) != 0;
    batch->hangs_on_clock = batch->imports;
    batch->answers_at = 0;
    batch->unit.legs = NULL;
}

static void set_result(struct transfer_batch *batch, uint32_t i, uint32_t outcome)
{
    const struct leg *leg = &batch->unit.legs[i];
    size_t event = batch->from + i;
    uint64_t judged = batch->imports ? batch->drawn + event : leg->timestamp;

    batch->results[event] = result_of(outcome, QUIPU_CREATE_TRANSFER_EXISTS, judged,
                                      outcome == QUIPU_CREATED ? leg->timestamp : leg->original);
}

static void set_created(struct transfer_batch *batch)
{
    for (uint32_t i = 0; i < batch->unit.leg_count; i++) {
        set_result(batch, i, QUIPU_CREATED);
    }
    batch->worker->places.next += batch->unit.leg_count;
}

/* The leg that failed keeps its code, the last of an open chain its own; the others failed with
 * them. */
static void set_refused(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        set_result(batch, i,
                   i == unit->failed ? unit->outcome : QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED);
        if (unit->receipts != NULL && i != unit->failed) {
            memset(&unit->receipts[i], 0, sizeof unit->receipts[i]);
        }
    }
    if (batch->is_open) {
        set_result(batch, unit->leg_count - 1, QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN);
    }
}

/* From events to a unit whose ids are claimed. */
static quipu_status prepare(struct transfer_batch *batch, size_t from, uint32_t count, bool is_open)
{
    quipu_status supplied = store_supply(batch->store, batch->worker, count), status;

    batch->place = supplied == QUIPU_OK ? batch->worker->places.next : NOWHERE;
    status = quipui_build(batch, from, count, is_open);
    if (status != QUIPU_OK) return status;
    if (supplied != QUIPU_OK) status = quipui_step_aside(batch, supplied);
    if (status != QUIPU_OK) return status;
    quipui_find_pending(batch);
    return quipui_claim(batch);
}

/* Have the protocol run the unit, unless its first leg is refused already. */
static enum unit_end run(struct transfer_batch *batch, quipu_status *status)
{
    struct unit *unit = &batch->unit;

    unit->failed = 0;
    unit->outcome = unit->legs[0].verdict;
    if (batch->decided == 0 && batch->expectation_count == 0) return UNIT_REFUSED;
    *status = quipui_find_footprint(batch);
    if (*status != QUIPU_OK) return UNIT_NO_MEMORY;
    if (batch->conflict) return UNIT_CONFLICT;
    *status = QUIPU_NO_MEMORY; /* what UNIT_NO_MEMORY will mean */
    return batch->protocol->run(batch->store, batch->worker, unit);
}

/* Run the unit that was prepared: its results. */
static quipu_status do_prepared(struct transfer_batch *batch)
{
    quipu_status status = QUIPU_OK;
    enum unit_end end = run(batch, &status);

    if (end == UNIT_CREATED) {
        set_created(batch);
        return QUIPU_OK;
    }
    batch->hangs_on_clock = true;
    quipui_unclaim(batch, end == UNIT_REFUSED);
    quipui_give_back_holds(batch);
    if (end == UNIT_CONFLICT) {
        worker_mark(&batch->worker->marks.conflicts, 1);
        probe(conflict, batch->store, batch->expectation_count);
        return QUIPU_CONFLICT;
    }
    if (end == UNIT_NO_MEMORY) return status;
    if (batch->lack != QUIPU_OK) return batch->lack;
    set_refused(batch);
    return QUIPU_OK;
}

/* Room in the ring of a durable ledger, for a run of plain transfers or for a unit. */
static quipu_status supply_ring(struct transfer_batch *batch, uint64_t count)
{
    struct ring *ring = worker_ring(batch->worker);

    if (ring == NULL) return QUIPU_OK;
    if (ring_is_ahead(ring)) quipui_journal_call(batch->store->journal);
    if (ring_has_room(ring, count)) return QUIPU_OK;
    return quipui_journal_room(batch->store->journal, ring, count);
}

/* One unit, from events to results. */
static quipu_status do_unit(struct transfer_batch *batch, size_t from, uint32_t count, bool is_open)
{
    quipu_status status = supply_ring(batch, count);

    if (status == QUIPU_OK) status = prepare(batch, from, count, is_open);
    if (status == QUIPU_OK) status = do_prepared(batch);
    quipui_leave_aside(batch);
    store_put_back(batch->store, batch->worker);
    return status;
}

static bool is_linked(const struct transfer_batch *batch, size_t event)
{
    return (batch_event(batch, event)->flags & QUIPU_TRANSFER_LINKED) != 0;
}

/* The unit that starts at this event: how many, and does the batch end inside it? 0: no memory. */
static uint32_t unit_length(struct transfer_batch *batch, size_t from, bool *is_open)
{
    size_t last = from;

    while (last + 1 < batch->count && is_linked(batch, last)) {
        last++;
        if (last >= batch->arrivals.stages.hashed && !quipui_take_beyond(batch, last)) return 0;
    }
    *is_open = is_linked(batch, last);
    return (uint32_t)(last - from + 1);
}

/* What comes next, as far as `end`: a run of ordinary transfers, or of plain ones, or a unit. */
static quipu_status do_next(struct transfer_batch *batch, size_t end)
{
    quipu_status status = supply_ring(batch, RUN_EVENTS);
    size_t done = status == QUIPU_OK ? quipui_do_straight(batch, end, &status) : 0;

    if (done == 0 && status == QUIPU_OK) done = quipui_do_plains(batch, &status);
    if (done == 0 && status == QUIPU_OK) {
        bool is_open;
        uint32_t count;

        pipeline_fill(batch);
        count = unit_length(batch, batch->next, &is_open);
        status = count > 0 ? do_unit(batch, batch->next, count, is_open) : QUIPU_NO_MEMORY;
        if (status == QUIPU_OK) done = count;
    }
    batch->next += done;
    return status;
}

/* After a read section: give back what others may have been reading. */
static void tidy(struct transfer_batch *batch)
{
    if (batch->protocol->tidy != NULL) batch->protocol->tidy(batch->store);
}

/* As many events as a run has, or a few more. */
static quipu_status do_step(struct transfer_batch *batch)
{
    size_t left = batch->count - batch->next;
    size_t end = batch->next + (left < RUN_EVENTS ? left : RUN_EVENTS);
    quipu_status status = QUIPU_OK;

    quipui_grace_enter();
    /* Ends: each turn decides one event at least, or fails. */
    while (status == QUIPU_OK && batch->next < end) {
        pipeline_start(batch);
        status = do_next(batch, end);
    }
    quipui_grace_leave();
    tidy(batch);
    return status;
}

static void give_worker_back(struct transfer_batch *batch)
{
    if (batch->imports) {
        quipui_worker_give_back_alone(&batch->store->workers, batch->worker);
    } else {
        quipui_worker_give_back(batch->worker);
    }
}

/* Of a durable ledger: a ring, and, if the call is not to wait, room in it for all events; before
 * the last of them do_next() looks for room for a run. */
static quipu_status join(struct transfer_batch *batch)
{
    if (batch->store->journal == NULL) return QUIPU_OK;
    if (!quipui_journal_join(batch->worker)) return QUIPU_NO_MEMORY;
    if (!batch->never_waits) return QUIPU_OK;
    return ring_has_room(worker_ring(batch->worker), batch->count + RUN_EVENTS - 1) ? QUIPU_OK
                                                                                    : QUIPU_BUSY;
}

static quipu_status start(struct transfer_batch *batch)
{
    struct workers *workers = &batch->store->workers;
    quipu_status status;

    batch->worker = batch->imports ? quipui_worker_take_alone(workers)
                                   : quipui_worker_take(workers, WORKER_WRITES);
    if (batch->worker == NULL) return QUIPU_NO_MEMORY;
    status = join(batch);
    if (status == QUIPU_OK && batch->imports &&
        !quipui_imports_supply(&batch->store->imports, batch->count)) {
        status = QUIPU_NO_MEMORY;
    }
    if (status != QUIPU_OK) {
        give_worker_back(batch);
        return status;
    }
    worker_set_floor(batch->worker, clock_floor(&batch->store->clock)); /* F1 */
    batch->drawn = clock_draw(&batch->store->clock, batch->count);
    if (batch->imports) store_raise_barrier(batch->store, batch->drawn + batch->count - 1);
    return QUIPU_OK;
}

/* What the answer hangs on (journal.h, H3). */
static uint64_t answer_of(const struct transfer_batch *batch)
{
    return batch->hangs_on_clock ? clock_last(&batch->store->clock) : batch->worker->newest;
}

static void finish(struct transfer_batch *batch)
{
    if (batch->store->journal != NULL) batch->answers_at = answer_of(batch);
    worker_set_floor(batch->worker, NO_FLOOR);
    quipui_index_reclaim(&batch->store->transfer_ids);
    if (batch->beyond != NULL) quipui_memory_give_back(batch->beyond);
    give_worker_back(batch);
}

/* Events from `from` on were not reached. */
static void set_not_reached(struct transfer_batch *batch, size_t from)
{
    memset(batch->results + from, 0, (batch->count - from) * sizeof *batch->results);
}

/* Ask for the lines of the first event while the call begins: a call of one event has nothing else
 * to do meanwhile. A thread that has not joined yet goes without. */
static void ask_early(struct transfer_batch *batch)
{
    if (!quipui_grace_joined) return;
    quipui_grace_enter();
    arrivals_begin(&batch->arrivals, batch->store);
    quipui_grace_leave();
}

quipu_status quipui_create_transfers(struct transfer_batch *batch)
{
    quipu_status status;

    ask_early(batch);
    status = start(batch);

    if (status != QUIPU_OK) {
        set_not_reached(batch, 0);
        return status;
    }
    /* Ends: each turn decides one event at least, or fails. */
    while (status == QUIPU_OK && batch->next < batch->count) {
        status = do_step(batch);
        /* F2; all of an import happens when it begins. */
        if (!batch->imports) worker_set_floor(batch->worker, batch->drawn + batch->next);
    }
    if (status != QUIPU_OK) set_not_reached(batch, batch->next);
    finish(batch);
    return status;
}

quipu_status quipui_commit(struct transfer_batch *batch)
{
    quipu_status status;
    size_t copied;

    set_not_reached(batch, 0);
    if (batch->receipts != NULL) memset(batch->receipts, 0, batch->count * sizeof *batch->receipts);
    status = start(batch);
    if (status != QUIPU_OK) return status;
    status = QUIPU_NO_MEMORY;
    quipui_grace_enter();
    pipeline_fill(batch);
    copied = batch->arrivals.stages.hashed;
    while (copied < batch->count && quipui_take_beyond(batch, copied))
        copied++;
    if (copied == batch->count) {
        status = do_unit(batch, 0, (uint32_t)batch->count, is_linked(batch, batch->count - 1));
    }
    quipui_grace_leave();
    tidy(batch);
    finish(batch);
    return status;
}
