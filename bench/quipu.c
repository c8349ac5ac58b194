/* quipu.c - Quipu as a contender, under each protocol: a guest of the public header like any. */
#include <stdio.h>
#include <stdlib.h>

#include "quipu.h"

#define BANK_ID 1 /* where the accounts' funds come from */

static bool fail(const char *call, quipu_status status)
{
    return peer_fail("%s: %s", call, quipu_status_text(status));
}

bool quipu_peer_open(const struct peer *peer, const struct peer_order *order, void **store)
{
    const quipu_account bank = {.id = BANK_ID, .ledger = 1, .code = 1};
    char path[4200];
    const quipu_options options = {
        .path = order->durable ? path : NULL,
        .protocol = (quipu_protocol)peer->variant,
        .account_capacity = order->account_count + 1,
        .transfer_capacity = order->account_count + order->transfers_max,
        .prefault = 1,
    };
    quipu_ledger *ledger;
    quipu_status status;
    quipu_result result;

    (void)snprintf(path, sizeof path, "%s/ledger", order->scratch);
    status = quipu_open(&options, &ledger);
    if (status != QUIPU_OK) return fail("quipu_open", status);
    status = quipu_create_accounts(ledger, &bank, 1, &result);
    if (status != QUIPU_OK) {
        (void)quipu_close(ledger);
        return fail("quipu_create_accounts", status);
    }
    *store = ledger;
    return true;
}

void quipu_peer_close(void *store)
{
    (void)quipu_close(store);
}

static bool quipu_peer_enter(void *store, void **session)
{
    *session = store;
    return true;
}

static void quipu_peer_leave(void *session)
{
    (void)session;
}

static bool quipu_peer_load_some(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                 uint64_t funds)
{
    quipu_account *accounts = calloc(count, sizeof *accounts);
    quipu_transfer *transfers = calloc(count, sizeof *transfers);
    quipu_result *results = calloc(count, sizeof *results);
    quipu_status status = QUIPU_NO_MEMORY;

    if (accounts != NULL && transfers != NULL && results != NULL) {
        for (size_t i = 0; i < count; i++) {
            accounts[i] = (quipu_account){
                .id = ids[i],
                .ledger = 1,
                .code = 2,
                .flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
            };
            transfers[i] = (quipu_transfer){
                .id = ids[i], /* transfers have ids of their own */
                .debit_account_id = BANK_ID,
                .credit_account_id = ids[i],
                .amount = funds,
                .ledger = 1,
                .code = 1,
            };
        }
        status = quipu_create_accounts(ledger, accounts, count, results);
        if (status == QUIPU_OK) status = quipu_create_transfers(ledger, transfers, count, results);
    }
    free(accounts);
    free(transfers);
    free(results);
    return status == QUIPU_OK || fail("loading accounts", status);
}

bool quipu_peer_load(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    for (size_t at = 0; at < count; at += QUIPU_BATCH_MAX) {
        size_t some = count - at < QUIPU_BATCH_MAX ? count - at : QUIPU_BATCH_MAX;

        if (!quipu_peer_load_some(session, ids + at, some, funds)) return false;
    }
    return true;
}

bool quipu_peer_post(void *session, const quipu_transfer *events, size_t count,
                     quipu_result *results)
{
    quipu_status status = quipu_create_transfers(session, events, count, results);

    return status == QUIPU_OK || fail("quipu_create_transfers", status);
}

bool quipu_peer_balances(void *session, const quipu_uint128 *ids, size_t count,
                         struct peer_balance *balances)
{
    quipu_account *accounts = calloc(count, sizeof *accounts);
    quipu_status status = QUIPU_NO_MEMORY;

    if (accounts != NULL) status = quipu_lookup_accounts(session, ids, count, accounts, NULL);
    for (size_t i = 0; i < count && status == QUIPU_OK; i++) {
        balances[i].debits = (uint64_t)accounts[i].debits_posted;
        balances[i].credits = (uint64_t)accounts[i].credits_posted;
    }
    free(accounts);
    return status == QUIPU_OK || fail("quipu_lookup_accounts", status);
}

#define CONTENDER(protocol, number)                                                                \
    const struct peer peer_##protocol = {                                                          \
        .name = #protocol,                                                                         \
        .settings = "Quipu, protocol " #protocol ", prefaulted",                                   \
        .durable = "Quipu, protocol " #protocol ", prefaulted, synced",                            \
        .kind = PEER_QUIPU,                                                                        \
        .variant = (number),                                                                       \
        .unit_max = {QUIPU_BATCH_MAX, QUIPU_BATCH_MAX},                                            \
        .open = quipu_peer_open,                                                                   \
        .close = quipu_peer_close,                                                                 \
        .enter = quipu_peer_enter,                                                                 \
        .leave = quipu_peer_leave,                                                                 \
        .load = quipu_peer_load,                                                                   \
        .post = quipu_peer_post,                                                                   \
        .balances = quipu_peer_balances,                                                           \
    }

CONTENDER(optimistic, QUIPU_OPTIMISTIC);
CONTENDER(cas, QUIPU_CAS);
CONTENDER(mutex, QUIPU_MUTEX);
CONTENDER(rcu, QUIPU_RCU);
