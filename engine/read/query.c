/* query.c - accounts and transfers by their fields: scans.
 *
 * Account slots are in order of timestamp, so a span of time is a span of slots. Transfers are not
 * in order, since each worker appends to its own places: scan.c finds them. */
#include "read/query.h"

#include "read/scan.h"

static bool is_reversed(const quipu_query_filter *filter)
{
    return (filter->flags & QUIPU_QUERY_REVERSED) != 0;
}

static bool is_account_wanted(const quipu_query_filter *filter, const struct slot *slot,
                              const struct details *details)
{
    return (filter->user_data_128 == 0 || details->user_data_128 == filter->user_data_128) &&
           (filter->user_data_64 == 0 || details->user_data_64 == filter->user_data_64) &&
           (filter->user_data_32 == 0 || details->user_data_32 == filter->user_data_32) &&
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

        if (is_account_wanted(filter, slot, slot_user_data(&store->accounts, slot))) {
            copies[found++].slot = slot;
        }
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
        quipui_account_view(&reader->store->accounts, copy->slot, &copy->state, &accounts[kept++]);
    }
    *count = kept;
    return QUIPU_OK;
}

quipu_status quipui_query_transfers(struct reader *reader, const quipu_query_filter *filter,
                                    quipu_transfer *transfers, size_t capacity, size_t *count)
{
    struct transfers *stored = &reader->store->transfers;
    size_t room = filter->limit < capacity ? filter->limit : capacity;
    struct selection selection = {.newest = is_reversed(filter)};
    uint64_t all = places_end(&stored->places);

    *count = 0;
    if (all == 0) return QUIPU_OK;
    selection.room = room < all ? room : (size_t)all;
    selection.picks =
        quipui_worker_scratch(reader->worker, selection.room * sizeof *selection.picks);
    if (selection.picks == NULL) return QUIPU_NO_MEMORY;
    quipui_find_transfers(reader->store, filter, &selection);
    quipui_selection_sort(&selection);
    for (size_t i = 0; i < selection.count; i++) {
        transfers[i] = *transfer_at(stored, selection.picks[i].place);
        reader_saw(reader, transfers[i].timestamp);
    }
    *count = selection.count;
    return QUIPU_OK;
}
