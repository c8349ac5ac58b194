/* recover_read.c - the second time that the log is read: entries into the tables.
 *
 * Entries come in any order, so nothing is looked up here but ids that are there twice: an account
 * that a transfer names may be read later, or by the other part. */
#include "recovery/recover_parts.h"

#include <string.h>

#include "base/grace.h"
#include "base/memory.h"
#include "rules/account.h"

/* So many entries are decoded before the first of them is kept, while the lines of the index that
 * their ids go to are on their way. */
#define GROUP_ENTRIES 16

struct group {
    struct entry entries[GROUP_ENTRIES];
    uint64_t hashes[GROUP_ENTRIES];
    size_t count;
};

static quipu_status claimed(struct part *part, enum claim claim, quipu_uint128 id, const char *what)
{
    if (claim == CLAIM_TAKEN) return QUIPU_OK;
    if (claim == CLAIM_NO_MEMORY) {
        return quipui_blame_room(&part->diagnosis, QUIPU_NO_MEMORY, "an index of ids");
    }
    return quipui_blame_transfer(&part->diagnosis, id, what);
}

/* A fresh place of this table. */
static quipu_status take_place(struct part *part, struct places *places, uint64_t *place,
                               const char *what)
{
    quipu_status status =
        quipui_keep_take_one(places, &part->recovery->store->workers, part->worker, place);

    return status == QUIPU_OK ? QUIPU_OK : quipui_blame_room(&part->diagnosis, status, what);
}

static quipu_status note_import(struct part *part, const struct entry *entry, enum imported kind,
                                uint64_t place)
{
    const struct read_import import = {entry->origin, place, kind};

    if (entry->origin.drawn == 0 || quipui_pile_add(&part->imports, &import)) return QUIPU_OK;
    return quipui_blame_room(&part->diagnosis, QUIPU_NO_MEMORY, "imported records");
}

/* The hold that a pending transfer opens. It stands until something is found that resolved it. */
static quipu_status open_hold(struct part *part, const struct entry *entry, uint64_t place)
{
    struct store *store = part->recovery->store;
    const quipu_transfer *transfer = &entry->transfer;
    struct hold *hold;
    uint64_t number;
    quipu_status status = quipui_hold_take(store, part->worker, &number);

    if (status != QUIPU_OK) return quipui_blame_room(&part->diagnosis, status, "pending transfers");
    hold = hold_at(&store->transfers, number);
    hold->transfer = place;
    hold->account[SIDE_DEBIT] = (uint32_t)entry->account[SIDE_DEBIT];
    hold->account[SIDE_CREDIT] = (uint32_t)entry->account[SIDE_CREDIT];
    if (transfer->timeout != 0) hold->due = rules_due(transfer->timestamp, transfer->timeout);
    if (hold->due > TIMESTAMP_MAX) {
        return quipui_blame_transfer(&part->diagnosis, transfer->id, "falls due too late");
    }
    /* relaxed: no other thread looks at it in this phase (V3). */
    store_relaxed(&hold->state, hold_word(HOLD_PENDING, 0));
    knot_at(&store->transfers, place)->hold = number + 1;
    return QUIPU_OK;
}

static quipu_status keep_transfer(struct part *part, const struct entry *entry, uint64_t hash)
{
    struct store *store = part->recovery->store;
    struct index *ids = &store->transfer_ids;
    const quipu_transfer *transfer = &entry->transfer;
    struct knot *knot;
    uint64_t place, found;
    quipu_status status;

    if (((transfer->flags & QUIPU_TRANSFER_IMPORTED) != 0) != (entry->origin.drawn != 0)) {
        return quipui_blame_transfer(&part->diagnosis, entry->id, "is imported and is not");
    }
    status = take_place(part, &store->transfers.places, &place, "transfers");
    if (status != QUIPU_OK) return status;
    *transfer_at(&store->transfers, place) = *transfer;
    knot = knot_at(&store->transfers, place);
    knot_tie_to(knot, SIDE_DEBIT, entry->version[0], entry->account[0]); /* V1 */
    knot_tie_to(knot, SIDE_CREDIT, entry->version[1], entry->account[1]);
    knot->hold = 0;

    status = claimed(part, quipui_index_claim(ids, hash, entry->id, place, &found), entry->id,
                     "is in the log twice, or has failed as well");
    if (status != QUIPU_OK) return status;
    if ((transfer->flags & QUIPU_TRANSFER_PENDING) != 0) status = open_hold(part, entry, place);
    if (status == QUIPU_OK) status = note_import(part, entry, IMPORTED_TRANSFER, place);
    if (status != QUIPU_OK) return status;
    knot_settle(knot);
    if (transfer->timestamp > part->worker->newest) part->worker->newest = transfer->timestamp;
    part->transfers++;
    return QUIPU_OK;
}

