/* test_limits.c - a ledger that is full says so, knows exactly what it did, and goes on. */
#include "support/ledger.h"

#include <string.h>

enum { CAPACITY = 10 };

static quipu_ledger *small(int protocol_index, uint64_t accounts, uint64_t transfers)
{
    const quipu_options options = {.protocol = protocols[protocol_index],
                                   .account_capacity = accounts,
                                   .transfer_capacity = transfers};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    return ledger;
}

static size_t accounts_in(quipu_ledger *ledger)
{
    static quipu_account found[100];
    quipu_query_filter filter = {.limit = 100};
    size_t count;

    cr_assert_eq(quipu_query_accounts(ledger, &filter, found, 100, &count), QUIPU_OK);
    return count;
}

static size_t transfers_in(quipu_ledger *ledger)
{
    static quipu_transfer found[100];
    quipu_query_filter filter = {.limit = 100};
    size_t count;

    cr_assert_eq(quipu_query_transfers(ledger, &filter, found, 100, &count), QUIPU_OK);
    return count;
}

static void fill_accounts(quipu_ledger *ledger, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_account event = an_account(first + i);
        quipu_result result;

        cr_assert_eq(quipu_create_accounts(ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATED);
    }
}

EVERY_PROTOCOL(limits, of_accounts)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, 100);
    quipu_account events[4] = {an_account(1), an_account(50), an_account(51), an_account(52)};
    quipu_result results[4];

    fill_accounts(ledger, 1, CAPACITY - 1);
    memset(results, 0xa5, sizeof(results));
    cr_assert_eq(quipu_create_accounts(ledger, events, 4, results), QUIPU_NO_SPACE);
    cr_assert_eq(results[0].status, QUIPU_CREATE_ACCOUNT_EXISTS);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    cr_assert_eq(results[2].status, 0, "not reached");
    cr_assert_eq(results[3].status, 0);
    cr_assert_eq(accounts_in(ledger), CAPACITY);

    /* What needs no room is still answered. */
    cr_assert_eq(quipu_create_accounts(ledger, events, 2, results), QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATE_ACCOUNT_EXISTS);
    cr_assert_eq(results[1].status, QUIPU_CREATE_ACCOUNT_EXISTS);
    cr_assert_eq(quipu_create_accounts(ledger, &events[2], 1, results), QUIPU_NO_SPACE);
    cr_assert_eq(results[0].status, 0);
    ledger_close(ledger);
}

/* A chain is never cut: what does not fit whole is not there at all. */
EVERY_PROTOCOL(limits, of_accounts_do_not_cut_chains)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, 100);
    quipu_account events[4] = {an_account(40), a_flagged_account(50, QUIPU_ACCOUNT_LINKED),
                               a_flagged_account(51, QUIPU_ACCOUNT_LINKED), an_account(52)};
    quipu_result results[4];

    fill_accounts(ledger, 1, CAPACITY - 3);
    cr_assert_eq(quipu_create_accounts(ledger, events, 4, results), QUIPU_NO_SPACE);
    cr_assert_eq(results[0].status, QUIPU_CREATED);
    for (int i = 1; i < 4; i++) {
        cr_assert_eq(results[i].status, 0);
    }
    cr_assert_eq(accounts_in(ledger), CAPACITY - 2);
    /* The ids were not used up. */
    cr_assert_eq(quipu_create_accounts(ledger, &events[2], 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    ledger_close(ledger);
}

static void fill_transfers(quipu_ledger *ledger, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_transfer event = a_transfer(first + i, 1, 2, 1);
        quipu_result result;

        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATED);
    }
}

EVERY_PROTOCOL(limits, of_transfers)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    quipu_transfer events[4] = {a_transfer(1, 1, 2, 1), a_transfer(50, 1, 2, 1),
                                a_transfer(51, 1, 2, 1), a_transfer(52, 1, 2, 1)};
    quipu_result results[4];

    fill_accounts(ledger, 1, 2);
    fill_transfers(ledger, 1, CAPACITY - 1);
    memset(results, 0xa5, sizeof(results));
    cr_assert_eq(quipu_create_transfers(ledger, events, 4, results), QUIPU_NO_SPACE);
    cr_assert_eq(results[0].status, QUIPU_CREATE_TRANSFER_EXISTS);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    cr_assert_eq(results[2].status, 0, "not reached");
    cr_assert_eq(results[3].status, 0);
    cr_assert_eq(transfers_in(ledger), CAPACITY);
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == CAPACITY);

    cr_assert_eq(quipu_create_transfers(ledger, events, 2, results), QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATE_TRANSFER_EXISTS);
    cr_assert_eq(results[1].status, QUIPU_CREATE_TRANSFER_EXISTS);
    cr_assert_eq(quipu_create_transfers(ledger, &events[2], 1, results), QUIPU_NO_SPACE);
    cr_assert_eq(results[0].status, 0);
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == CAPACITY);
    ledger_close(ledger);
}

/* The place of a transfer that came to nothing is used again, whatever the batch: a ledger for so
 * many transfers takes so many, among as many that are refused, exist, or are ill-formed. */
