/* rocksdb.c - RocksDB with its data in a memtable, no write-ahead log, and either of its
 * transactions: optimistic (validate at commit) or pessimistic (a lock per key).
 *
 * Its files, of which there are few, are in a memory environment. The memtable is larger than any
 * run, so nothing is ever flushed or compacted: a lookup is a descent of one skip list, after a
 * Bloom filter. A thread that meets a conflict starts the unit over. On disk it has its write-ahead
 * log, which one of the threads that commit writes and syncs for all of them. */
#include <rocksdb/c.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "peers/peer.h"

#define MEMTABLE_BYTES ((size_t)4 << 30)

enum { DEFAULT_FAMILY, ACCOUNTS, TRANSFERS, FAMILIES };

struct store {
    bool optimistic;
    rocksdb_optimistictransactiondb_t *optimistic_db;
    rocksdb_transactiondb_t *pessimistic_db;
    rocksdb_column_family_handle_t *families[FAMILIES];
    rocksdb_readoptions_t *reads;
    rocksdb_writeoptions_t *writes;
    rocksdb_transaction_options_t *pessimistic_options;
    rocksdb_optimistictransaction_options_t *optimistic_options;
};

/* The transaction object is used again and again. */
struct session {
    struct store *store;
    rocksdb_transaction_t *txn;
};

enum outcome { DONE, AGAIN, BROKEN };

/* What RocksDB says, and whether it is a reason to start over. Frees the text. */
static enum outcome outcome_of(char *error)
{
    enum outcome outcome = AGAIN;

    if (error == NULL) return DONE;
    if (strncmp(error, "Resource busy", 13) != 0 && strncmp(error, "Operation", 9) != 0) {
        (void)peer_fail("rocksdb: %s", error);
        outcome = BROKEN;
    }
    rocksdb_free(error);
    return outcome;
}

static rocksdb_options_t *options_make(const struct peer_order *order)
{
    rocksdb_options_t *options = rocksdb_options_create();

    if (!order->durable) rocksdb_options_set_env(options, rocksdb_create_mem_env());
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_create_missing_column_families(options, 1);
    rocksdb_options_set_write_buffer_size(options, MEMTABLE_BYTES);
    rocksdb_options_set_max_write_buffer_size_to_maintain(options, 0);
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.02);
    rocksdb_options_set_memtable_whole_key_filtering(options, 1);
    rocksdb_options_set_allow_concurrent_memtable_write(options, 1);
    rocksdb_options_set_enable_write_thread_adaptive_yield(options, 1);
    rocksdb_options_set_compression(options, rocksdb_no_compression);
    return options;
}

static void open_db(struct store *store, const struct peer_order *order, char **error)
{
    static const char *const names[FAMILIES] = {"default", "accounts", "transfers"};
    const char *folder = order->durable ? order->scratch : "/bench";
    rocksdb_options_t *options = options_make(order);
    const rocksdb_options_t *each[FAMILIES] = {options, options, options};

    if (store->optimistic) {
        store->optimistic_db = rocksdb_optimistictransactiondb_open_column_families(
            options, folder, FAMILIES, names, each, store->families, error);
    } else {
        rocksdb_transactiondb_options_t *locks = rocksdb_transactiondb_options_create();

        rocksdb_transactiondb_options_set_transaction_lock_timeout(locks, 1);
        store->pessimistic_db = rocksdb_transactiondb_open_column_families(
            options, locks, folder, FAMILIES, names, each, store->families, error);
        rocksdb_transactiondb_options_destroy(locks);
    }
    rocksdb_options_destroy(options);
}

static bool rocksdb_peer_open(const struct peer *peer, const struct peer_order *order,
                              void **context)
{
    struct store *store = calloc(1, sizeof *store);
    char *error = NULL;

    if (store == NULL) return peer_fail("no memory");
    store->optimistic = peer->variant != 0;
    open_db(store, order, &error);
    if (outcome_of(error) != DONE) {
        free(store);
        return false;
    }
    store->reads = rocksdb_readoptions_create();
    store->writes = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(store->writes, !order->durable);
    rocksdb_writeoptions_set_sync(store->writes, order->durable);
    store->pessimistic_options = rocksdb_transaction_options_create();
    store->optimistic_options = rocksdb_optimistictransaction_options_create();
    *context = store;
    return true;
}

static void rocksdb_peer_close(void *context)
{
    struct store *store = context;

    for (int i = 0; i < FAMILIES; i++)
        rocksdb_column_family_handle_destroy(store->families[i]);
    if (store->optimistic) {
        rocksdb_optimistictransactiondb_close(store->optimistic_db);
    } else {
        rocksdb_transactiondb_close(store->pessimistic_db);
    }
    rocksdb_readoptions_destroy(store->reads);
    rocksdb_writeoptions_destroy(store->writes);
    rocksdb_transaction_options_destroy(store->pessimistic_options);
    rocksdb_optimistictransaction_options_destroy(store->optimistic_options);
    free(store);
}

static bool rocksdb_enter(void *store, void **context)
{
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) return peer_fail("no memory");
    session->store = store;
    *context = session;
    return true;
}

static void rocksdb_leave(void *context)
{
    struct session *session = context;

    if (session->txn != NULL) rocksdb_transaction_destroy(session->txn);
    free(session);
}

static void begin(struct session *session)
{
    struct store *store = session->store;

    if (store->optimistic) {
        session->txn = rocksdb_optimistictransaction_begin(store->optimistic_db, store->writes,
                                                           store->optimistic_options, session->txn);
    } else {
        session->txn = rocksdb_transaction_begin(store->pessimistic_db, store->writes,
                                                 store->pessimistic_options, session->txn);
    }
}

