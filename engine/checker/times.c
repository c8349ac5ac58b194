/* times.c - the order of calls in time, and whether timestamps follow it. */
#include <string.h>

#include "checker/checker_parts.h"

static void merge(const struct moment *from, struct moment *to, size_t left, size_t middle,
                  size_t right)
{
    size_t a = left, b = middle;

    for (size_t i = left; i < right; i++) {
        bool first = b >= right || (a < middle && from[a].time <= from[b].time);

        to[i] = from[first ? a++ : b++];
    }
}

/* Each tape is in order already, so merge runs of 1, 2, 4, ... tapes. Tape t begins at bounds[t]
 * and ends at bounds[t + 1]. Returns the array that holds the result: one of the two. */
static struct moment *sort(struct moment *moments, struct moment *spare, const uint32_t *bounds,
                           size_t tapes)
{
    for (size_t width = 1; width < tapes; width *= 2) {
        struct moment *swap;

        for (size_t t = 0; t < tapes; t += 2 * width) {
            size_t middle = t + width < tapes ? t + width : tapes;
            size_t right = t + 2 * width < tapes ? t + 2 * width : tapes;

            merge(moments, spare, bounds[t], bounds[middle], bounds[right]);
        }
        swap = moments;
        moments = spare;
        spare = swap;
    }
    return moments;
}

static void fill(struct checker *c, uint32_t *bounds)
{
    size_t tapes = c->history->tape_count;
    uint32_t call = 0;

    for (size_t t = 0; t < tapes; t++) {
        bounds[t] = call;
        for (; call < c->call_count && c->calls[call].tape == t; call++) {
            c->by_begin[call] = (struct moment){c->calls[call].is->begin, call};
            c->by_end[call] = (struct moment){c->calls[call].is->end, call};
        }
    }
    bounds[tapes] = call;
}

bool times_sort(struct checker *c)
{
    uint32_t *bounds = checker_room(c, ROOM_SPANS, c->history->tape_count + 1, sizeof *bounds);
    struct moment *spare = checker_room(c, ROOM_SORTING, c->call_count, sizeof *spare), *sorted;

    c->by_begin = checker_room(c, ROOM_BEGINS, c->call_count, sizeof *c->by_begin);
    c->by_end = checker_room(c, ROOM_ENDS, c->call_count, sizeof *c->by_end);
    if (bounds == NULL || spare == NULL || c->by_begin == NULL || c->by_end == NULL) return false;
    fill(c, bounds);

    /* Three arrays take turns: the one that is left over is the spare one of the next sort. */
    sorted = sort(c->by_begin, spare, bounds, c->history->tape_count);
    if (sorted == spare) {
        spare = c->by_begin;
        c->by_begin = sorted;
    }
    c->by_end = sort(c->by_end, spare, bounds, c->history->tape_count);
    return true;
}

/* --- timestamps along each account's versions --- */

static bool imported(const struct history_step *step)
{
    return step->kind == HISTORY_TRANSFER ? (step->transfer.flags & QUIPU_TRANSFER_IMPORTED) != 0
                                          : (step->account.flags & QUIPU_ACCOUNT_IMPORTED) != 0;
}

static void check_account(struct checker *c, uint32_t a)
{
    const struct account *account = &c->accounts[a];
    uint64_t last = 0;

    if (account->origin != NONE && !imported(c->steps[account->origin])) {
        last = c->steps[account->origin]->account.timestamp;
    }
    for (uint32_t i = account->low == 0 ? 2 : 1; i <= account->high; i++) {
        uint32_t writer = c->writers[account->first_state + i];
        const struct history_step *cause;
        struct finding *finding;
        uint64_t time;
        bool expiry;

        if (writer == NONE) continue;
        cause = c->steps[c->causes[account->first_state + i]];
        if (imported(cause)) continue;
        /* An expiry comes before everything that happens at its due time or later. */
        expiry = c->units[writer].end == UNIT_EXPIRY;
        time = expiry ? step_due(cause) - 1 : cause->transfer.timestamp;
        if (cause->transfer.timestamp == 0) continue;
        if (time < last || (time == last && !expiry)) {
            finding = checker_note(c, ANOMALY_TIMESTAMP_ORDER,
                                   "a later version of an account has an earlier timestamp", writer,
                                   c->causes[account->first_state + i]);
            finding->account = a;
            finding->version = account->low + i;
        }
        last = time;
    }
}

/* --- timestamps and real time --- */

static bool is_timed(const struct history_step *step)
{
    return step->kind == HISTORY_TRANSFER && step->status == QUIPU_CREATED && !imported(step) &&
           step->transfer.timestamp != 0;
}

/* The step of a call that has the earliest timestamp, or the latest; NONE. */
static uint32_t extreme(const struct checker *c, const struct call *call, bool latest)
{
    uint32_t best = NONE;

    for (uint32_t u = call->first_unit; u < call->first_unit + call->unit_count; u++) {
        const struct unit *unit = &c->units[u];

        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
            if (!is_timed(c->steps[s])) continue;
            if (best == NONE ||
                (c->steps[s]->transfer.timestamp > c->steps[best]->transfer.timestamp) == latest) {
                best = s;
            }
        }
    }
    return best;
}

static uint32_t unit_with(const struct checker *c, const struct call *call, uint32_t step)
{
    uint32_t u = call->first_unit;

    while (c->units[u].first_step + c->units[u].step_count <= step)
        u++;
    return u;
}

/* A call that began after another had ended has the larger timestamps. */
static void check_real_time(struct checker *c)
{
    uint32_t ended = 0, latest = NONE, latest_call = NONE;

    for (uint32_t i = 0; i < c->call_count; i++) {
        const struct moment *begin = &c->by_begin[i];
        const struct call *call = &c->calls[begin->call];
        struct finding *finding;
        uint32_t earliest;

        for (; ended < c->call_count && ended_before(c, c->by_end[ended].time, begin->time);
             ended++) {
            uint32_t s = extreme(c, &c->calls[c->by_end[ended].call], true);

            if (s == NONE || (latest != NONE && c->steps[s]->transfer.timestamp <
                                                    c->steps[latest]->transfer.timestamp)) {
                continue;
            }
            latest = s;
            latest_call = c->by_end[ended].call;
        }
        earliest = latest == NONE ? NONE : extreme(c, call, false);
        if (earliest == NONE ||
            c->steps[earliest]->transfer.timestamp > c->steps[latest]->transfer.timestamp) {
            continue;
        }
        finding = checker_note(c, ANOMALY_TIMESTAMP_ORDER,
                               "it began after the other had ended, and has the earlier timestamp",
                               unit_with(c, call, earliest), earliest);
        finding->units[1] = unit_with(c, &c->calls[latest_call], latest);
    }
}

void times_check(struct checker *c)
{
    for (uint32_t a = 0; a < c->account_names.count; a++)
        check_account(c, a);
    check_real_time(c);
}
