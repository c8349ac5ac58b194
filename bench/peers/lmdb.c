/* lmdb.c - LMDB in a file system that is memory, never synced, written through its map; or on disk,
 * where each commit writes its pages and is synced, as LMDB does by itself.
 *
 * LMDB has one writer at a time: mdb_txn_begin() is the queue. */
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#include "peers/peer.h"

#define MAP_BYTES ((size_t)32 << 30) /* address space; the file has what was written */

struct store {
    MDB_env *env;
    MDB_dbi accounts, transfers;
};

static bool fail(int error)
{
    return peer_fail("lmdb: %s", mdb_strerror(error));
}

static int make_tables(struct store *store)
{
    MDB_txn *txn;
    int error = mdb_txn_begin(store->env, NULL, 0, &txn);

    if (error != 0) return error;
    error = mdb_dbi_open(txn, "accounts", MDB_CREATE, &store->accounts);
    if (error == 0) error = mdb_dbi_open(txn, "transfers", MDB_CREATE, &store->transfers);
    if (error == 0) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return error;
}

static bool lmdb_open(const struct peer *peer, const struct peer_order *order, void **context)
{
    const unsigned in_memory = MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP;
    const unsigned flags = MDB_NOMEMINIT | (order->durable ? 0 : in_memory);
    struct store *store = calloc(1, sizeof *store);
    int error;

    (void)peer;
    if (store == NULL) return peer_fail("no memory");
    error = mdb_env_create(&store->env);
    if (error == 0) error = mdb_env_set_maxdbs(store->env, 2);
    if (error == 0) error = mdb_env_set_mapsize(store->env, MAP_BYTES);
    if (error == 0) error = mdb_env_open(store->env, order->scratch, flags, 0600);
    if (error == 0) error = make_tables(store);
    if (error == 0) {
        *context = store;
        return true;
    }
    if (store->env != NULL) mdb_env_close(store->env);
    free(store);
    return fail(error);
}

static void lmdb_close(void *context)
{
    struct store *store = context;

    mdb_env_close(store->env);
    free(store);
}

static bool lmdb_enter(void *store, void **session)
{
    *session = store;
    return true;
}

static void lmdb_leave(void *session)
{
    (void)session;
}

/* LMDB's values are not const, and are not written to. */
static MDB_val value_of(const void *bytes, size_t size)
{
    MDB_val value = {.mv_size = size};

    memcpy(&value.mv_data, &bytes, sizeof bytes);
    return value;
}

struct unit {
    MDB_cursor *accounts, *transfers;
};

static int find(struct unit *unit, const quipu_uint128 *id, struct peer_balance *balance)
{
    MDB_val key = value_of(id, sizeof *id), value;
    int error = mdb_cursor_get(unit->accounts, &key, &value, MDB_SET);

    if (error == 0) memcpy(balance, value.mv_data, sizeof *balance);
    return error;
}

/* Where the cursor is: it was just found. */
static int replace(struct unit *unit, const quipu_uint128 *id, const struct peer_balance *balance)
{
    MDB_val key = value_of(id, sizeof *id), value = value_of(balance, sizeof *balance);

    return mdb_cursor_put(unit->accounts, &key, &value, MDB_CURRENT);
}

/* The transfer is there already, under the cursor, and must go if it is refused. */
static int move(struct unit *unit, const quipu_transfer *event, uint32_t *status)
{
    uint64_t amount = (uint64_t)event->amount;
    struct peer_balance debit, credit;
    int error = find(unit, &event->credit_account_id, &credit);

    *status = QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    if (error == MDB_NOTFOUND) return mdb_cursor_del(unit->transfers, 0);
    if (error == 0) error = find(unit, &event->debit_account_id, &debit);
    *status = QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    if (error == MDB_NOTFOUND) return mdb_cursor_del(unit->transfers, 0);
    if (error != 0) return error;
    *status = QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    if (amount > debit.credits - debit.debits) return mdb_cursor_del(unit->transfers, 0);

    *status = QUIPU_CREATED;
    debit.debits += amount;
    error = replace(unit, &event->debit_account_id, &debit);
    if (error == 0) error = find(unit, &event->credit_account_id, &credit);
    credit.credits += amount;
    return error != 0 ? error : replace(unit, &event->credit_account_id, &credit);
}

static int post_one(struct unit *unit, const quipu_transfer *event, uint32_t *status)
{
    MDB_val key = value_of(&event->id, sizeof event->id), value = value_of(event, sizeof *event);
    int error = mdb_cursor_put(unit->transfers, &key, &value, MDB_NOOVERWRITE);

    if (error != MDB_KEYEXIST) return error != 0 ? error : move(unit, event, status);
    *status = QUIPU_CREATE_TRANSFER_EXISTS;
    return 0;
}

static int unit_begin(struct store *store, unsigned flags, MDB_txn **txn, struct unit *unit)
{
    int error = mdb_txn_begin(store->env, NULL, flags, txn);

    *unit = (struct unit){0};
    if (error != 0) return error;
    error = mdb_cursor_open(*txn, store->accounts, &unit->accounts);
    if (error == 0) error = mdb_cursor_open(*txn, store->transfers, &unit->transfers);
    if (error != 0) mdb_txn_abort(*txn);
    return error;
}

/* Cursors of a transaction that writes are closed with it. */
static bool unit_end(MDB_txn *txn, int error)
{
    if (error == 0) {
        error = mdb_txn_commit(txn);
    } else {
        mdb_txn_abort(txn);
    }
    return error == 0 || fail(error);
}

static bool lmdb_post(void *session, const quipu_transfer *events, size_t count,
                      quipu_result *results)
{
    MDB_txn *txn;
    struct unit unit;
    int error = unit_begin(session, 0, &txn, &unit);

    if (error != 0) return fail(error);
    for (size_t i = 0; i < count && error == 0; i++)
        error = post_one(&unit, &events[i], &results[i].status);
    return unit_end(txn, error);
}

static bool lmdb_load(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct store *store = session;
    struct peer_balance balance = {.credits = funds};
    MDB_txn *txn;
    int error = mdb_txn_begin(store->env, NULL, 0, &txn);

    if (error != 0) return fail(error);
    for (size_t i = 0; i < count && error == 0; i++) {
        MDB_val key = value_of(&ids[i], sizeof ids[i]), value = value_of(&balance, sizeof balance);

        error = mdb_put(txn, store->accounts, &key, &value, MDB_NOOVERWRITE);
    }
    return unit_end(txn, error);
}

static bool lmdb_balances(void *session, const quipu_uint128 *ids, size_t count,
                          struct peer_balance *balances)
{
    MDB_txn *txn;
    struct unit unit;
    int error = unit_begin(session, 0, &txn, &unit);

    if (error != 0) return fail(error);
    for (size_t i = 0; i < count && error == 0; i++)
        error = find(&unit, &ids[i], &balances[i]);
    return unit_end(txn, error);
}

const struct peer peer_lmdb = {
    .name = "lmdb",
    .settings = "LMDB, file in memory, NOSYNC, WRITEMAP, NOMEMINIT, cursors",
    .durable = "LMDB, each commit synced, NOMEMINIT, cursors",
    .kind = PEER_ENGINE,
    .open = lmdb_open,
    .close = lmdb_close,
    .enter = lmdb_enter,
    .leave = lmdb_leave,
    .load = lmdb_load,
    .post = lmdb_post,
    .balances = lmdb_balances,
};
