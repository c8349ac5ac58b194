/* lookup.c - by id: all lines that a group of ids leads to are prefetched before one of them is
 * used.
 *
 * The short way is for a few accounts under a protocol that can read without holding anything.
 * They are looked up on the stack, in one read section and without a worker: here under a protocol
 * that reads freely, in glimpses.c under one that has glimpses. It writes nothing that
 * another thread sees, so the processor starts on the next call while lines for this one are still
 * on their way. All special cases (an id in flight, a time-out, accounts that change all the time)
 * go the long way, which takes a worker.
 *
 *   L1  an account that was missing must still be missing after the others were read; if not, the
 *       others may be older than it
 *   L2  fork() and quipu_close() do not see a call without a worker. So it holds nothing, calls
 *       nothing of the host's, and is done with the ledger when its read section ends */
#include "read/lookup.h"

#include <string.h>

#include "base/assert.h"
#include "base/grace.h"
#include "base/sort_keys.h"
#include "read/glimpses.h"
#include "records/find_account.h"

static size_t group_at(size_t from, size_t count)
{
    return count - from < GROUP_IDS ? count - from : GROUP_IDS;
}

static void warm_transfers(struct store *store, const quipu_uint128 *ids, size_t count,
                           struct lead *leads)
{
    for (size_t i = 0; i < count; i++)
        lead_hash(&store->transfer_ids, &ids[i], &leads[i]);
    for (size_t i = 0; i < count; i++)
        leads[i].guess = index_guess(&store->transfer_ids, leads[i].home, leads[i].hash);
    for (size_t i = 0; i < count; i++) {
        const char *record;

        if (leads[i].guess == UINT64_MAX) continue;
        record = (const char *)transfer_at(&store->transfers, leads[i].guess);
        prefetch(record);
        prefetch(record + CACHE_LINE);
        prefetch(knot_at(&store->transfers, leads[i].guess));
    }
}

/* A few accounts and where their copies go. */
struct few {
    struct lead leads[GROUP_IDS];
    struct slot *slots[GROUP_IDS]; /* NULL: there is none */
    struct copy copies[GROUP_IDS]; /* of those that exist, in order */
    size_t found;
};

/* Returns false if only the long way can say. */
static bool find_few(struct store *store, const quipu_uint128 *ids, size_t count, struct few *few)
{
    few->found = 0;
    lead_all(store, ids, count, few->leads);
    for (size_t i = 0; i < count; i++) {
        enum claim claim = lead_glance(store, &few->leads[i], &few->slots[i]);

        if (claim == CLAIM_IN_FLIGHT) return false;
        if (claim == CLAIM_STORED) few->copies[few->found++].slot = few->slots[i];
    }
    return true;
}

/* L1 */
static bool are_missing_still(struct store *store, size_t count, struct few *few)
{
    if (few->found == count) return true;
    for (size_t i = 0; i < count; i++) {
        if (few->slots[i] == NULL &&
            lead_glance(store, &few->leads[i], &few->slots[i]) != CLAIM_TAKEN) {
            return false;
        }
    }
    return true;
}

static inline void show(struct store *store, const struct copy *copy, quipu_account *account,
                        uint64_t *version)
{
    audit(copy->state.balance.version != 0); /* once an id leads to its account, every read finds
                                                that */
    quipui_account_view(&store->accounts, copy->slot, &copy->state, account);
    if (version != NULL) *version = copy->state.balance.version;
}

static void show_few(struct store *store, const struct few *few, size_t count,
                     quipu_account *accounts, uint64_t *versions)
{
    const struct copy *next = few->copies;

    for (size_t i = 0; i < count; i++) {
        uint64_t *version = versions != NULL ? &versions[i] : NULL;

        if (few->slots[i] != NULL) {
            show(store, next++, &accounts[i], version);
            continue;
        }
        memset(&accounts[i], 0, sizeof accounts[i]);
        if (version != NULL) *version = 0;
    }
}

/* The largest timestamp of what was copied. */
static uint64_t newest_of(const struct copy *copies, size_t count)
{
    uint64_t newest = 0;

    for (size_t i = 0; i < count; i++) {
        if (copies[i].state.touched > newest) newest = copies[i].state.touched;
    }
    return newest;
}

