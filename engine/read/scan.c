/* scan.c - transfers of a span of time: a scan over chunks of places, guided by their notes.
 *
 *   1  a group or chunk whose note says that nothing in it can be selected is skipped
 *   2  a chunk whose places are in order of time is entered where the span begins
 *   3  any other chunk is looked at place by place, and noted if it is at rest (records/chunks.h)
 *
 * A scan goes up the places for the oldest, down for the newest. That is nearly the order of time,
 * so once the selection is full most chunks cannot improve it. */
#include "read/scan.h"

#include "read/steps.h"

#ifdef QUIPU_TESTING
_Thread_local uint64_t quipui_steps;
#endif

struct scan {
    struct transfers *transfers;
    const quipu_query_filter *filter;
    struct selection *selection;
    uint64_t end; /* no place from here on was handed out when the scan began */
};

static bool is_in_time(const quipu_query_filter *filter, uint64_t timestamp)
{
    return timestamp >= filter->timestamp_min &&
           (filter->timestamp_max == 0 || timestamp <= filter->timestamp_max);
}

static bool is_wanted(const struct scan *scan, const quipu_transfer *transfer)
{
    const quipu_query_filter *filter = scan->filter;

    if (scan->selection->skips_imported && (transfer->flags & QUIPU_TRANSFER_IMPORTED) != 0) {
        return false;
    }
    return is_in_time(filter, transfer->timestamp) &&
           (filter->user_data_128 == 0 || transfer->user_data_128 == filter->user_data_128) &&
           (filter->user_data_64 == 0 || transfer->user_data_64 == filter->user_data_64) &&
           (filter->user_data_32 == 0 || transfer->user_data_32 == filter->user_data_32) &&
           (filter->ledger == 0 || transfer->ledger == filter->ledger) &&
           (filter->code == 0 || transfer->code == filter->code);
}

/* May something of this span still be selected? */
static bool is_of_interest(const struct scan *scan, const struct span *span)
{
    const quipu_query_filter *filter = scan->filter;

    return span->count > 0 && span->newest >= filter->timestamp_min &&
           (filter->timestamp_max == 0 || span->oldest <= filter->timestamp_max) &&
           selection_takes(scan->selection, scan->selection->newest ? span->newest : span->oldest);
}

static void select_at(const struct scan *scan, uint64_t timestamp, uint64_t place)
{
    quipui_select(scan->selection,
                  &(struct pick){selection_rank(scan->selection, timestamp), .place = place});
}

static void offer(const struct scan *scan, uint64_t place)
{
    const quipu_transfer *transfer = transfer_at(scan->transfers, place);

    count_step();
    if (is_wanted(scan, transfer)) {
        select_at(scan, transfer->timestamp, place);
    }
}

/* Look at each place of [from, to) and say what span the settled ones have. */
static void look_at_all(const struct scan *scan, uint64_t from, uint64_t to, struct span *span)
{
    bool down = scan->selection->newest;
    uint64_t last = 0;

    *span = (struct span){.is_ordered = true};
    for (uint64_t i = from; i < to; i++) {
        uint64_t place = down ? to - 1 - (i - from) : i, timestamp;

        count_step();
        if (!knot_is_settled(knot_at(scan->transfers, place))) {
            span->is_ordered = false; /* a gap: the order is not used */
            continue;
        }
        timestamp = transfer_at(scan->transfers, place)->timestamp;
        if (span->count > 0 && (last < timestamp) == down) span->is_ordered = false;
        last = timestamp;
        span_add(span, &(struct span){1, timestamp, timestamp, false});
        if (is_wanted(scan, transfer_at(scan->transfers, place))) {
            select_at(scan, timestamp, place);
        }
    }
    if (to - from != CHUNK_PLACES) span->is_ordered = false;
}

/* The first place of a chunk in order whose transfer is not older than this. */
static uint64_t first_from(const struct scan *scan, uint64_t from, uint64_t timestamp)
{
    uint64_t low = from, high = from + CHUNK_PLACES;

    /* Ends: each turn halves what is left. */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        count_step();
        if (transfer_at(scan->transfers, middle)->timestamp < timestamp) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A chunk that is in order: from where the span begins to where it ends, or where the selection
 * takes no more. */
static void look_in_order(const struct scan *scan, uint64_t from)
{
    const quipu_query_filter *filter = scan->filter;
    uint64_t low = first_from(scan, from, filter->timestamp_min);
    uint64_t high = filter->timestamp_max == 0 ? from + CHUNK_PLACES
                                               : first_from(scan, from, filter->timestamp_max + 1);

    for (uint64_t i = low; i < high; i++) {
        uint64_t place = scan->selection->newest ? high - 1 - (i - low) : i;

        if (!selection_takes(scan->selection, transfer_at(scan->transfers, place)->timestamp)) {
            return;
        }
        offer(scan, place);
    }
}

/* One chunk. Returns whether it is at rest: then *span is that of all its transfers. */
static bool scan_chunk(const struct scan *scan, uint64_t number, struct span *span)
{
    struct chunk *chunk = chunk_at(&scan->transfers->chunks, number);
    uint64_t from = number * CHUNK_PLACES, to = from + CHUNK_PLACES;

    count_step();
    if (quipui_chunk_span(chunk, span)) {
        if (!is_of_interest(scan, span)) return true;
        if (span->is_ordered) {
            look_in_order(scan, from);
            return true;
        }
    }
    look_at_all(scan, from, to < scan->end ? to : scan->end, span);
    return quipui_chunk_note(chunk, span);
}

static void scan_group(const struct scan *scan, uint64_t number)
{
    struct chunk *group = chunk_group_at(&scan->transfers->chunks, number);
    uint64_t first = number * GROUP_CHUNKS;
    uint64_t count = (scan->end + CHUNK_PLACES - 1) / CHUNK_PLACES - first;
    struct span all = {0}, span;
    bool at_rest = true;

    count_step();
    if (quipui_chunk_span(group, &span) && !is_of_interest(scan, &span)) return;
    if (count > GROUP_CHUNKS) count = GROUP_CHUNKS;
    for (uint64_t i = 0; i < count; i++) {
        at_rest &= scan_chunk(scan, first + (scan->selection->newest ? count - 1 - i : i), &span);
        span_add(&all, &span);
    }
    if (at_rest) (void)quipui_chunk_note(group, &all);
}

void quipui_find_transfers(struct store *store, const quipu_query_filter *filter,
                           struct selection *selection)
{
    struct scan scan = {&store->transfers, filter, selection, places_end(&store->transfers.places)};
    uint64_t groups = (scan.end + GROUP_PLACES - 1) / GROUP_PLACES;

    for (uint64_t i = 0; i < groups; i++)
        scan_group(&scan, selection->newest ? groups - 1 - i : i);
}
