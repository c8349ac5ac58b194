/* drain.c - from the rings, by way of the tables, to bytes.
 *
 * A ring says only where a record is. The record is encoded here, from the tables, where it does
 * not change any more. */
#include "journal/journal_parts.h"
#include "records/imports.h"

/* The places of both accounts of a knot, and the versions it gave them. */
struct sides {
    uint64_t account[2], version[2];
};

static void versions_of(const struct knot *knot, struct sides *sides)
{
    sides->version[SIDE_DEBIT] = knot_version(knot, SIDE_DEBIT);
    sides->version[SIDE_CREDIT] = knot_version(knot, SIDE_CREDIT);
}

static size_t put_transfer(struct journal *journal, unsigned char *to, uint64_t place,
                           const struct entry_origin *origin, const struct ring_entry *entry)
{
    const struct transfers *transfers = &journal->store->transfers;
    const struct accounts *accounts = &journal->store->accounts;
    struct sides sides = {.account = {slot_place(accounts, entry->slots[SIDE_DEBIT]),
                                      slot_place(accounts, entry->slots[SIDE_CREDIT])}};

    versions_of(knot_at(transfers, place), &sides);
    return quipui_entry_transfer(&journal->outbox.context, to, transfer_at(transfers, place),
                                 origin, sides.account, sides.version);
}

/* The account's timestamp is the entry's: the account itself may not be settled yet. */
static size_t put_account(struct journal *journal, unsigned char *to, uint64_t place,
                          const struct entry_origin *origin, uint64_t timestamp)
{
    const struct account_state none = {.head = 0};
    quipu_account account;

    quipui_account_view(&journal->store->accounts, slot_at(&journal->store->accounts, place), &none,
                        &account);
    account.timestamp = timestamp;
    return quipui_entry_account(&journal->outbox.context, to, &account, origin, place);
}

static size_t put_import(struct journal *journal, unsigned char *to, const struct ring_entry *entry)
{
    const struct import_note *note =
        import_note_at(&journal->store->imports, ring_entry_what(entry));
    const struct entry_origin origin = {note->drawn, import_note_event(note)};

    return ring_entry_kind(entry) == RING_IMPORT
               ? put_transfer(journal, to, import_note_place(note), &origin, entry)
               : put_account(journal, to, import_note_place(note), &origin, entry->timestamp);
}

static size_t put_expiry(struct journal *journal, unsigned char *to, uint64_t place)
{
    const struct transfers *transfers = &journal->store->transfers;
    const struct hold *hold = hold_at(transfers, place);
    struct sides sides = {.account = {hold->account[SIDE_DEBIT], hold->account[SIDE_CREDIT]}};

    versions_of(&hold->expiry, &sides);
    return quipui_entry_expiry(&journal->outbox.context, to,
                               transfer_at(transfers, hold->transfer)->id, hold->expiry.timestamp,
                               sides.account, sides.version);
}

static size_t put(struct journal *journal, unsigned char *to, const struct ring_entry *entry)
{
    static const struct entry_origin none = {0, 0};
    uint64_t what = ring_entry_what(entry);

    switch (ring_entry_kind(entry)) {
    case RING_TRANSFER: return put_transfer(journal, to, what, &none, entry);
    case RING_IMPORT:
    case RING_ACCOUNT_IMPORT: return put_import(journal, to, entry);
    case RING_EXPIRY: return put_expiry(journal, to, what);
    case RING_FAILED_ID:
        return quipui_entry_failed_id(&journal->outbox.context, to,
                                      failed_id_at(&journal->store->transfers, what)->id,
                                      entry->timestamp);
    case RING_ACCOUNT: return put_account(journal, to, what, &none, entry->timestamp);
    }
    return 0;
}

/* How many entries ahead the record of a transfer and its knot are prefetched: the processor of the
 * call has them. */
#define RECORDS_AHEAD 12

static void prefetch_record(const struct journal *journal, const struct ring_entry *entry)
{
    const struct transfers *transfers = &journal->store->transfers;
    uint64_t place = ring_entry_what(entry);

    if (ring_entry_kind(entry) != RING_TRANSFER) return;
    prefetch(knot_at(transfers, place));
    prefetch(transfer_at(transfers, place));
    prefetch((const char *)transfer_at(transfers, place) + CACHE_LINE);
}

static void see(struct ring *ring)
{
    if (ring != NULL) ring->seen = ring_see(ring);
}

void quipui_drain_see(struct journal *journal)
{
    for (struct worker *w = workers_first(&journal->store->workers); w != NULL; w = w->next)
        see(worker_ring(w));
    see(journal->expiries);
    see(journal->accounts);
}

/* Encode what was seen of one ring. */
static quipu_status drain(struct journal *journal, struct ring *ring)
{
    struct outbox *outbox = &journal->outbox;
    uint64_t number;

    if (ring == NULL) return QUIPU_OK;
    /* relaxed: only we write it. */
    for (number = load_relaxed(&ring->drained); number < ring->seen; number++) {
        if (outbox->used + ENTRY_BYTES_MAX > outbox->room) {
            quipu_status status =
                quipui_journal_append(journal, LOG_ENTRIES, journal->written_horizon);

            if (status != QUIPU_OK) return status;
        }
        if (number + RECORDS_AHEAD < ring->seen) {
            prefetch_record(journal, ring_at(ring, number + RECORDS_AHEAD));
        }
        outbox->used += put(journal, outbox->bytes + outbox->used, ring_at(ring, number));
    }
    ring_drain(ring, number);
    return QUIPU_OK;
}

/* Accounts are seen last and encoded first: so in the log an account stands before what names it.
 * */
quipu_status quipui_drain(struct journal *journal)
{
    quipu_status status = drain(journal, journal->accounts);

    for (struct worker *w = workers_first(&journal->store->workers);
         status == QUIPU_OK && w != NULL; w = w->next) {
        status = drain(journal, worker_ring(w));
    }
    return status == QUIPU_OK ? drain(journal, journal->expiries) : status;
}
