/* test_commit.c - all of these transfers or none, if and only if nothing expected has moved.
 *
 * Under cas every commit is UNSUPPORTED, which twin_commit() checks; the rest is for the others. */
#include "support/twin.h"

#include <string.h>

#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { A = 1, B, LIMITED, NOBODY = 99 };

static bool set_up(struct twin *twin, int protocol_index)
{
    quipu_transfer event = a_transfer(1, A, B, 1);
    quipu_result result;

    twin_open(twin, protocol_index);
    twin_account(twin, an_account(A), QUIPU_CREATED);
    twin_account(twin, an_account(B), QUIPU_CREATED);
    twin_account(twin, a_flagged_account(LIMITED, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                 QUIPU_CREATED);
    if (twin_commit(twin, NULL, 0, &event, 1, &result, NULL) == QUIPU_OK) return true;
    twin_close(twin);
    return false;
}

EVERY_PROTOCOL(commit, happens_at_the_expected_versions_only)
{
    struct twin twin;
    quipu_expectation expected[2] = {{A, 2, 0}, {LIMITED, 1, 0}};
    quipu_transfer event = a_transfer(2, A, B, 5);
    quipu_result result;

    if (!set_up(&twin, *protocol_index)) return;
    expected[0].version = 1;
    cr_assert_eq(twin_commit(&twin, expected, 2, &event, 1, &result, NULL), QUIPU_CONFLICT);
    expected[0].version = 3;
    cr_assert_eq(twin_commit(&twin, expected, 2, &event, 1, &result, NULL), QUIPU_CONFLICT);
    expected[0].version = 2;
    expected[1].version = 2; /* not even an account of the list */
    cr_assert_eq(twin_commit(&twin, expected, 2, &event, 1, &result, NULL), QUIPU_CONFLICT);
    expected[1].account_id = NOBODY;
    cr_assert_eq(twin_commit(&twin, expected, 2, &event, 1, &result, NULL), QUIPU_CONFLICT);
    twin_audit(&twin);
    expected[1] = (quipu_expectation){LIMITED, 1, 0};
    cr_assert_eq(twin_commit(&twin, expected, 2, &event, 1, &result, NULL), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED, "a conflict burns no id");
    event.id = 3;
    cr_assert_eq(twin_commit(&twin, expected, 2, &event, 1, &result, NULL), QUIPU_CONFLICT);
    twin_close(&twin);
}

/* An account may be expected twice; it has one version only. */
EVERY_PROTOCOL(commit, takes_repeated_expectations)
{
    struct twin twin;
    quipu_expectation expected[3] = {{A, 2, 0}, {B, 2, 0}, {A, 2, 0}};
    quipu_transfer event = a_transfer(2, A, B, 5);
    quipu_result result;

    if (!set_up(&twin, *protocol_index)) return;
    expected[2].version = 3;
    cr_assert_eq(twin_commit(&twin, expected, 3, &event, 1, &result, NULL), QUIPU_CONFLICT);
    expected[2].version = 2;
    cr_assert_eq(twin_commit(&twin, expected, 3, &event, 1, &result, NULL), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
    twin_close(&twin);
}

/* The list is one chain, whatever its flags say; but linked on the last leaves it open. */
EVERY_PROTOCOL(commit, is_one_chain)
{
    struct twin twin;
    quipu_transfer events[3] = {a_transfer(2, A, LIMITED, 5), a_transfer(3, LIMITED, B, 6),
                                a_transfer(4, A, B, 1)};
    quipu_result results[3];

    if (!set_up(&twin, *protocol_index)) return;
    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, NULL), QUIPU_OK);
    cr_assert_eq(results[0].status, IS(LINKED_EVENT_FAILED));
    cr_assert_eq(results[1].status, IS(EXCEEDS_CREDITS));
    cr_assert_eq(results[2].status, IS(LINKED_EVENT_FAILED));
    twin_audit(&twin);

    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, NULL), QUIPU_OK);
    cr_assert_eq(results[1].status, IS(ID_ALREADY_FAILED), "who failed is burnt");
    events[1] = a_transfer(5, LIMITED, B, 5);
    events[2].flags = QUIPU_TRANSFER_LINKED;
    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, NULL), QUIPU_OK);
    cr_assert_eq(results[1].status, IS(LINKED_EVENT_FAILED));
    cr_assert_eq(results[2].status, IS(LINKED_EVENT_CHAIN_OPEN));
    events[2].flags = 0;
    events[0].flags = QUIPU_TRANSFER_LINKED;
    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, NULL), QUIPU_OK);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    twin_close(&twin);
}