/* Read these accounts, in any order, without holding anything. Returns false if holds may have
 * expired meanwhile. */
static inline bool read_freely(struct store *store, const struct protocol *protocol,
                               struct copy *copies, size_t count)
{
    uint64_t rounds = timeouts_rounds(&store->timeouts);

    if (!timeouts_are_none(&store->timeouts)) return false;
    protocol->read(store, copies, count);
    return timeouts_are_none(&store->timeouts) && timeouts_rounds(&store->timeouts) == rounds;
}

/* The short way (L2). Returns false if the call has to go the long way; nothing happened then. */
static bool look_up_few(struct store *store, const struct protocol *protocol,
                        const quipu_uint128 *ids, size_t count, quipu_account *accounts,
                        uint64_t *versions, uint64_t *seen)
{
    struct few few;
    bool known;

    quipui_grace_enter();
    known = timeouts_are_none(&store->timeouts) && find_few(store, ids, count, &few) &&
            read_freely(store, protocol, few.copies, few.found) &&
            are_missing_still(store, count, &few);
    if (known) {
        show_few(store, &few, count, accounts, versions);
        if (store->journal != NULL) *seen = newest_of(few.copies, few.found);
    }
    quipui_grace_leave();
    return known;
}

/* Find all accounts: keys[] names those that exist, in the order of ids. A read section is for a
 * few of them, so that waits for grace periods are short. */
static size_t find_all(struct store *store, const quipu_uint128 *ids, size_t count,
                       struct key *keys)
{
    struct lead leads[STAGED_IDS];
    size_t found = 0;

    quipui_grace_enter();
    for (size_t i = 0; i < count + STAGED_IDS; i++) {
        if (i >= STAGED_IDS) {
            const struct lead *lead = &leads[i % STAGED_IDS];
            struct slot *slot = quipui_find_slot(store, lead->hash, lead->id, lead->guess);

            if (slot != NULL) {
                keys[found++] = (struct key){(uint64_t)(uintptr_t)slot, (uint32_t)(i - STAGED_IDS)};
            }
        }
        if (i < count) lead_hash(&store->account_ids, &ids[i], &leads[i % STAGED_IDS]);
        if (i >= STAGE_IDS && i - STAGE_IDS < count) {
            lead_guess(store, &leads[(i - STAGE_IDS) % STAGED_IDS]);
        }
        if (i % STAGED_IDS == 0) {
            quipui_grace_leave();
            quipui_grace_enter();
        }
    }
    quipui_grace_leave();
    return found;
}

/* The copies to be read: keys[i].by becomes the copy of keys[i].which. If the read may hold
 * something, they are sorted by slot, each once. */
static size_t place_copies(struct key *keys, size_t found, bool freely, struct copy *copies)
{
    size_t count = 0;

    if (!freely) quipui_sort(keys, found);
    for (size_t i = 0; i < found; i++) {
        struct slot *slot = (struct slot *)(uintptr_t)keys[i].by;

        if (freely || count == 0 || copies[count - 1].slot != slot) copies[count++].slot = slot;
        keys[i].by = count - 1;
    }
    return count;
}

static size_t count_found(struct store *store, const quipu_uint128 *ids, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += quipui_find_account(store, ids[i]) != NULL;
    return found;
}

/* Find and read the accounts once. Returns false if memory runs out. */
static bool find_and_read(struct reader *reader, const quipu_uint128 *asked, size_t count,
                          struct key *keys, struct copy *copies, size_t *found)
{
    size_t copied;

    *found = find_all(reader->store, asked, count, keys);
    copied = place_copies(keys, *found, reader->protocol->reads_freely, copies);
    return quipui_read(reader, copies, copied);
}