static quipu_status keep_failed_id(struct part *part, const struct entry *entry, uint64_t hash)
{
    struct store *store = part->recovery->store;
    struct index *ids = &store->transfer_ids;
    uint64_t place, found;
    quipu_status status = take_place(part, &store->transfers.burnt_places, &place, "failed ids");

    if (status != QUIPU_OK) return status;
    failed_id_at(&store->transfers, place)->id = entry->id;
    failed_id_settle(failed_id_at(&store->transfers, place), entry->timestamp);
    part->failed_ids++;
    return claimed(part, quipui_index_claim_burnt(ids, hash, entry->id, place, &found), entry->id,
                   "has failed twice, or is in the log as well");
}

static quipu_status keep_expiry(struct part *part, const struct entry *entry)
{
    const struct read_expiry expiry = {entry->id,
                                       entry->timestamp,
                                       {entry->account[0], entry->account[1]},
                                       {entry->version[0], entry->version[1]}};

    if (quipui_pile_add(&part->expiries, &expiry)) return QUIPU_OK;
    return quipui_blame_room(&part->diagnosis, QUIPU_NO_MEMORY, "expiries");
}

/* With `creating` taken. */
static quipu_status place_account(struct part *part, const struct entry *entry)
{
    struct recovery *recovery = part->recovery;
    struct store *store = recovery->store;
    struct index *ids = &store->account_ids;
    uint64_t place = entry->account[0], found;
    enum claim claim;

    if (place >= store->accounts.capacity) {
        return quipui_blame_room(&part->diagnosis, QUIPU_NO_SPACE, "accounts");
    }
    if (!quipui_accounts_grow(&store->accounts, place + 1)) {
        return quipui_blame_room(&part->diagnosis, QUIPU_NO_MEMORY, "accounts");
    }
    if (born_at(recovery, place) != 0) {
        return quipui_blame_account(&part->diagnosis, entry->id, "has the place of another");
    }
    quipui_account_fill(&store->accounts, slot_at(&store->accounts, place), &entry->record);
    accounts_settle(slot_at(&store->accounts, place), entry->timestamp);
    claim = quipui_index_claim(ids, index_hash(ids, entry->id), entry->id, place, &found);
    if (claim == CLAIM_NO_MEMORY) return claimed(part, claim, entry->id, "");
    if (claim == CLAIM_TAKEN) return QUIPU_OK;
    return quipui_blame_account(&part->diagnosis, entry->id, "is in the log twice");
}

static quipu_status keep_account(struct part *part, const struct entry *entry)
{
    struct accounts *accounts = &part->recovery->store->accounts;
    const quipu_account *account = &entry->record;
    quipu_status status;

    if (quipui_rules_account_form(account) != QUIPU_CREATED ||
        quipui_rules_account_fields(account, 0) != QUIPU_CREATED ||
        ((account->flags & QUIPU_ACCOUNT_IMPORTED) != 0) != (entry->origin.drawn != 0)) {
        return quipui_blame_account(&part->diagnosis, entry->id, "is against the rules");
    }
    lock_take(&accounts->creating);
    status = place_account(part, entry);
    lock_leave(&accounts->creating);
    part->accounts++;
    return status == QUIPU_OK ? note_import(part, entry, IMPORTED_ACCOUNT, entry->account[0])
                              : status;
}

