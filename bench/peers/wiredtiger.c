/* wiredtiger.c - WiredTiger in memory: no files, no log, snapshot isolation, a session a thread; or
 * on disk with its log, whose writes and syncs those that commit at one time share.
 *
 * Of two transactions that write one row the second is rolled back at once; it starts over. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <wiredtiger.h>

#include "peers/peer.h"

#define ACCOUNTS "table:accounts"
#define TRANSFERS "table:transfers"

struct session {
    WT_SESSION *wt;
    WT_CURSOR *accounts, *transfers;
};

static bool fail(int error)
{
    return peer_fail("wiredtiger: %s", wiredtiger_strerror(error));
}

static int make_tables(WT_CONNECTION *connection)
{
    /* Large pages of keys and values that are not compressed: nothing goes to a disk. */
    static const char how[] = "key_format=u,value_format=u,leaf_page_max=32KB,"
                              "memory_page_max=10MB,prefix_compression=false";
    WT_SESSION *wt;
    int error = connection->open_session(connection, NULL, NULL, &wt);

    if (error != 0) return error;
    error = wt->create(wt, ACCOUNTS, how);
    if (error == 0) error = wt->create(wt, TRANSFERS, how);
    (void)wt->close(wt, NULL);
    return error;
}

static bool wiredtiger_peer_open(const struct peer *peer, const struct peer_order *order,
                                 void **store)
{
    static const char in_memory[] = "create,in_memory=true,cache_size=12GB,log=(enabled=false),"
                                    "statistics=(none),eviction=(threads_min=1,threads_max=1)";
    static const char on_disk[] = "create,cache_size=8GB,log=(enabled=true,file_max=1GB),"
                                  "transaction_sync=(enabled=true,method=fsync),"
                                  "statistics=(none),eviction=(threads_min=1,threads_max=1)";
    WT_CONNECTION *connection;
    int error =
        wiredtiger_open(order->scratch, NULL, order->durable ? on_disk : in_memory, &connection);

    (void)peer;
    if (error != 0) return fail(error);
    error = make_tables(connection);
    if (error != 0) {
        (void)connection->close(connection, NULL);
        return fail(error);
    }
    *store = connection;
    return true;
}

static void wiredtiger_peer_close(void *store)
{
    WT_CONNECTION *connection = store;

    (void)connection->close(connection, "leak_memory=true"); /* its process ends now */
}

static void wiredtiger_leave(void *context)
{
    struct session *session = context;

    (void)session->wt->close(session->wt, NULL);
    free(session);
}

static bool wiredtiger_enter(void *store, void **context)
{
    WT_CONNECTION *connection = store;
    struct session *session = calloc(1, sizeof *session);
    WT_SESSION *wt;
    int error;

    if (session == NULL) return peer_fail("no memory");
    error = connection->open_session(connection, NULL, "isolation=snapshot", &session->wt);
    if (error != 0) {
        free(session);
        return fail(error);
    }
    wt = session->wt;
    error = wt->open_cursor(wt, ACCOUNTS, NULL, NULL, &session->accounts);
    if (error == 0)
        error = wt->open_cursor(wt, TRANSFERS, NULL, "overwrite=false", &session->transfers);
    if (error != 0) {
        wiredtiger_leave(session);
        return fail(error);
    }
    *context = session;
    return true;
}

static void set_key(WT_CURSOR *cursor, const quipu_uint128 *id)
{
    WT_ITEM item = {.data = id, .size = sizeof *id};

    cursor->set_key(cursor, &item);
}

static void set_value(WT_CURSOR *cursor, const void *bytes, size_t size)
{
    WT_ITEM item = {.data = bytes, .size = size};

    cursor->set_value(cursor, &item);
}

static int find(struct session *session, const quipu_uint128 *id, struct peer_balance *balance)
{
    WT_CURSOR *cursor = session->accounts;
    WT_ITEM item;
    int error;

    set_key(cursor, id);
    error = cursor->search(cursor);
    if (error == 0) error = cursor->get_value(cursor, &item);
    if (error == 0) memcpy(balance, item.data, sizeof *balance);
    return error;
}

