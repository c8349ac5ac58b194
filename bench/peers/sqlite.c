/* sqlite.c - SQLite in memory, or in a file with a write-ahead log: one connection, prepared
 * statements, a transaction a unit.
 *
 * SQLite has one writer at a time. Two connections to one memory would queue by retries; threads
 * that share a connection and a mutex queue without, so that is what they do. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "peers/peer.h"

enum { BEGIN, COMMIT, ROLLBACK, INSERT, REMOVE, DEBIT, CREDIT, OPEN_ACCOUNT, READ, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [INSERT] = "INSERT OR IGNORE INTO transfers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [REMOVE] = "DELETE FROM transfers WHERE id = ?1",
    [DEBIT] = "UPDATE accounts SET debits = debits + ?2 WHERE id = ?1 AND debits + ?2 <= credits",
    [CREDIT] = "UPDATE accounts SET credits = credits + ?2 WHERE id = ?1",
    [OPEN_ACCOUNT] = "INSERT INTO accounts VALUES (?1, 0, ?2)",
    [READ] = "SELECT debits, credits FROM accounts WHERE id = ?1",
};

static const char in_memory[] = "PRAGMA page_size = 4096;"
                                "PRAGMA locking_mode = EXCLUSIVE;"
                                "PRAGMA synchronous = OFF;";

static const char on_disk[] = "PRAGMA page_size = 4096;"
                              "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA cache_size = -1000000;"; /* KiB: no page is read twice */

static const char schema[] =
    "CREATE TABLE accounts (id BLOB PRIMARY KEY, debits INTEGER NOT NULL,"
    "    credits INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE transfers (id BLOB PRIMARY KEY, debit BLOB NOT NULL, credit BLOB NOT NULL,"
    "    amount INTEGER NOT NULL, ledger INTEGER NOT NULL, code INTEGER NOT NULL,"
    "    flags INTEGER NOT NULL, timestamp INTEGER NOT NULL) WITHOUT ROWID;";

struct store {
    sqlite3 *connection;
    sqlite3_stmt *statements[STATEMENTS];
    pthread_mutex_t lock;
    int64_t clock;
};

static bool fail(struct store *store)
{
    return peer_fail("sqlite: %s", sqlite3_errmsg(store->connection));
}

static void sqlite_close(void *context)
{
    struct store *store = context;

    for (int i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(store->statements[i]);
    (void)sqlite3_close(store->connection);
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
}

static bool sqlite_open(const struct peer *peer, const struct peer_order *order, void **context)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    struct store *store = calloc(1, sizeof *store);
    char path[4200];
    bool fine;

    (void)peer;
    if (store == NULL) return peer_fail("no memory");
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* or every allocation is counted */
    (void)snprintf(path, sizeof path, "%s/bench.db", order->scratch);
    fine = sqlite3_open_v2(order->durable ? path : ":memory:", &store->connection, flags, NULL) ==
               SQLITE_OK &&
           sqlite3_exec(store->connection, order->durable ? on_disk : in_memory, NULL, NULL,
                        NULL) == SQLITE_OK &&
           sqlite3_exec(store->connection, schema, NULL, NULL, NULL) == SQLITE_OK;
    for (int i = 0; i < STATEMENTS && fine; i++)
        fine = sqlite3_prepare_v3(store->connection, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                  &store->statements[i], NULL) == SQLITE_OK;
    if (!fine) {
        (void)fail(store);
        sqlite_close(store);
        return false;
    }
    *context = store;
    return true;
}

static bool sqlite_enter(void *store, void **session)
{
    *session = store;
    return true;
}

static void sqlite_leave(void *session)
{
    (void)session;
}

static bool bind_id(sqlite3_stmt *statement, int place, const quipu_uint128 *id)
{
    return sqlite3_bind_blob(statement, place, id, sizeof *id, SQLITE_STATIC) == SQLITE_OK;
}

static bool run(struct store *store, int which)
{
    bool done = sqlite3_step(store->statements[which]) == SQLITE_DONE;

    return sqlite3_reset(store->statements[which]) == SQLITE_OK && done;
}

