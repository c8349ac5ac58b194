/* build.c - a unit from its events: memory, legs, first verdicts, twins. */
#include "write/build.h"

#include "base/assert.h"

#include "write/pipeline.h"

/* The memory of a chain: the worst case of all, in the worker's scratch. */
static bool unit_in_scratch(struct transfer_batch *batch, uint32_t legs)
{
    size_t accounts = 2 * (size_t)legs + batch->expectation_count;
    struct unit *unit = &batch->unit;
    char *scratch =
        quipui_worker_scratch(batch->worker, accounts * (sizeof *unit->copies + sizeof *unit->was) +
                                                 2 * accounts * sizeof *unit->reaches +
                                                 legs * (sizeof *unit->legs + sizeof *unit->views) +
                                                 accounts * sizeof *batch->keys);

    if (scratch == NULL) return false;
    /* In order of alignment, so that no gap is needed. */
    *unit = (struct unit){.copies = (struct copy *)(void *)scratch};
    unit->was = (struct account_state *)(void *)(unit->copies + accounts);
    unit->reaches = (struct total_reach *)(void *)(unit->was + accounts);
    unit->legs = (struct leg *)(void *)(unit->reaches + 2 * accounts);
    batch->keys = (struct key *)(void *)(unit->legs + legs);
    unit->views = (struct view *)(void *)(batch->keys + accounts);
    return true;
}

uint32_t quipui_first_verdict(const quipu_transfer *event, bool batch_imports, uint64_t drawn)
{
    uint32_t verdict = quipui_rules_transfer_time(event, batch_imports, drawn);

    return verdict == QUIPU_CREATED ? quipui_rules_transfer_form(event) : verdict;
}

/* A leg by itself: its place, its timestamp, and what can be said before its id is looked up. */
static void build_leg(struct transfer_batch *batch, uint32_t i)
{
    const quipu_transfer *event = batch_event(batch, batch->from + i);
    struct leg *leg = &batch->unit.legs[i];

    *leg = (struct leg){
        .event = event,
        .place = batch->place == NOWHERE ? NOWHERE : batch->place + i,
        .timestamp = batch->imports ? event->timestamp : batch->drawn + batch->from + i,
        .verdict = quipui_first_verdict(event, batch->imports, batch->drawn),
        .debit = NOT_FOUND,
        .credit = NOT_FOUND,
        .view = NOT_FOUND,
        .twin = NOT_FOUND,
    };
    if (leg->verdict != QUIPU_CREATED) return;
    leg->hash = quipui_hashes(batch, batch->from + i)->id;
    if (leg->place != NOWHERE) {
        transfer_at(&batch->store->transfers, leg->place)->id = leg->event->id;
    }
}

/* Among legs of one hash (they are few), the first with the same id before this one. */
static void find_twin(struct unit *unit, const struct key *keys, size_t from, size_t at)
{
    struct leg *leg = &unit->legs[keys[at].which];

    for (size_t i = from; i < at; i++) {
        if (unit->legs[keys[i].which].event->id == leg->event->id) {
            leg->twin = keys[i].which;
            return;
        }
    }
}

/* Sort the legs by hash, and find those that share an id. */
static void find_twins(struct transfer_batch *batch)
{
    struct unit *unit = &batch->unit;
    size_t from = 0;

    for (uint32_t i = 0; i < unit->leg_count; i++) {
        batch->keys[i] = (struct key){unit->legs[i].hash, i};
    }
    if (unit->leg_count == 1) return;
    quipui_sort(batch->keys, unit->leg_count);
    for (size_t i = 1; i < unit->leg_count; i++) {
        const struct leg *leg = &unit->legs[batch->keys[i].which];

        if (batch->keys[i].by != batch->keys[from].by) from = i;
        if (leg->verdict == QUIPU_CREATED) find_twin(unit, batch->keys, from, i);
    }
}

quipu_status quipui_build(struct transfer_batch *batch, size_t from, uint32_t count, bool is_open)
{
    if (count == 1 && batch->expectation_count == 0) {
        batch->unit = unit_in_single(&batch->single);
        batch->keys = batch->single_keys;
    } else if (!unit_in_scratch(batch, count)) {
        return QUIPU_NO_MEMORY;
    }
    batch->unit.leg_count = count;
    batch->unit.imports = batch->imports;
    batch->unit.now = batch->imports ? imports_no_sooner(&batch->store->imports, batch->drawn) : 0;
    batch->unit.from = from;
    batch->unit.expects = batch->expectation_count > 0;
    batch->unit.receipts = batch->receipts;
    batch->from = from;
    batch->is_open = is_open;

    for (uint32_t i = 0; i < count; i++)
        build_leg(batch, i);
    if (is_open)
        batch->unit.legs[count - 1].verdict = QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN;
    find_twins(batch);
    return QUIPU_OK;
}