/* The long way. */
static quipu_status look_up_many(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                 quipu_account *accounts, uint64_t *versions)
{
    struct copy *copies = quipui_worker_scratch(
        reader->worker, count * (sizeof *copies + sizeof *ids + sizeof(struct key)));
    quipu_uint128 *asked; /* copies of the ids: all rounds look for the same */
    struct key *keys;
    size_t found;

    if (copies == NULL) return QUIPU_NO_MEMORY;
    asked = (quipu_uint128 *)(void *)(copies + count);
    keys = (struct key *)(void *)(asked + count);
    for (size_t i = 0; i < count; i++)
        copy_once(&asked[i], &ids[i]);
    /* Ends: it is repeated only after one of these accounts was created, and they are `count`. */
    do {
        if (!find_and_read(reader, asked, count, keys, copies, &found)) return QUIPU_NO_MEMORY;
    } while (found < count && count_found(reader->store, asked, count) != found); /* L1 */

    if (found < count) {
        memset(accounts, 0, count * sizeof *accounts);
        if (versions != NULL) memset(versions, 0, count * sizeof *versions);
    }
    for (size_t i = 0; i < found; i++) {
        uint32_t which = keys[i].which;

        show(reader->store, &copies[keys[i].by], &accounts[which],
             versions != NULL ? &versions[which] : NULL);
    }
    return QUIPU_OK;
}

/* The short way of a protocol that has glimpses. */
static inline bool look_at_few(struct lookup *lookup, uint64_t *seen)
{
    struct glimpse glimpses[GROUP_IDS];
    struct lead missing[GROUP_IDS];

    lookup->glimpses = glimpses;
    lookup->missing = missing;
    if (!quipui_glimpse_few(lookup)) return false;
    if (lookup->store->journal != NULL) *seen = quipui_glimpsed_newest(lookup);
    return true;
}

/* The same for many. Returns false if only the long way can say, or memory runs out. */
static bool look_at_many(struct lookup *lookup, struct reader *reader)
{
    lookup->glimpses = quipui_worker_scratch(
        reader->worker, lookup->count * (sizeof *lookup->glimpses + sizeof *lookup->missing));
    if (lookup->glimpses == NULL) return false;
    lookup->missing = (struct lead *)(void *)(lookup->glimpses + lookup->count);
    if (!quipui_glimpse_many(lookup)) return false;
    if (lookup->store->journal != NULL) reader_saw(reader, quipui_glimpsed_newest(lookup));
    return true;
}

quipu_status quipui_lookup_accounts(struct store *store, const struct protocol *protocol,
                                    const quipu_uint128 *ids, size_t count, quipu_account *accounts,
                                    uint64_t *versions, uint64_t *seen)
{
    struct lookup lookup = {store, protocol, ids, count, accounts, versions, NULL, NULL, 0, 0, 0};
    bool few = count <= GROUP_IDS, glimpses = protocol->glimpse != NULL;
    struct reader reader;
    quipu_status status = QUIPU_OK;

    if (few && glimpses) {
        if (grace_join() && look_at_few(&lookup, seen)) return QUIPU_OK;
    } else if (few && protocol->reads_freely && grace_join() &&
               look_up_few(store, protocol, ids, count, accounts, versions, seen)) {
        return QUIPU_OK;
    }
    if (!quipui_reader_open(&reader, store, protocol)) return QUIPU_NO_MEMORY;
    if (few || !glimpses || !look_at_many(&lookup, &reader)) {
        status = look_up_many(&reader, ids, count, accounts, versions);
    }
    *seen = reader.seen;
    quipui_reader_close(&reader);
    return status;
}

static void look_up_transfer(struct store *store, const struct lead *lead, quipu_transfer *transfer,
                             quipu_transfer_versions *versions)
{
    uint64_t place;

    memset(transfer, 0, sizeof *transfer);
    if (versions != NULL) memset(versions, 0, sizeof *versions);
    if (!quipui_index_find(&store->transfer_ids, lead->hash, lead->id, &place)) return;
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
        warm_transfers(store, ids + from, group, leads);
        for (size_t i = from; i < from + group; i++) {
            look_up_transfer(store, &leads[i - from], &transfers[i],
                             versions == NULL ? NULL : &versions[i]);
            reader_saw(reader, transfers[i].timestamp);
        }
        quipui_grace_leave();
    }
    return QUIPU_OK;
}
