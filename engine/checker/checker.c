/* checker.c - the parts of a check, in order, and the memory they share.
 *
 *   1  cut the calls into units; check chains
 *   2  find which unit took each id, and which gave each version; find what each unit saw
 *   3  infer which holds expired
 *   4  replay each account; check times, outcomes and values
 *   5  a serializable history: no cycle in the graph of units. A history per account: each account
 *      by itself
 *   6  check that no money is lost
 *
 * A malformed history ends the check early: the anomaly is noted, and the rest is not looked at. */
#include <stdlib.h>
#include <string.h>

#include "checker/checker_parts.h"

struct checker *checker_new(void)
{
    return calloc(1, sizeof(struct checker));
}

void checker_free(struct checker *c)
{
    if (c == NULL) return;
    for (size_t i = 0; i < ROOM_COUNT; i++)
        free(c->rooms[i].memory);
    free(c);
}

void *checker_room(struct checker *c, enum room_name name, size_t count, size_t size)
{
    struct room *room = &c->rooms[name];
    size_t bytes;
    void *grown;

    if (count > (SIZE_MAX - 64) / size / 2) return NULL;
    bytes = count * size;
    if (bytes <= room->bytes && room->memory != NULL) return room->memory;
    bytes += bytes / 2 + 64;
    grown = realloc(room->memory, bytes);
    if (grown == NULL) return NULL;
    room->memory = grown;
    room->bytes = bytes;
    return grown;
}

struct finding *checker_note(struct checker *c, enum anomaly anomaly, const char *what,
                             uint32_t unit, uint32_t step)
{
    /* The last place is never shown, so a caller may always fill in more. */
    struct finding *finding = &c->findings[c->kept < FINDINGS_MAX - 1 ? c->kept++ : c->kept];

    *finding = (struct finding){
        .anomaly = anomaly, .what = what, .units = {unit, NONE}, .step = step, .account = NONE};
    c->finding_count++;
    return finding;
}

struct finding *checker_note_version(struct checker *c, enum anomaly anomaly, const char *what,
                                     uint32_t unit, uint32_t step, uint32_t account,
                                     uint64_t version)
{
    struct finding *finding = checker_note(c, anomaly, what, unit, step);

    finding->account = account;
    finding->version = version;
    return finding;
}

static bool check_serializable(struct checker *c)
{
    conflicts_check(c);
    return graph_build(c) && cycles_find(c);
}

static bool check(struct checker *c)
{
    if (!units_collect(c)) return false;
    if (c->malformed) return true;
    chains_check(c);
    if (!ids_collect(c)) return false;
    if (!versions_collect(c)) return false;
    if (c->malformed) return true;
    if (!reads_collect(c) || !expiries_infer(c)) return false;
    versions_check(c);
    reads_check(c);
    if (!replay_run(c)) return false;
    if (!times_sort(c)) return false;
    times_check(c);
    outcomes_check(c);
    if (c->history->promise == HISTORY_SERIALIZABLE) {
        values_check(c);
        if (!check_serializable(c)) return false;
    } else {
        if (!per_account_check(c)) return false;
    }
    return conservation_check(c);
}

bool checker_run(struct checker *c, const struct history *history, struct verdict *verdict)
{
    c->history = history;
    c->call_count = c->unit_count = c->step_count = c->call_units = 0;
    c->state_count = c->account_states = c->timed_count = c->read_count = 0;
    c->node_count = c->edge_count = c->component_count = 0;
    c->finding_count = c->kept = c->arrow_count = 0;
    c->malformed = c->out_of_memory = false;

    if (!check(c)) return false;
    *verdict = (struct verdict){.calls = c->call_count,
                                .units = c->unit_count,
                                .edges = c->edge_count,
                                .anomaly_count = c->finding_count};
    if (c->finding_count > 0) verdict->first = c->findings[0].anomaly;
    return true;
}
