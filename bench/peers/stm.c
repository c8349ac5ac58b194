/* stm.c - software transactional memory, as GCC has it: the limit's tables, and each transfer a
 * __transaction_atomic block that any number of threads may run at once.
 *
 * What no other thread can see is written outside of the transaction (the record, whose place is
 * the thread's own), and what can be asked for early is (the lines of the indexes). */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "peers/peer.h"

#define STEP 16
#define RUN_PLACES 8192 /* places in the log that a session takes at a time */

struct account {
    uint64_t id[2], debits, credits;
};

/* Open addressing, half full at most: place + 1; 0 is empty. */
struct index {
    uint64_t *entries;
    uint64_t mask;
};

struct store {
    struct index account_ids, transfer_ids;
    struct account *accounts;
    quipu_transfer *records;
    uint64_t account_count, record_max;
    uint64_t record_next; /* by transactions */
};

struct session {
    struct store *store;
    uint64_t place, end; /* the places in the log that are this session's */
};

static void *take(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) return NULL;
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < bytes; i += 4096)
        ((volatile char *)memory)[i] = 0;
    return memory;
}

static bool index_make(struct index *index, uint64_t count)
{
    uint64_t size = 2;

    while (size < 2 * count)
        size *= 2;
    index->mask = size - 1;
    index->entries = take(size * sizeof *index->entries);
    return index->entries != NULL;
}

static bool stm_open(const struct peer *peer, const struct peer_order *order, void **context)
{
    struct store *store = calloc(1, sizeof *store);
    uint64_t spare = (uint64_t)RUN_PLACES * (2 * order->thread_count + 2);

    (void)peer;
    if (store == NULL) return peer_fail("no memory");
    store->record_max = order->transfers_max + spare;
    store->accounts = take(order->account_count * sizeof *store->accounts);
    store->records = take(store->record_max * sizeof *store->records);
    if (store->accounts == NULL || store->records == NULL ||
        !index_make(&store->account_ids, order->account_count) ||
        !index_make(&store->transfer_ids, order->transfers_max))
        return peer_fail("no memory for %llu transfers", (unsigned long long)store->record_max);
    *context = store;
    return true;
}

/* Its tables go with its process. */
static void stm_close(void *store)
{
    free(store);
}

static bool stm_enter(void *store, void **context)
{
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) return peer_fail("no memory");
    session->store = store;
    *context = session;
    return true;
}

static void stm_leave(void *session)
{
    free(session);
}