/* Read what is to be written: the key is locked, or will be looked at again at commit. */
static enum outcome find(struct session *session, int family, const quipu_uint128 *id, void *value,
                         size_t size, bool *found)
{
    char *error = NULL;
    rocksdb_pinnableslice_t *slice = rocksdb_transaction_get_pinned_for_update_cf(
        session->txn, session->store->reads, session->store->families[family], (const char *)id,
        sizeof *id, 1, &error);
    enum outcome outcome = outcome_of(error);
    size_t length;

    *found = slice != NULL;
    if (slice == NULL) return outcome;
    if (value != NULL) memcpy(value, rocksdb_pinnableslice_value(slice, &length), size);
    rocksdb_pinnableslice_destroy(slice);
    return outcome;
}

static enum outcome put(struct session *session, int family, const quipu_uint128 *id,
                        const void *value, size_t size)
{
    char *error = NULL;

    rocksdb_transaction_put_cf(session->txn, session->store->families[family], (const char *)id,
                               sizeof *id, value, size, &error);
    return outcome_of(error);
}

static enum outcome find_both(struct session *session, const quipu_transfer *event,
                              struct peer_balance *debit, struct peer_balance *credit,
                              uint32_t *status)
{
    bool found;
    enum outcome outcome = find(session, TRANSFERS, &event->id, NULL, 0, &found);

    *status = found ? QUIPU_CREATE_TRANSFER_EXISTS : QUIPU_CREATED;
    if (outcome != DONE || found) return outcome;
    outcome = find(session, ACCOUNTS, &event->debit_account_id, debit, sizeof *debit, &found);
    if (!found) *status = QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    if (outcome != DONE || !found) return outcome;
    outcome = find(session, ACCOUNTS, &event->credit_account_id, credit, sizeof *credit, &found);
    if (!found) *status = QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    return outcome;
}

static enum outcome post_one(struct session *session, const quipu_transfer *event, uint32_t *status)
{
    uint64_t amount = (uint64_t)event->amount;
    struct peer_balance debit, credit;
    enum outcome outcome = find_both(session, event, &debit, &credit, status);

    if (outcome != DONE || *status != QUIPU_CREATED) return outcome;
    if (amount > debit.credits - debit.debits) {
        *status = QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
        return DONE;
    }
    debit.debits += amount;
    credit.credits += amount;
    outcome = put(session, TRANSFERS, &event->id, event, sizeof *event);
    if (outcome == DONE)
        outcome = put(session, ACCOUNTS, &event->debit_account_id, &debit, sizeof debit);
    if (outcome == DONE)
        outcome = put(session, ACCOUNTS, &event->credit_account_id, &credit, sizeof credit);
    return outcome;
}

static enum outcome end(struct session *session, enum outcome outcome)
{
    char *error = NULL;

    if (outcome == DONE) {
        rocksdb_transaction_commit(session->txn, &error);
        outcome = outcome_of(error);
        error = NULL;
    }
    if (outcome == DONE) return DONE;
    rocksdb_transaction_rollback(session->txn, &error);
    return outcome_of(error) == DONE ? outcome : BROKEN;
}

static bool rocksdb_post(void *context, const quipu_transfer *events, size_t count,
                         quipu_result *results)
{
    for (;;) {
        enum outcome outcome = DONE;

        begin(context);
        for (size_t i = 0; i < count && outcome == DONE; i++)
            outcome = post_one(context, &events[i], &results[i].status);
        outcome = end(context, outcome);
        if (outcome != AGAIN) return outcome == DONE;
        (void)sched_yield();
    }
}

static bool rocksdb_load(void *context, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct peer_balance balance = {.credits = funds};
    enum outcome outcome = DONE;

    begin(context);
    for (size_t i = 0; i < count && outcome == DONE; i++)
        outcome = put(context, ACCOUNTS, &ids[i], &balance, sizeof balance);
    return end(context, outcome) == DONE;
}

static bool rocksdb_balances(void *context, const quipu_uint128 *ids, size_t count,
                             struct peer_balance *balances)
{
    struct session *session = context;
    enum outcome outcome = DONE;
    bool found = true;

    begin(session);
    for (size_t i = 0; i < count && outcome == DONE && found; i++)
        outcome = find(session, ACCOUNTS, &ids[i], &balances[i], sizeof balances[i], &found);
    return end(session, outcome) == DONE && found;
}

#define CONTENDER(variable, text, how, is_optimistic)                                              \
    const struct peer variable = {                                                                 \
        .name = text,                                                                              \
        .settings = "RocksDB, " how " transactions, WAL off, one memtable, Bloom filter, memory",  \
        .durable = "RocksDB, " how " transactions, WAL, sync=true, one memtable, Bloom filter",    \
        .kind = PEER_ENGINE,                                                                       \
        .variant = (is_optimistic),                                                                \
        .unit_max = {16, 16}, /* of longer ones its index of unwritten keys gets slow */           \
        .open = rocksdb_peer_open,                                                                 \
        .close = rocksdb_peer_close,                                                               \
        .enter = rocksdb_enter,                                                                    \
        .leave = rocksdb_leave,                                                                    \
        .load = rocksdb_load,                                                                      \
        .post = rocksdb_post,                                                                      \
        .balances = rocksdb_balances,                                                              \
    }

CONTENDER(peer_rocksdb_optimistic, "rocksdb-optimistic", "optimistic", 1);
CONTENDER(peer_rocksdb_pessimistic, "rocksdb-pessimistic", "pessimistic", 0);
