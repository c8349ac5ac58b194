/* changes.c - what happened, in order, below the horizon.
 *
 *   1  have all that is due expire, and compute the horizon
 *   2  look for the oldest changes after the position: transfers by their timestamp, imported
 *      records by when they came in, accounts, expiries
 *   3  for each, show both accounts as they were right after it (past.h)
 *
 * Everything below the horizon is decided and settled before the search begins. So whatever writers
 * add meanwhile comes after what is found. */
#include "read/changes.h"

#include <string.h>

#include "journal/journal.h"
#include "read/past.h"
#include "read/scan.h"
#include "read/steps.h"
#include "records/find_account.h"
#include "records/horizon.h"

/* What a pick is: where its record is. */
enum kind { TRANSFER_HAPPENED, HOLD_EXPIRED_THEN, ACCOUNT_HAPPENED };

/* A search: positions after (after, after_order), timestamps up to `last`. */
struct search {
    struct store *store;
    uint64_t after, after_order, last;
    struct selection oldest; /* ranks are timestamps */
};

quipu_status quipui_read_horizon(struct reader *reader, uint64_t *horizon)
{
    struct store *store = reader->store;
    uint64_t now = clock_read(&store->clock);

    /* On all accounts, so that nothing below the horizon is left to expire. */
    if (!reader->protocol->expire(store, reader->worker, NULL, 0, now)) return QUIPU_NO_MEMORY;
    /* Nothing drawn from here on is before now: an idle ledger's horizon follows the clock. */
    clock_reach(&store->clock, now);
    *horizon = quipui_horizon(store);
    if (store->journal == NULL) return QUIPU_OK;
    *horizon = quipui_journal_lasting(store->journal, *horizon);
    if (*horizon > 0) reader_saw(reader, *horizon - 1);
    return QUIPU_OK;
}

/* Is this position beyond the one that the search starts after, and not too late? */
static bool is_wanted(const struct search *search, uint64_t timestamp, uint64_t order)
{
    if (timestamp > search->last) return false;
    if (timestamp != search->after) return timestamp > search->after;
    return order > search->after_order;
}

/* May something be found at this timestamp, or later? */
static bool is_open_at(const struct search *search, uint64_t timestamp)
{
    return timestamp <= search->last && selection_takes(&search->oldest, timestamp);
}

static void offer(struct search *search, uint64_t timestamp, uint64_t order, enum kind kind,
                  uint64_t place)
{
    count_step();
    if (!is_wanted(search, timestamp, order)) return;
    quipui_select(&search->oldest, &(struct pick){timestamp, order, place, kind});
}

/* Those that were not imported. */
static void find_transfers(struct search *search)
{
    const quipu_query_filter span = {.timestamp_min = search->after + 1,
                                     .timestamp_max = search->last};

    quipui_find_transfers(search->store, &span, &search->oldest);
}

/* Accounts are in order of timestamp. */
static void find_accounts(struct search *search)
{
    struct accounts *accounts = &search->store->accounts;
    uint64_t count = accounts_count(accounts);

    for (uint64_t place = quipui_accounts_from(accounts, search->after + 1); place < count;
         place++) {
        struct slot *slot = slot_at(accounts, place);
        /* relaxed: accounts_count() led here (S2). */
        uint64_t timestamp = load_relaxed(&slot->timestamp);

        if (!is_open_at(search, timestamp)) break;
        if ((slot->flags & QUIPU_ACCOUNT_IMPORTED) != 0) continue;
        offer(search, timestamp, 0, ACCOUNT_HAPPENED, place);
    }
}

/* Imported records, by when they came in (imports.h). */
static void find_imported(struct search *search)
{
    struct imports *imports = &search->store->imports;
    uint64_t count = imports_count(imports);

    for (uint64_t i = quipui_imports_from(imports, search->after); i < count; i++) {
        const struct import_note *note = import_note_at(imports, i);
        bool is_account = import_note_kind(note) == IMPORTED_ACCOUNT;

        if (!is_open_at(search, note->drawn)) break;
        offer(search, note->drawn, 1 + import_note_event(note),
              is_account ? ACCOUNT_HAPPENED : TRANSFER_HAPPENED, import_note_place(note));
    }
}