/* Returns false if the statement failed. *changed: it met a row. */
static bool move(struct store *store, int which, const quipu_uint128 *account, int64_t amount,
                 bool *changed)
{
    sqlite3_stmt *statement = store->statements[which];

    if (!bind_id(statement, 1, account)) return false;
    if (sqlite3_bind_int64(statement, 2, amount) != SQLITE_OK || !run(store, which)) return false;
    *changed = sqlite3_changes(store->connection) == 1;
    return true;
}

static bool insert(struct store *store, const quipu_transfer *event, bool *is_new)
{
    sqlite3_stmt *statement = store->statements[INSERT];

    (void)bind_id(statement, 1, &event->id);
    (void)bind_id(statement, 2, &event->debit_account_id);
    (void)bind_id(statement, 3, &event->credit_account_id);
    (void)sqlite3_bind_int64(statement, 4, (int64_t)event->amount);
    (void)sqlite3_bind_int64(statement, 5, event->ledger);
    (void)sqlite3_bind_int64(statement, 6, event->code);
    (void)sqlite3_bind_int64(statement, 7, event->flags);
    (void)sqlite3_bind_int64(statement, 8, ++store->clock);
    if (!run(store, INSERT)) return false;
    *is_new = sqlite3_changes(store->connection) == 1;
    return true;
}

/* Take back what was done of a transfer that is refused. */
static bool undo(struct store *store, const quipu_transfer *event, bool debited)
{
    bool changed;

    if (debited && !move(store, DEBIT, &event->debit_account_id, -(int64_t)event->amount, &changed))
        return false;
    return bind_id(store->statements[REMOVE], 1, &event->id) && run(store, REMOVE);
}

static bool post_one(struct store *store, const quipu_transfer *event, uint32_t *status)
{
    int64_t amount = (int64_t)event->amount;
    bool is_new, debited, credited;

    *status = QUIPU_CREATE_TRANSFER_EXISTS;
    if (!insert(store, event, &is_new)) return false;
    if (!is_new) return true;

    *status = QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    if (!move(store, DEBIT, &event->debit_account_id, amount, &debited)) return false;
    if (!debited) return undo(store, event, false);

    *status = QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    if (!move(store, CREDIT, &event->credit_account_id, amount, &credited)) return false;
    if (!credited) return undo(store, event, true);

    *status = QUIPU_CREATED;
    return true;
}

static bool sqlite_post(void *session, const quipu_transfer *events, size_t count,
                        quipu_result *results)
{
    struct store *store = session;
    bool fine;

    (void)pthread_mutex_lock(&store->lock);
    fine = run(store, BEGIN);
    for (size_t i = 0; i < count && fine; i++)
        fine = post_one(store, &events[i], &results[i].status);
    fine = fine && run(store, COMMIT);
    if (!fine) {
        (void)fail(store);
        (void)run(store, ROLLBACK);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return fine;
}

static bool sqlite_load(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct store *store = session;
    bool fine = run(store, BEGIN), changed;

    for (size_t i = 0; i < count && fine; i++)
        fine = move(store, OPEN_ACCOUNT, &ids[i], (int64_t)funds, &changed);
    return (fine && run(store, COMMIT)) || fail(store);
}

static bool sqlite_balances(void *session, const quipu_uint128 *ids, size_t count,
                            struct peer_balance *balances)
{
    struct store *store = session;
    sqlite3_stmt *read = store->statements[READ];

    for (size_t i = 0; i < count; i++) {
        if (!bind_id(read, 1, &ids[i]) || sqlite3_step(read) != SQLITE_ROW) return fail(store);
        balances[i].debits = (uint64_t)sqlite3_column_int64(read, 0);
        balances[i].credits = (uint64_t)sqlite3_column_int64(read, 1);
        (void)sqlite3_reset(read);
    }
    return true;
}

const struct peer peer_sqlite = {
    .name = "sqlite",
    .settings =
        "SQLite " SQLITE_VERSION ", :memory:, WITHOUT ROWID, prepared, no memory statistics",
    .durable = "SQLite " SQLITE_VERSION ", WAL, synchronous=FULL, WITHOUT ROWID, prepared, one "
               "connection behind a mutex",
    .kind = PEER_ENGINE,
    .open = sqlite_open,
    .close = sqlite_close,
    .enter = sqlite_enter,
    .leave = sqlite_leave,
    .load = sqlite_load,
    .post = sqlite_post,
    .balances = sqlite_balances,
};
