/* query.c - accounts and transfers by their fields: scans.
 *
 * Account slots are in order of timestamp, so a span of time is a span of slots. Transfers are not
 * (each worker appends to its own places), so the caller's array is kept as a heap of the best so
 * far, and sorted at the end. */
#include <stdlib.h>
#include <string.h>

#include "batch/read.h"

static bool is_reversed(const quipu_query_filter *filter)
{
    return (filter->flags & QUIPU_QUERY_REVERSED) != 0;
}

static bool is_in_time(const quipu_query_filter *filter, uint64_t timestamp)
{
    return timestamp != 0 && timestamp >= filter->timestamp_min &&
           (filter->timestamp_max == 0 || timestamp <= filter->timestamp_max);
}

static bool is_account_wanted(const quipu_query_filter *filter, const struct slot *slot)
{
    return (filter->user_data_128 == 0 || slot->user_data_128 == filter->user_data_128) &&
           (filter->user_data_64 == 0 || slot->user_data_64 == filter->user_data_64) &&
           (filter->user_data_32 == 0 || slot->user_data_32 == filter->user_data_32) &&
           (filter->ledger == 0 || slot->ledger == filter->ledger) &&
           (filter->code == 0 || slot->code == filter->code);
}

/* Up to `room` slots that are wanted: the first or the last, in order of address. */
static size_t find_slots(struct store *store, const quipu_query_filter *filter, size_t room,
                         struct copy *copies)
{
    uint64_t from = quipui_accounts_from(&store->accounts, filter->timestamp_min);
    uint64_t to = filter->timestamp_max == 0
                      ? accounts_count(&store->accounts)
                      : quipui_accounts_from(&store->accounts, filter->timestamp_max + 1);
    size_t found = 0;

    for (uint64_t i = from; i < to && found < room; i++) {
        struct slot *slot =
            slot_at(&store->accounts, is_reversed(filter) ? to - 1 - (i - from) : i);

        if (is_account_wanted(filter, slot)) copies[found++].slot = slot;
    }
    for (size_t i = 0; is_reversed(filter) && i < found / 2; i++) {
        struct slot *slot = copies[i].slot;

        copies[i].slot = copies[found - 1 - i].slot;
        copies[found - 1 - i].slot = slot;
    }
    return found;
}

quipu_status quipui_query_accounts(struct reader *reader, const quipu_query_filter *filter,
                                   quipu_account *accounts, size_t capacity, size_t *count)
{
    size_t all = (size_t)accounts_count(&reader->store->accounts);
    size_t room = filter->limit < capacity ? filter->limit : capacity, found, kept = 0;
    struct copy *copies;

    if (room > all) room = all;
    copies = quipui_worker_scratch(reader->worker, (room + 1) * sizeof *copies);
    if (copies == NULL) return QUIPU_NO_MEMORY;
    found = find_slots(reader->store, filter, room, copies);
    if (found > 0 && !quipui_read(reader, copies, found)) return QUIPU_NO_MEMORY;
    for (size_t i = 0; i < found; i++) {
        const struct copy *copy = &copies[is_reversed(filter) ? found - 1 - i : i];

        if (copy->state.balance.version == 0) continue; /* not there yet as of this instant */
        quipui_slot_view(copy->slot, &copy->state, &accounts[kept++]);
    }
    *count = kept;
    return QUIPU_OK;
}

static bool is_transfer_wanted(const quipu_query_filter *filter, const quipu_transfer *transfer)
{
    return is_in_time(filter, transfer->timestamp) &&
           (filter->user_data_128 == 0 || transfer->user_data_128 == filter->user_data_128) &&
           (filter->user_data_64 == 0 || transfer->user_data_64 == filter->user_data_64) &&
           (filter->user_data_32 == 0 || transfer->user_data_32 == filter->user_data_32) &&
           (filter->ledger == 0 || transfer->ledger == filter->ledger) &&
           (filter->code == 0 || transfer->code == filter->code);
}

static int by_timestamp(const void *a, const void *b)
{
    const quipu_transfer *left = a, *right = b;

    return (left->timestamp > right->timestamp) - (left->timestamp < right->timestamp);
}

static int by_timestamp_reversed(const void *a, const void *b)
{
    return by_timestamp(b, a);
}

/* The comparison that puts the best first; the heap has the worst on top. */
typedef int (*order)(const void *, const void *);

static void sift_down(quipu_transfer *heap, size_t count, quipu_transfer item, order compare)
{
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < count && compare(&heap[child + 1], &heap[child]) > 0) child++;
        if (child >= count || compare(&heap[child], &item) <= 0) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

static void sift_up(quipu_transfer *heap, size_t at, quipu_transfer item, order compare)
{
    while (at > 0 && compare(&item, &heap[(at - 1) / 2]) > 0) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = item;
}

quipu_status quipui_query_transfers(struct reader *reader, const quipu_query_filter *filter,
                                    quipu_transfer *transfers, size_t capacity, size_t *count)
{
    struct transfers *stored = &reader->store->transfers;
    order compare = is_reversed(filter) ? by_timestamp_reversed : by_timestamp;
    size_t room = filter->limit < capacity ? filter->limit : capacity, found = 0;
    uint64_t all = places_end(&stored->places);

    for (uint64_t i = 0; i < all; i++) {
        const quipu_transfer *transfer = transfer_at(stored, i);

        if (!knot_is_settled(knot_at(stored, i)) || !is_transfer_wanted(filter, transfer)) continue;
        if (found < room) {
            sift_up(transfers, found++, *transfer, compare);
        } else if (compare(transfer, &transfers[0]) < 0) {
            sift_down(transfers, found, *transfer, compare);
        }
    }
    qsort(transfers, found, sizeof *transfers, compare);
    *count = found;
    return QUIPU_OK;
}