/* When the i-th expiry happened. */
static uint64_t expired_at(const struct search *search, uint64_t i)
{
    return hold_at(&search->store->transfers, expired_hold(&search->store->timeouts.expired, i))
        ->expiry.timestamp;
}

/* Expiries come after what else happened at their timestamp. On each account they follow each other
 * as they took effect, and each has its order for ever: both by D8 of timeouts.h. It would not fit
 * if four thousand million expiries of one timestamp stood one behind the other. */
static uint64_t order_of(const struct hold *hold)
{
    return QUIPU_BATCH_MAX + 1 + (hold->depth << 32 | hold->account[SIDE_DEBIT]);
}

static void offer_expiry(struct search *search, uint64_t i)
{
    uint64_t place = expired_hold(&search->store->timeouts.expired, i);
    const struct hold *hold = hold_at(&search->store->transfers, place);

    offer(search, hold->expiry.timestamp, order_of(hold), HOLD_EXPIRED_THEN, place);
}

/* May something of this span be found? */
static bool is_of_interest(const struct search *search, const struct span *span)
{
    count_step();
    return span->newest >= search->after && is_open_at(search, span->oldest);
}

/* A block in order: from where the search starts to where it ends, or takes no more. */
static void look_in_order(struct search *search, uint64_t from, uint64_t to)
{
    uint64_t low = from, high = to;

    /* Ends: each turn halves what is left. */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        count_step();
        if (expired_at(search, middle) < search->after) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (uint64_t i = low; i < to && is_open_at(search, expired_at(search, i)); i++)
        offer_expiry(search, i);
}

static void look_in_block(struct search *search, uint64_t from)
{
    const struct span *span =
        expiries_block(&search->store->timeouts.expired, from / BLOCK_EXPIRIES);

    if (!is_of_interest(search, span)) return;
    if (span->is_ordered) {
        look_in_order(search, from, from + BLOCK_EXPIRIES);
        return;
    }
    for (uint64_t i = from; i < from + BLOCK_EXPIRIES; i++)
        offer_expiry(search, i);
}

/* By groups and blocks; those at the end, which are not full, one by one. */
static void find_expiries(struct search *search)
{
    struct expiries *expiries = &search->store->timeouts.expired;
    uint64_t count = expiries_count(expiries);

    for (uint64_t i = 0, n; i < count; i += n) {
        n = GROUP_EXPIRIES;
        if (i % n == 0 && count - i >= n &&
            !is_of_interest(search, expiries_group(expiries, i / n))) {
            continue;
        }
        n = BLOCK_EXPIRIES;
        if (count - i >= n) {
            look_in_block(search, i);
            continue;
        }
        n = 1;
        offer_expiry(search, i);
    }
}

/* No more can be found than there is. */
static size_t room_for(struct store *store, size_t wanted)
{
    uint64_t most = places_end(&store->transfers.places) + accounts_count(&store->accounts) +
                    places_end(&store->transfers.hold_places);

    return wanted < most ? wanted : (size_t)most;
}