static quipu_status keep(struct part *part, const struct entry *entry, uint64_t hash)
{
    switch (entry->kind) {
    case ENTRY_TRANSFER: return keep_transfer(part, entry, hash);
    case ENTRY_EXPIRY: return keep_expiry(part, entry);
    case ENTRY_FAILED_ID: return keep_failed_id(part, entry, hash);
    case ENTRY_ACCOUNT: break;
    }
    return keep_account(part, entry);
}

static quipu_status keep_group(struct part *part, struct group *group)
{
    quipu_status status = QUIPU_OK;

    for (size_t i = 0; status == QUIPU_OK && i < group->count; i++)
        status = keep(part, &group->entries[i], group->hashes[i]);
    group->count = 0;
    return status;
}

/* The last entry that was decoded belongs to the group. */
static void add_to_group(struct part *part, struct group *group)
{
    struct index *ids = &part->recovery->store->transfer_ids;
    const struct entry *entry = &group->entries[group->count];
    uint64_t hash = 0;

    if (entry->kind == ENTRY_TRANSFER || entry->kind == ENTRY_FAILED_ID) {
        hash = index_hash(ids, entry->id);
        index_prefetch_to_claim(ids, hash);
    }
    group->hashes[group->count++] = hash;
}

/* Entries of one frame that are below `limit`. In a read section. */
static quipu_status read_entries(struct part *part, const struct log_frame *frame, uint64_t limit)
{
    const unsigned char *start = frame->bytes, *at = start, *end = start + frame->length;
    struct entry_context context = {0};
    quipu_status status = QUIPU_OK;
    struct group group;

    group.count = 0;
    /* Ends: each turn moves on by an entry. */
    while (status == QUIPU_OK && at < end) {
        struct entry *entry = &group.entries[group.count];
        size_t byte = (size_t)(at - start);
        uint64_t last;

        if (!quipui_entry_decode(&context, &at, end, entry)) {
            return quipui_blame_frame(part, frame->sequence, byte, "is no entry");
        }
        last = entry->origin.drawn > entry->timestamp ? entry->origin.drawn : entry->timestamp;
        if (entry->timestamp == 0 || last > TIMESTAMP_MAX) {
            return quipui_blame_frame(part, frame->sequence, byte, "has no time that there is");
        }
        if (last > part->newest) part->newest = last;
        if (entry_instant(entry) < limit && entry_instant(entry) >= part->recovery->cut) {
            add_to_group(part, &group);
        }
        if (group.count == GROUP_ENTRIES) status = keep_group(part, &group);
    }
    return status == QUIPU_OK ? keep_group(part, &group) : status;
}

static quipu_status read_frames(struct part *part, struct log_cursor *cursor)
{
    struct recovery *recovery = part->recovery;
    struct log_frame frame = {.sequence = 0};
    quipu_status status = QUIPU_OK;
    size_t cuts = 0;

    /* Ends: with the last frame of the part. */
    while (status == QUIPU_OK && frame.sequence < part->to) {
        status = log_read(recovery->log, cursor, &frame, &part->diagnosis);
        if (status != QUIPU_OK) break;
        if (frame.kind == LOG_END) {
            return quipui_diagnose(&part->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                                   "the log ends before frame %llu, which was there",
                                   (unsigned long long)part->to);
        }
        quipui_grace_enter();
        status = read_entries(part, &frame, quipui_recover_limit(recovery, frame.sequence, &cuts));
        quipui_grace_leave();
    }
    return status;
}

quipu_status quipui_recover_read(struct part *part)
{
    struct log_cursor cursor = {.sequence = part->from};
    struct store *store = part->recovery->store;
    quipu_status status;

    if (part->recovery->last == 0 || part->from > part->to) return QUIPU_OK;
    part->worker = quipui_worker_take(&store->workers, WORKER_WRITES);
    if (part->worker == NULL) {
        return quipui_blame_room(&part->diagnosis, QUIPU_NO_MEMORY, "a worker");
    }
    status = read_frames(part, &cursor);
    quipui_worker_give_back(part->worker);
    quipui_memory_give_back(cursor.buffer);
    return status;
}
