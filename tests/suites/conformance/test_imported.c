/* test_imported.c - events that bring their own timestamps: in the past, strictly increasing. */
#include "support/twin.h"

#define ACCOUNT_IS(name) QUIPU_CREATE_ACCOUNT_##name
#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { A = 1, B, C };

static quipu_account old_account(quipu_uint128 id, uint64_t timestamp)
{
    quipu_account account = a_flagged_account(id, QUIPU_ACCOUNT_IMPORTED);

    account.timestamp = timestamp;
    return account;
}

static quipu_transfer old_transfer(quipu_uint128 id, uint64_t timestamp)
{
    quipu_transfer transfer = a_flagged_transfer(id, A, B, 1, QUIPU_TRANSFER_IMPORTED);

    transfer.timestamp = timestamp;
    return transfer;
}

EVERY_PROTOCOL(imported, records_keep_their_timestamps)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, old_account(A, 100), QUIPU_CREATED);
    twin_account(&twin, old_account(B, 101), QUIPU_CREATED);
    twin_transfer(&twin, old_transfer(1, 102), QUIPU_CREATED);
    cr_assert_eq(twin_look(&twin, A, NULL).timestamp, 100);
    twin_account(&twin, old_account(C, 103), QUIPU_CREATED);
    twin_transfer(&twin, old_transfer(2, NOON), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(3, A, B, 1), QUIPU_CREATED);
    twin_close(&twin);
}

/* One row: kind of record, timestamp, outcome; each row after those before it. */
EVERY_PROTOCOL(imported, timestamps_must_increase)
{
    static const struct {
        char kind;
        uint64_t timestamp;
        uint32_t outcome;
    } rows[] = {
        {'a', 100, QUIPU_CREATED},
        {'a', 100, ACCOUNT_IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'a', 99, ACCOUNT_IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'a', 101, QUIPU_CREATED},
        {'t', 101, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)}, /* an account's */
        {'t', 100, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'t', 99, IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT)},
        {'t', 110, QUIPU_CREATED},
        {'t', 110, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'t', 109, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'a', 110, ACCOUNT_IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)}, /* a transfer's */
        {'a', 105, ACCOUNT_IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'a', 120, QUIPU_CREATED},
        {'t', 115, QUIPU_CREATED}, /* newer than any transfer, older than one account */
        {'t', 120, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS)},
        {'t', 121, QUIPU_CREATED},
    };
    struct twin twin;
    quipu_uint128 id = A;

    twin_open(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].kind == 'a') {
            twin_account(&twin, old_account(id, rows[i].timestamp), rows[i].outcome);
            if (rows[i].outcome == QUIPU_CREATED) id++;
        } else {
            twin_transfer(&twin, old_transfer(100 + i, rows[i].timestamp), rows[i].outcome);
        }
    }
    twin_close(&twin);
}

EVERY_PROTOCOL(imported, transfers_must_postdate_their_accounts)
{
    struct twin twin;
    quipu_transfer event = old_transfer(1, 150);

    twin_open(&twin, *protocol_index);
    twin_account(&twin, old_account(A, 100), QUIPU_CREATED);
    twin_account(&twin, old_account(B, 200), QUIPU_CREATED);
    twin_account(&twin, old_account(C, 300), QUIPU_CREATED);
    twin_transfer(&twin, event, IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT));
    event.debit_account_id = B;
    event.credit_account_id = A;
    twin_transfer(&twin, event, IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT));
    event.timestamp = 201;
    twin_transfer(&twin, event, QUIPU_CREATED);
    event.id = 2;
    event.timestamp = 299;
    event.credit_account_id = C;
    twin_transfer(&twin, event, IS(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT));
    twin_close(&twin);
}

/* Past means before the batch: what its first event would have been given. */
EVERY_PROTOCOL(imported, timestamps_are_in_the_past)
{
    struct twin twin;
    quipu_account events[2];
    quipu_result results[2];

    twin_open(&twin, *protocol_index);
    events[0] = old_account(A, twin.now + twin.step - 1);
    events[1] = old_account(B, twin.now + twin.step);
    twin_accounts(&twin, events, 2, results);
    cr_assert_eq(results[0].status, QUIPU_CREATED);
    cr_assert_eq(results[1].status, ACCOUNT_IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE));
    twin_transfer(&twin, old_transfer(1, twin.now + twin.step),
                  IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE));
    twin_transfer(&twin, old_transfer(2, INT64_MAX), IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE));
    twin_transfer(&twin, old_transfer(3, (uint64_t)INT64_MAX + 1),
                  IS(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE));
    twin_close(&twin);
}