static enum quipu_change_type type_of(const quipu_transfer *transfer)
{
    if ((transfer->flags & QUIPU_TRANSFER_PENDING) != 0) return QUIPU_CHANGE_PENDING;
    if ((transfer->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0) {
        return QUIPU_CHANGE_PENDING_POSTED;
    }
    if ((transfer->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0) {
        return QUIPU_CHANGE_PENDING_VOIDED;
    }
    return QUIPU_CHANGE_TRANSFER;
}

/* The transfer (or the pending one that expired), and the versions that its knot gave. */
static void tell_transfer(struct store *store, const struct pick *pick, quipu_change *change)
{
    const struct transfers *transfers = &store->transfers;
    bool expired = pick->kind == HOLD_EXPIRED_THEN;
    const struct knot *knot =
        expired ? &hold_at(transfers, pick->place)->expiry : knot_at(transfers, pick->place);

    change->transfer =
        *transfer_at(transfers, expired ? hold_at(transfers, pick->place)->transfer : pick->place);
    change->type = expired ? QUIPU_CHANGE_PENDING_EXPIRED : type_of(&change->transfer);
    change->debit_version = knot_version(knot, SIDE_DEBIT);
    change->credit_version = knot_version(knot, SIDE_CREDIT);
}

static void tell_account(struct store *store, const struct pick *pick, quipu_change *change)
{
    struct slot *slot = slot_at(&store->accounts, pick->place);
    /* relaxed: accounts_count() led here (S2). */
    struct account_state first = protocol_first_state(slot, load_relaxed(&slot->timestamp));

    quipui_account_view(&store->accounts, slot, &first, &change->debit);
    change->debit_version = first.balance.version;
    change->type = QUIPU_CHANGE_ACCOUNT;
}

/* Tell each change, but without the accounts of transfers: `pasts` ask for those. Returns how many
 * pasts. */
static size_t tell(struct search *search, quipu_change *changes, struct past *pasts)
{
    struct store *store = search->store;
    size_t asked = 0;

    for (size_t i = 0; i < search->oldest.count; i++) {
        const struct pick *pick = &search->oldest.picks[i];
        quipu_change *change = &changes[i];

        memset(change, 0, sizeof *change);
        change->timestamp = pick->rank;
        change->order = pick->order;
        if (pick->kind == ACCOUNT_HAPPENED) {
            tell_account(store, pick, change);
            continue;
        }
        tell_transfer(store, pick, change);
        pasts[asked++] =
            (struct past){quipui_find_account(store, change->transfer.debit_account_id),
                          change->debit_version, &change->debit};
        pasts[asked++] =
            (struct past){quipui_find_account(store, change->transfer.credit_account_id),
                          change->credit_version, &change->credit};
    }
    return asked;
}

quipu_status quipui_get_changes(struct reader *reader, const quipu_change_filter *filter,
                                quipu_change *changes, size_t capacity, size_t *count,
                                uint64_t *horizon)
{
    struct search search = {.store = reader->store,
                            .after = filter->after_timestamp,
                            .after_order = filter->after_order};
    size_t room = filter->limit < capacity ? filter->limit : capacity, asked;
    uint64_t found_horizon;
    quipu_status status = quipui_read_horizon(reader, &found_horizon);
    struct past *pasts;
    struct key *keys;

    if (status != QUIPU_OK) return status;
    search.last = found_horizon > 0 ? found_horizon - 1 : 0;
    if (filter->timestamp_max != 0 && filter->timestamp_max < search.last) {
        search.last = filter->timestamp_max;
    }
    room = room_for(reader->store, room);
    pasts = quipui_worker_scratch(
        reader->worker, 1 + room * (2 * (sizeof *pasts + sizeof *keys) + sizeof(struct pick)));
    if (pasts == NULL) return QUIPU_NO_MEMORY;
    keys = (struct key *)(void *)(pasts + 2 * room);
    search.oldest = (struct selection){
        .picks = (struct pick *)(void *)(keys + 2 * room), .room = room, .skips_imported = true};
    if (room > 0 && search.last > 0) {
        find_imported(&search);
        find_accounts(&search);
        find_expiries(&search);
        find_transfers(&search);
    }
    quipui_selection_sort(&search.oldest);
    asked = tell(&search, changes, pasts);
    quipui_read_past(reader, pasts, asked, keys);
    *count = search.oldest.count;
    if (horizon != NULL) *horizon = found_horizon;
    return QUIPU_OK;
}