EVERY_PROTOCOL(commit, gives_receipts)
{
    struct twin twin;
    quipu_transfer events[3] = {a_transfer(2, A, LIMITED, 5), a_hold(3, LIMITED, B, 3, 0),
                                a_post(4, 3, 2)};
    quipu_result results[3];
    quipu_receipt receipts[3];

    if (!set_up(&twin, *protocol_index)) return;
    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, receipts), QUIPU_OK);
    cr_assert(receipts[0].debit.id == A && receipts[0].debit.debits_posted == 6);
    cr_assert_eq(receipts[0].debit_version, 3);
    cr_assert(receipts[0].credit.id == LIMITED && receipts[0].credit_version == 2);
    cr_assert(receipts[1].debit.debits_pending == 3 && receipts[1].debit_version == 3);
    cr_assert(receipts[2].debit.debits_pending == 0 && receipts[2].debit.debits_posted == 2);
    cr_assert(receipts[2].credit.id == B && receipts[2].credit.credits_posted == 3);
    cr_assert_eq(receipts[2].credit_version, 4);
    twin_close(&twin);
}

/* A refused transfer's receipt says what there was, with what the list had done before it. */
EVERY_PROTOCOL(commit, gives_receipts_of_refusals)
{
    static const quipu_receipt unseen;
    struct twin twin;
    quipu_transfer events[3] = {a_transfer(2, A, LIMITED, 5), a_transfer(3, LIMITED, B, 6),
                                a_transfer(4, A, B, 1)};
    quipu_result results[3];
    quipu_receipt receipts[3];

    if (!set_up(&twin, *protocol_index)) return;
    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, receipts), QUIPU_OK);
    cr_assert_eq(results[1].status, IS(EXCEEDS_CREDITS));
    cr_assert(receipts[1].debit.id == LIMITED && receipts[1].debit.credits_posted == 5);
    cr_assert_eq(receipts[1].debit_version, 2);
    cr_assert(receipts[1].credit.id == B && receipts[1].credit_version == 2);
    cr_assert_eq(memcmp(&receipts[0], &unseen, sizeof(unseen)), 0);
    cr_assert_eq(memcmp(&receipts[2], &unseen, sizeof(unseen)), 0);

    /* Refused before any account was looked at. */
    events[1] = a_transfer(1, A, B, 1);
    cr_assert_eq(twin_commit(&twin, NULL, 0, events, 3, results, receipts), QUIPU_OK);
    cr_assert_eq(results[1].status, IS(EXISTS));
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(memcmp(&receipts[i], &unseen, sizeof(unseen)), 0, "receipt %d", i);
    }
    twin_close(&twin);
}

/* A time-out is a change: what was read before it is no longer at its version. */
EVERY_PROTOCOL(commit, conflicts_with_a_time_out)
{
    struct twin twin;
    quipu_expectation expected[1] = {{A, 3, 0}};
    quipu_transfer event = a_transfer(3, B, LIMITED, 5);
    quipu_result result;
    uint64_t due;

    if (!set_up(&twin, *protocol_index)) return;
    twin_transfer(&twin, a_hold(2, A, B, 7, 2), QUIPU_CREATED);
    due = twin.now + 2 * SECOND;
    twin.step = 0;
    twin.now = due - 1;
    cr_assert_eq(twin_commit(&twin, expected, 1, &event, 1, &result, NULL), QUIPU_OK);
    event.id = 4;
    twin.now = due;
    cr_assert_eq(twin_commit(&twin, expected, 1, &event, 1, &result, NULL), QUIPU_CONFLICT);
    expected[0].version = 4;
    cr_assert_eq(twin_commit(&twin, expected, 1, &event, 1, &result, NULL), QUIPU_OK);
    twin_close(&twin);
}

/* As many expectations and transfers as there may be. */
EVERY_PROTOCOL(commit, may_fill_a_batch)
{
    enum { ACCOUNTS = 8000 };
    static quipu_account accounts[ACCOUNTS];
    static quipu_expectation expected[QUIPU_BATCH_MAX];
    static quipu_transfer events[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    static quipu_receipt receipts[QUIPU_BATCH_MAX];
    struct twin twin;

    if (!set_up(&twin, *protocol_index)) return;
    for (unsigned i = 0; i < QUIPU_BATCH_MAX; i++) {
        unsigned debit = 1000 + i % ACCOUNTS, credit = 1000 + (i + 1) % ACCOUNTS;

        accounts[i % ACCOUNTS] = an_account(debit);
        expected[i] = (quipu_expectation){debit, 1, 0};
        events[i] = a_transfer(1000 + i, debit, credit, 1);
    }
    twin_accounts(&twin, accounts, ACCOUNTS, results);
    expected[QUIPU_BATCH_MAX - 1].version = 2;
    cr_assert_eq(
        twin_commit(&twin, expected, QUIPU_BATCH_MAX, events, QUIPU_BATCH_MAX, results, receipts),
        QUIPU_CONFLICT);
    expected[QUIPU_BATCH_MAX - 1].version = 1;
    cr_assert_eq(
        twin_commit(&twin, expected, QUIPU_BATCH_MAX, events, QUIPU_BATCH_MAX, results, receipts),
        QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATED);
    twin_audit_accounts(&twin);
    ledger_close(twin.ledger);
    model_close(twin.model);
}