EVERY_PROTOCOL(limits, of_transfers_that_came_to_nothing)
{
    enum { MANY = 96, BATCH = 40 };
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, MANY);
    quipu_account poor = an_account(3);
    quipu_transfer events[BATCH];
    quipu_result results[BATCH];
    unsigned created = 0;

    poor.flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    fill_accounts(ledger, 1, 2);
    cr_assert_eq(quipu_create_accounts(ledger, &poor, 1, results), QUIPU_OK);
    for (unsigned first = 1; created < MANY; first += BATCH) {
        for (unsigned i = 0; i < BATCH; i++) {
            unsigned id = i % 4 == 2 ? first : first + i;

            events[i] = a_transfer(id, i % 8 == 1 ? 3 : 1, 2, 1); /* half as many burn their id */
            if (i % 4 == 3 || i % 8 == 5 || created + i / 4 >= MANY) events[i].code = 0;
        }
        cr_assert_eq(quipu_create_transfers(ledger, events, BATCH, results), QUIPU_OK);
        for (unsigned i = 0; i < BATCH; i++)
            created += results[i].status == QUIPU_CREATED;
    }
    cr_assert_eq(transfers_in(ledger), MANY);
    events[0] = a_transfer(MANY * BATCH, 1, 2, 1);
    cr_assert_eq(quipu_create_transfers(ledger, events, 1, results), QUIPU_NO_SPACE);
    ledger_close(ledger);
}

EVERY_PROTOCOL(limits, of_transfers_do_not_cut_chains)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    quipu_transfer events[3] = {a_flagged_transfer(50, 1, 2, 1, QUIPU_TRANSFER_LINKED),
                                a_flagged_transfer(51, 1, 2, 1, QUIPU_TRANSFER_LINKED),
                                a_transfer(52, 1, 2, 1)};
    quipu_result results[3];
    quipu_status status;

    fill_accounts(ledger, 1, 2);
    fill_transfers(ledger, 1, CAPACITY - 2);
    cr_assert_eq(quipu_create_transfers(ledger, events, 3, results), QUIPU_NO_SPACE);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(results[i].status, 0);
    }
    status = quipu_commit(ledger, NULL, 0, events, 3, results, NULL);
    cr_assert_eq(status,
                 protocols[*protocol_index] == QUIPU_CAS ? QUIPU_UNSUPPORTED : QUIPU_NO_SPACE);
    cr_assert_eq(transfers_in(ledger), CAPACITY - 2);
    cr_assert(ledger_account(ledger, 1, NULL).debits_posted == CAPACITY - 2);
    cr_assert_eq(quipu_create_transfers(ledger, &events[1], 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    ledger_close(ledger);
}

/* Nothing comes before an open chain, and it needs no room, be it otherwise well-formed or not. */
EVERY_PROTOCOL(limits, do_not_hide_an_open_chain)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    quipu_transfer event = a_flagged_transfer(50, 1, 2, 1, QUIPU_TRANSFER_LINKED);
    quipu_result result;

    fill_accounts(ledger, 1, 2);
    fill_transfers(ledger, 1, CAPACITY);
    for (quipu_uint128 id = 2; id-- > 0;) {
        event.debit_account_id = id;
        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN);
    }
    ledger_close(ledger);
}

/* There is room for as many burnt ids; what would burn one more is not reached. */
EVERY_PROTOCOL(limits, of_burnt_ids)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    quipu_transfer event = a_transfer(0, 1, 99, 1);
    quipu_result result;

    fill_accounts(ledger, 1, 2);
    for (unsigned i = 1; i <= CAPACITY; i++) {
        event.id = i;
        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND);
    }
    event.id = CAPACITY + 1;
    cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_NO_SPACE);
    cr_assert_eq(result.status, 0);
    for (unsigned i = 1; i <= CAPACITY; i++) {
        event = a_transfer(i, 1, 2, 1);
        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED);
    }
    ledger_close(ledger);
}

/* What needs no room is answered by a full ledger too, but an expectation must hold first. */
EVERY_PROTOCOL(limits, do_not_hide_expectations)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    const quipu_expectation wrong = {.account_id = 1, .version = CAPACITY + 2};
    quipu_transfer event = a_transfer(1, 1, 2, 1);
    quipu_result result = {.status = 0};
    quipu_status status;

    fill_accounts(ledger, 1, 2);
    fill_transfers(ledger, 1, CAPACITY);
    status = quipu_commit(ledger, &wrong, 1, &event, 1, &result, NULL);
    cr_assert_eq(status,
                 protocols[*protocol_index] == QUIPU_CAS ? QUIPU_UNSUPPORTED : QUIPU_NO_SPACE);
    cr_assert_eq(result.status, 0);
    ledger_close(ledger);
}

/* All places are in a row, whatever was handed out and came back before. */
EVERY_PROTOCOL(limits, leave_room_for_one_long_chain)
{
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    quipu_transfer refused = a_transfer(0, 1, 2, 1), events[CAPACITY];
    quipu_result results[CAPACITY];

    fill_accounts(ledger, 1, 2);
    cr_assert_eq(quipu_create_transfers(ledger, &refused, 1, results), QUIPU_OK);
    for (unsigned i = 0; i < CAPACITY; i++)
        events[i] =
            a_flagged_transfer(1 + i, 1, 2, 1, i + 1 < CAPACITY ? QUIPU_TRANSFER_LINKED : 0);
    cr_assert_eq(quipu_create_transfers(ledger, events, CAPACITY, results), QUIPU_OK);
    cr_assert_eq(results[CAPACITY - 1].status, QUIPU_CREATED);
    cr_assert_eq(transfers_in(ledger), CAPACITY);
    ledger_close(ledger);
}
