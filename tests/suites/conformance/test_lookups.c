/* test_lookups.c - the answer to ids[i] is at [i]. */
#include "support/twin.h"

#include <string.h>

enum { COUNT = 100, NOBODY = 5000 };

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    for (unsigned i = 1; i <= COUNT; i++) {
        quipu_account account = an_account(i);

        account.user_data_64 = i;
        twin_account(twin, account, QUIPU_CREATED);
    }
    for (unsigned i = 1; i < COUNT; i++) {
        twin_transfer(twin, a_transfer(1000 + i, i, i + 1, i), QUIPU_CREATED);
    }
}

/* Found and not found, the same twice, in any order. */
EVERY_PROTOCOL(lookups, of_accounts_are_positional)
{
    static const quipu_uint128 ids[] = {7,  NOBODY, 3,      0, 7,      ID_MAX,
                                        50, 100,    NOBODY, 1, 1 + 64, (quipu_uint128)7 << 64};
    enum { IDS = sizeof(ids) / sizeof(ids[0]) };
    static const quipu_account none;
    struct twin twin;
    quipu_account got[IDS], want[IDS];
    uint64_t versions[IDS], want_versions[IDS];

    set_up(&twin, *protocol_index);
    memset(got, 0xa5, sizeof(got));
    memset(versions, 0xa5, sizeof(versions));
    cr_assert_eq(quipu_lookup_accounts(twin.ledger, ids, IDS, got, versions), QUIPU_OK);
    model_lookup_accounts(twin.model, twin.now, ids, IDS, want, want_versions);
    for (size_t i = 0; i < IDS; i++) {
        bool exists = ids[i] >= 1 && ids[i] <= COUNT;

        cr_assert_eq(memcmp(&got[i], &want[i], sizeof(want[i])), 0, "position %zu", i);
        cr_assert_eq(versions[i], want_versions[i], "position %zu", i);
        cr_assert_eq(memcmp(&got[i], &none, sizeof(none)) == 0, !exists, "position %zu", i);
        cr_assert_eq(versions[i] == 0, !exists, "position %zu", i);
    }
    memset(got, 0xa5, sizeof(got));
    cr_assert_eq(quipu_lookup_accounts(twin.ledger, ids, IDS, got, NULL), QUIPU_OK);
    cr_assert_eq(memcmp(got, want, sizeof(want)), 0, "versions are not needed");
    twin_close(&twin);
}

EVERY_PROTOCOL(lookups, of_transfers_are_positional)
{
    static const quipu_uint128 ids[] = {1007, NOBODY, 1003, 0, 1007, ID_MAX, 1099, 7, 2000};
    enum { IDS = sizeof(ids) / sizeof(ids[0]), BURNT = 2000 };
    static const quipu_transfer none;
    struct twin twin;
    quipu_transfer got[IDS];
    quipu_transfer_versions versions[IDS];

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(BURNT, NOBODY, 1, 1),
                  QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND);
    memset(got, 0xa5, sizeof(got));
    memset(versions, 0xa5, sizeof(versions));
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, ids, IDS, got, versions), QUIPU_OK);
    for (size_t i = 0; i < IDS; i++) {
        bool exists = ids[i] > 1000 && ids[i] < 1000 + COUNT;

        cr_assert_eq(memcmp(&got[i], &none, sizeof(none)) == 0, !exists, "position %zu", i);
        cr_assert_eq(versions[i].debit == 0 && versions[i].credit == 0, !exists);
        if (!exists) continue;
        cr_assert(got[i].id == ids[i] && got[i].amount == ids[i] - 1000);
        cr_assert_eq(versions[i].debit, ids[i] == 1001 ? 2 : 3);
        cr_assert_eq(versions[i].credit, 2);
    }
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, ids, IDS, got, NULL), QUIPU_OK);
    cr_assert(got[0].id == 1007);
    twin_close(&twin);
}

/* A full batch of ids, each found and each not. */
EVERY_PROTOCOL(lookups, may_fill_a_batch)
{
    static quipu_uint128 ids[QUIPU_BATCH_MAX];
    static quipu_account accounts[QUIPU_BATCH_MAX];
    static quipu_transfer transfers[QUIPU_BATCH_MAX];
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++)
        ids[i] = i * 37 % 2200;
    cr_assert_eq(quipu_lookup_accounts(twin.ledger, ids, QUIPU_BATCH_MAX, accounts, NULL),
                 QUIPU_OK);
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, ids, QUIPU_BATCH_MAX, transfers, NULL),
                 QUIPU_OK);
    for (size_t i = 0; i < QUIPU_BATCH_MAX; i++) {
        bool account = ids[i] >= 1 && ids[i] <= COUNT;
        bool transfer = ids[i] > 1000 && ids[i] < 1000 + COUNT;

        cr_assert(accounts[i].id == (account ? ids[i] : 0), "position %zu", i);
        cr_assert(accounts[i].user_data_64 == (account ? ids[i] : 0), "position %zu", i);
        cr_assert(transfers[i].id == (transfer ? ids[i] : 0), "position %zu", i);
    }
    twin_close(&twin);
}