static inline uint64_t hash_of(quipu_uint128 id)
{
    quipu_uint128 product = (quipu_uint128)((uint64_t)id ^ 0x9E3779B97F4A7C15u) *
                            ((uint64_t)(id >> 64) ^ 0xD1B54A32D192ED03u);

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* NULL: there is no such account. */
__attribute__((transaction_safe)) static struct account *find(struct store *store, uint64_t hash,
                                                              uint64_t low, uint64_t high)
{
    for (uint64_t at = hash;; at++) {
        uint64_t entry = store->account_ids.entries[at & store->account_ids.mask];
        struct account *account = &store->accounts[entry - 1];

        if (entry == 0) return NULL;
        if (account->id[0] == low && account->id[1] == high) return account;
    }
}

/* Where the entry of a new id goes; NULL: the id is there. */
__attribute__((transaction_safe)) static uint64_t *room_for(struct store *store, uint64_t hash,
                                                            uint64_t low, uint64_t high)
{
    for (uint64_t at = hash;; at++) {
        uint64_t *entry = &store->transfer_ids.entries[at & store->transfer_ids.mask];
        const uint64_t *id;

        if (*entry == 0) return entry;
        id = (const uint64_t *)(const void *)&store->records[*entry - 1];
        if (id[0] == low && id[1] == high) return NULL;
    }
}

struct key {
    uint64_t hash, low, high;
};

static inline struct key key_of(quipu_uint128 id)
{
    return (struct key){hash_of(id), (uint64_t)id, (uint64_t)(id >> 64)};
}

__attribute__((transaction_safe)) static uint32_t post_one(struct store *store, struct key id,
                                                           struct key from, struct key to,
                                                           uint64_t amount, uint64_t place)
{
    uint64_t *entry = room_for(store, id.hash, id.low, id.high);
    struct account *debit, *credit;

    if (entry == NULL) return QUIPU_CREATE_TRANSFER_EXISTS;
    debit = find(store, from.hash, from.low, from.high);
    if (debit == NULL) return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    credit = find(store, to.hash, to.low, to.high);
    if (credit == NULL) return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    if (amount > debit->credits - debit->debits) return QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    debit->debits += amount;
    credit->credits += amount;
    *entry = place + 1;
    return QUIPU_CREATED;
}

static bool has_place(struct session *session)
{
    struct store *store = session->store;

    if (session->place < session->end) return true;
    __transaction_atomic
    {
        session->place = store->record_next;
        store->record_next += RUN_PLACES;
    }
    session->end = session->place + RUN_PLACES;
    return session->end <= store->record_max;
}

static void ask_for_index(const struct store *store, const quipu_transfer *event)
{
    const struct index *accounts = &store->account_ids, *transfers = &store->transfer_ids;

    __builtin_prefetch(&transfers->entries[hash_of(event->id) & transfers->mask], 1);
    __builtin_prefetch(&accounts->entries[hash_of(event->debit_account_id) & accounts->mask]);
    __builtin_prefetch(&accounts->entries[hash_of(event->credit_account_id) & accounts->mask]);
}

static bool stm_post(void *context, const quipu_transfer *events, size_t count,
                     quipu_result *results)
{
    struct session *session = context;
    struct store *store = session->store;

    for (size_t i = 0; i < count && i < STEP; i++)
        ask_for_index(store, &events[i]);
    for (size_t i = 0; i < count; i++) {
        const quipu_transfer *event = &events[i];
        struct key id = key_of(event->id), from = key_of(event->debit_account_id),
                   to = key_of(event->credit_account_id);
        uint64_t amount = (uint64_t)event->amount;
        uint32_t status;

        if (i + STEP < count) ask_for_index(store, &events[i + STEP]);
        if (!has_place(session)) return peer_fail("stm: the log is full");
        memcpy(&store->records[session->place], event, sizeof *event);
        __transaction_atomic
        {
            status = post_one(store, id, from, to, amount, session->place);
        }
        if (status == QUIPU_CREATED) session->place++;
        results[i].status = status;
    }
    return true;
}

static bool stm_load(void *context, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct store *store = ((struct session *)context)->store;

    for (size_t i = 0; i < count; i++) {
        struct key id = key_of(ids[i]);
        uint64_t at = id.hash;

        while (store->account_ids.entries[at & store->account_ids.mask] != 0)
            at++;
        store->accounts[store->account_count] =
            (struct account){.id = {id.low, id.high}, .credits = funds};
        store->account_ids.entries[at & store->account_ids.mask] = ++store->account_count;
    }
    return true;
}

static bool stm_balances(void *context, const quipu_uint128 *ids, size_t count,
                         struct peer_balance *balances)
{
    struct store *store = ((struct session *)context)->store;

    for (size_t i = 0; i < count; i++) {
        struct key id = key_of(ids[i]);
        bool found = false;

        __transaction_atomic
        {
            struct account *account = find(store, id.hash, id.low, id.high);

            if (account != NULL) {
                balances[i].debits = account->debits;
                balances[i].credits = account->credits;
                found = true;
            }
        }
        if (!found) return peer_fail("stm: an account is not there");
    }
    return true;
}

const struct peer peer_stm = {
    .name = "stm",
    .settings = "GCC -fgnu-tm, libitm's own choice of method, a transaction a transfer",
    .kind = PEER_METHOD,
    .open = stm_open,
    .close = stm_close,
    .enter = stm_enter,
    .leave = stm_leave,
    .load = stm_load,
    .post = stm_post,
    .balances = stm_balances,
};