/* The first event says which kind of batch it is, with any outcome. */
EVERY_PROTOCOL(imported, batches_are_of_one_kind)
{
    struct twin twin;
    quipu_transfer events[3];
    quipu_result results[3];

    twin_open(&twin, *protocol_index);
    twin_account(&twin, old_account(A, 100), QUIPU_CREATED);
    twin_account(&twin, old_account(B, 101), QUIPU_CREATED);
    events[0] = old_transfer(0, 102);
    events[1] = a_transfer(2, A, B, 1);
    events[2] = old_transfer(3, 103);
    twin_transfers(&twin, events, 3, results);
    cr_assert_eq(results[0].status, IS(ID_MUST_NOT_BE_ZERO));
    cr_assert_eq(results[1].status, IS(IMPORTED_EVENT_EXPECTED));
    cr_assert_eq(results[2].status, QUIPU_CREATED);
    events[0] = a_transfer(4, A, B, 1);
    events[1] = old_transfer(5, 104);
    events[2] = a_transfer(6, A, B, 1);
    twin_transfers(&twin, events, 3, results);
    cr_assert_eq(results[1].status, IS(IMPORTED_EVENT_NOT_EXPECTED));
    cr_assert_eq(results[2].status, QUIPU_CREATED);
    twin_close(&twin);
}

/* Exists is tested before the timestamps are held against the ledger; they are not compared. */
EVERY_PROTOCOL(imported, events_may_be_retried)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, old_account(A, 100), QUIPU_CREATED);
    twin_account(&twin, old_account(B, 101), QUIPU_CREATED);
    twin_transfer(&twin, old_transfer(1, 102), QUIPU_CREATED);
    twin_account(&twin, old_account(A, 100), ACCOUNT_IS(EXISTS));
    twin_account(&twin, old_account(A, 99), ACCOUNT_IS(EXISTS));
    twin_transfer(&twin, old_transfer(1, 102), IS(EXISTS));
    twin_transfer(&twin, old_transfer(1, 50), IS(EXISTS));
    twin_transfer(&twin, a_transfer(1, A, B, 1), IS(EXISTS_WITH_DIFFERENT_FLAGS));
    twin_close(&twin);
}

EVERY_PROTOCOL(imported, holds_may_be_resolved_but_not_time_out)
{
    struct twin twin;
    quipu_transfer hold, resolve;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, old_account(A, 100), QUIPU_CREATED);
    twin_account(&twin, old_account(B, 101), QUIPU_CREATED);
    hold = old_transfer(1, 102);
    hold.flags |= QUIPU_TRANSFER_PENDING;
    hold.timeout = 1;
    twin_transfer(&twin, hold, IS(IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO));
    hold.timeout = 0;
    hold.amount = 10;
    twin_transfer(&twin, hold, QUIPU_CREATED);

    resolve = a_post(2, 1, 4);
    resolve.flags |= QUIPU_TRANSFER_IMPORTED;
    resolve.timestamp = 102;
    twin_transfer(&twin, resolve, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS));
    resolve.timestamp = 103;
    twin_transfer(&twin, resolve, QUIPU_CREATED);
    cr_assert(twin_look(&twin, A, NULL).debits_posted == 4);
    twin_close(&twin);
}

/* A chain that fails takes back its timestamps too. */
EVERY_PROTOCOL(imported, chains_give_their_timestamps_back)
{
    struct twin twin;
    quipu_transfer events[2];
    quipu_result results[2];

    twin_open(&twin, *protocol_index);
    twin_account(&twin, old_account(A, 100), QUIPU_CREATED);
    twin_account(&twin, old_account(B, 101), QUIPU_CREATED);
    events[0] = old_transfer(1, 200);
    events[0].flags |= QUIPU_TRANSFER_LINKED;
    events[1] = old_transfer(2, 150);
    twin_transfers(&twin, events, 2, results);
    cr_assert_eq(results[1].status, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS));
    events[1].timestamp = 201;
    events[0].timestamp = 102;
    twin_transfers(&twin, events, 2, results);
    cr_assert_eq(results[0].status, QUIPU_CREATED);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    twin_close(&twin);
}

/* The result of a refusal has the time when it was judged, not the timestamp that was asked for. */
EVERY_PROTOCOL(imported, that_is_refused_is_told_when)
{
    struct twin twin;
    quipu_account accounts[3] = {old_account(A, 100), old_account(B, 101), old_account(C, 50)};
    quipu_transfer transfers[3] = {old_transfer(1, 102), old_transfer(2, 101),
                                   old_transfer(3, 103)};
    quipu_result results[3];
    uint64_t began;

    twin_open(&twin, *protocol_index);
    began = twin.now + twin.step;
    twin_accounts(&twin, accounts, 3, results);
    cr_assert_eq(results[0].timestamp, 100);
    cr_assert_eq(results[2].status, ACCOUNT_IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS));
    cr_assert_eq(results[2].timestamp, began + 2);

    began = twin.now + twin.step;
    transfers[1].flags |= QUIPU_TRANSFER_LINKED;
    twin_transfers(&twin, transfers, 3, results);
    cr_assert_eq(results[0].timestamp, 102);
    cr_assert_eq(results[1].status, IS(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS));
    cr_assert_eq(results[1].timestamp, began + 1);
    cr_assert_eq(results[2].status, IS(LINKED_EVENT_FAILED));
    cr_assert_eq(results[2].timestamp, began + 2);
    twin_close(&twin);
}