/* Where the cursor is: it was just found. */
static int replace(struct session *session, const struct peer_balance *balance)
{
    set_value(session->accounts, balance, sizeof *balance);
    return session->accounts->update(session->accounts);
}

static int remove_transfer(struct session *session, const quipu_transfer *event)
{
    set_key(session->transfers, &event->id);
    return session->transfers->remove(session->transfers);
}

static int move(struct session *session, const quipu_transfer *event, uint32_t *status)
{
    uint64_t amount = (uint64_t)event->amount;
    struct peer_balance debit, credit;
    int error = find(session, &event->debit_account_id, &debit);

    *status = QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    if (error == WT_NOTFOUND) return remove_transfer(session, event);
    if (error != 0) return error;
    *status = QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    if (amount > debit.credits - debit.debits) return remove_transfer(session, event);
    debit.debits += amount;
    error = replace(session, &debit);
    if (error == 0) error = find(session, &event->credit_account_id, &credit);
    if (error == 0) {
        *status = QUIPU_CREATED;
        credit.credits += amount;
        return replace(session, &credit);
    }
    if (error != WT_NOTFOUND) return error;

    *status = QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    debit.debits -= amount;
    error = find(session, &event->debit_account_id, &credit);
    if (error == 0) error = replace(session, &debit);
    return error != 0 ? error : remove_transfer(session, event);
}

static int post_one(struct session *session, const quipu_transfer *event, uint32_t *status)
{
    WT_CURSOR *cursor = session->transfers;
    int error;

    set_key(cursor, &event->id);
    set_value(cursor, event, sizeof *event);
    error = cursor->insert(cursor);
    if (error != WT_DUPLICATE_KEY) return error != 0 ? error : move(session, event, status);
    *status = QUIPU_CREATE_TRANSFER_EXISTS;
    return cursor->reset(cursor);
}

static int unit(struct session *session, const quipu_transfer *events, size_t count,
                quipu_result *results)
{
    WT_SESSION *wt = session->wt;
    int error = wt->begin_transaction(wt, NULL);

    if (error != 0) return error;
    for (size_t i = 0; i < count && error == 0; i++)
        error = post_one(session, &events[i], &results[i].status);
    if (error == 0) return wt->commit_transaction(wt, NULL);
    (void)wt->rollback_transaction(wt, NULL);
    return error;
}

static bool wiredtiger_post(void *context, const quipu_transfer *events, size_t count,
                            quipu_result *results)
{
    int error;

    while ((error = unit(context, events, count, results)) == WT_ROLLBACK)
        (void)sched_yield();
    return error == 0 || fail(error);
}

static bool wiredtiger_load(void *context, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct session *session = context;
    struct peer_balance balance = {.credits = funds};
    int error = session->wt->begin_transaction(session->wt, NULL);

    for (size_t i = 0; i < count && error == 0; i++) {
        set_key(session->accounts, &ids[i]);
        set_value(session->accounts, &balance, sizeof balance);
        error = session->accounts->insert(session->accounts);
    }
    if (error == 0) error = session->wt->commit_transaction(session->wt, NULL);
    return error == 0 || fail(error);
}

static bool wiredtiger_balances(void *context, const quipu_uint128 *ids, size_t count,
                                struct peer_balance *balances)
{
    struct session *session = context;
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++)
        error = find(session, &ids[i], &balances[i]);
    (void)session->accounts->reset(session->accounts);
    return error == 0 || fail(error);
}

const struct peer peer_wiredtiger = {
    .name = "wiredtiger",
    .settings = WIREDTIGER_VERSION_STRING ", in_memory, no log, snapshot",
    .durable = WIREDTIGER_VERSION_STRING ", log, transaction_sync by fsync, snapshot",
    .kind = PEER_ENGINE,
    .unit_max = {0, 16}, /* long transactions would meet too often */
    .open = wiredtiger_peer_open,
    .close = wiredtiger_peer_close,
    .enter = wiredtiger_enter,
    .leave = wiredtiger_leave,
    .load = wiredtiger_load,
    .post = wiredtiger_post,
    .balances = wiredtiger_balances,
};
