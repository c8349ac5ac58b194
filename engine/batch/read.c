/* read.c - reading accounts so that nothing due is seen; looking up by id. */
#include "batch/read.h"

#include <string.h>

#include "base/assert.h"
#include "base/grace.h"
#include "batch/transfers.h"

bool quipui_reader_open(struct reader *reader, struct store *store, const struct protocol *protocol)
{
    *reader = (struct reader){store, protocol, quipui_worker_take(&store->workers, WORKER_READS)};
    return reader->worker != NULL;
}

void quipui_reader_close(struct reader *reader)
{
    quipui_worker_give_back(reader->worker);
}

bool quipui_read(struct reader *reader, struct copy *copies, size_t count)
{
    struct timeouts *timeouts = &reader->store->timeouts;

    for (;;) {
        /* The clock is only asked when something has a time-out at all. */
        bool timed = timeouts_due(timeouts, NEVER - 1);
        uint64_t now = timed ? clock_read(&reader->store->clock) : NEVER - 1, rounds;

        if (timed && timeouts_due(timeouts, now) &&
            !reader->protocol->expire(reader->store, reader->worker, now)) {
            return false;
        }
        rounds = timeouts_rounds(timeouts);
        reader->protocol->read(reader->store, copies, count);
        if (!timeouts_due(timeouts, now) && timeouts_rounds(timeouts) == rounds) return true;
    }
}

struct slot *quipui_find_account(struct store *store, quipu_uint128 id)
{
    struct slot *slot;

    quipui_grace_enter();
    slot = quipui_find_slot(store, index_hash(&store->account_ids, id), id, UINT64_MAX);
    quipui_grace_leave();
    return slot;
}

/* So many ids are looked up together: enough lines in flight to hide memory. */
#define GROUP_IDS 32

/* Where ids lead: their hashes, and guesses at the places of their records. */
struct lead {
    uint64_t hash, guess;
};

/* Ask early for what a lookup of these ids will touch. In a read section. */
static void warm(struct index *index, const quipu_uint128 *ids, size_t count,
                 const struct region *records, size_t stride, struct lead *leads)
{
    for (size_t i = 0; i < count; i++) {
        leads[i].hash = index_hash(index, ids[i]);
        index_prefetch(index, leads[i].hash);
    }
    for (size_t i = 0; i < count; i++) {
        leads[i].guess = index_guess(index, leads[i].hash);
        if (leads[i].guess == UINT64_MAX) continue;
        for (size_t line = 0; line < stride; line += CACHE_LINE)
            prefetch(records->base + leads[i].guess * stride + line);
    }
}

static size_t group_at(size_t from, size_t count)
{
    return count - from < GROUP_IDS ? count - from : GROUP_IDS;
}

/* Find all accounts: keys[] names those that exist, by address. */
static size_t find_all(struct store *store, const quipu_uint128 *ids, size_t count,
                       struct key *keys)
{
    size_t found = 0;

    for (size_t from = 0; from < count; from += GROUP_IDS) {
        size_t group = group_at(from, count);
        struct lead leads[GROUP_IDS];

        quipui_grace_enter();
        warm(&store->account_ids, ids + from, group, &store->accounts.slots, sizeof(struct slot),
             leads);
        for (size_t i = from; i < from + group; i++) {
            const struct lead *lead = &leads[i - from];
            struct slot *slot = quipui_find_slot(store, lead->hash, ids[i], lead->guess);

            if (slot != NULL) {
                keys[found++] = (struct key){(uint64_t)(uintptr_t)slot, (uint32_t)i};
            }
        }
        quipui_grace_leave();
    }
    return found;
}

/* One copy per account; keys[i].by becomes the copy of keys[i].which. */
static size_t place_copies(struct key *keys, size_t found, struct copy *copies)
{
    size_t count = 0;

    quipui_sort(keys, found);
    for (size_t i = 0; i < found; i++) {
        struct slot *slot = (struct slot *)(uintptr_t)keys[i].by;

        if (count == 0 || copies[count - 1].slot != slot) copies[count++].slot = slot;
        keys[i].by = count - 1;
    }
    return count;
}

quipu_status quipui_lookup_accounts(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                    quipu_account *accounts, uint64_t *versions)
{
    struct copy *copies =
        quipui_worker_scratch(reader->worker, count * (sizeof(struct copy) + sizeof(struct key)));
    struct key *keys;
    size_t found, again = 0;

    if (copies == NULL) return QUIPU_NO_MEMORY;
    keys = (struct key *)(void *)(copies + count);
    do {
        found = find_all(reader->store, ids, count, keys);
        if (!quipui_read(reader, copies, place_copies(keys, found, copies))) return QUIPU_NO_MEMORY;
        /* What was missing must be missing still, or the others may be older than it is. */
        if (found < count) {
            again = 0;
            for (size_t i = 0; i < count; i++) {
                again += quipui_find_account(reader->store, ids[i]) != NULL;
            }
        }
    } while (found < count && again != found);

    if (found < count) {
        memset(accounts, 0, count * sizeof *accounts);
        if (versions != NULL) memset(versions, 0, count * sizeof *versions);
    }
    for (size_t i = 0; i < found; i++) {
        const struct copy *copy = &copies[keys[i].by];
        quipu_account *account = &accounts[keys[i].which];
        uint64_t version = copy->state.balance.version;

        audit(version != 0); /* an id leads to its account once every read finds that */
        quipui_slot_view(copy->slot, &copy->state, account);
        if (versions != NULL) versions[keys[i].which] = version;
    }
    return QUIPU_OK;
}

static void look_up_transfer(struct store *store, uint64_t hash, quipu_uint128 id,
                             quipu_transfer *transfer, quipu_transfer_versions *versions)
{
    uint64_t place;

    memset(transfer, 0, sizeof *transfer);
    if (versions != NULL) memset(versions, 0, sizeof *versions);
    if (!quipui_index_find(&store->transfer_ids, hash, id, &place)) return;
    *transfer = *transfer_at(&store->transfers, place);
    if (versions == NULL) return;
    versions->debit = knot_version(knot_at(&store->transfers, place), SIDE_DEBIT);
    versions->credit = knot_version(knot_at(&store->transfers, place), SIDE_CREDIT);
}

quipu_status quipui_lookup_transfers(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                     quipu_transfer *transfers, quipu_transfer_versions *versions)
{
    struct store *store = reader->store;

    for (size_t from = 0; from < count; from += GROUP_IDS) {
        size_t group = group_at(from, count);
        struct lead leads[GROUP_IDS];

        quipui_grace_enter();
        warm(&store->transfer_ids, ids + from, group, &store->transfers.records,
             sizeof(quipu_transfer), leads);
        for (size_t i = from; i < from + group; i++) {
            look_up_transfer(store, leads[i - from].hash, ids[i], &transfers[i],
                             versions == NULL ? NULL : &versions[i]);
        }
        quipui_grace_leave();
    }
    return QUIPU_OK;
}

/* All accounts, copied together; nobody creates one meanwhile. */
static struct copy *copy_all(struct reader *reader, size_t *count, quipu_status *status)
{
    struct accounts *accounts = &reader->store->accounts;
    struct copy *copies;

    *status = QUIPU_NO_MEMORY;
    lock_hold(&accounts->creating);
    *count = (size_t)accounts_count(accounts);
    copies = quipui_memory_take((*count + 1) * sizeof *copies);
    if (copies != NULL) {
        for (size_t i = 0; i < *count; i++)
            copies[i].slot = slot_at(accounts, i);
        if (quipui_read(reader, copies, *count)) *status = QUIPU_OK;
    }
    lock_let_go(&accounts->creating);
    return copies;
}

quipu_status quipui_snapshot(struct reader *reader,
                             bool (*visit)(void *, const quipu_account *, uint64_t), void *context)
{
    struct store *store = reader->store;
    quipu_status status;
    struct copy *copies;
    size_t count;

    if (!reader->protocol->versioned) return QUIPU_UNSUPPORTED;
    if (reader->protocol->snapshot != NULL) {
        return reader->protocol->snapshot(store, reader->worker, visit, context) ? QUIPU_OK
                                                                                 : QUIPU_NO_MEMORY;
    }
    copies = copy_all(reader, &count, &status);
    for (size_t i = 0; status == QUIPU_OK && i < count; i++) {
        quipu_account account;

        quipui_slot_view(copies[i].slot, &copies[i].state, &account);
        if (!visit(context, &account, copies[i].state.balance.version)) break;
    }
    quipui_memory_give_back(copies);
    return status;
}
