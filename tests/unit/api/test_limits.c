/* test_limits.c - a ledger that is full says so, knows exactly what it did, and goes on. */
#include "api/ledger.h"
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

/* The place of a transfer that failed is used again, in any batch: a ledger for so many transfers
 * takes so many, among as many that are refused, exist, or are ill-formed. */
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

/* Refuse `count` pending transfers, with a time-out or without. */
static void refuse_holds(quipu_ledger *ledger, unsigned first, unsigned count, uint32_t timeout)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_transfer event = a_hold(first + i, 3, 1, 1, timeout);
        quipu_result result;

        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    }
}

/* The hold of a pending transfer that is refused is given back, and has no time-out any more. */
EVERY_PROTOCOL(limits, of_holds_that_were_refused)
{
    enum { SOME = 10, MANY = 2100 }; /* a worker takes 1024 places for holds at a time */
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, 2 * MANY);
    quipu_account poor = a_flagged_account(3, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    struct places *places = &ledger->store.transfers.hold_places;
    quipu_result result;
    uint64_t taken;

    fill_accounts(ledger, 1, 2);
    cr_assert_eq(quipu_create_accounts(ledger, &poor, 1, &result), QUIPU_OK);
    refuse_holds(ledger, 1, SOME, 0);
    taken = places_end(places);
    refuse_holds(ledger, 1 + SOME, MANY, 0);
    cr_assert_eq(places_end(places), taken);
    refuse_holds(ledger, 1 + SOME + MANY, SOME, 1);
    cr_assert_eq(ledger->store.timeouts.hold_count, 0);
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

static quipu_status create(quipu_ledger *ledger, quipu_transfer event, uint32_t *outcome)
{
    quipu_result result;
    quipu_status status = quipu_create_transfers(ledger, &event, 1, &result);

    *outcome = result.status;
    return status;
}

#define CREATE(event, expected)                                                                    \
    do {                                                                                           \
        uint32_t outcome;                                                                          \
                                                                                                   \
        cr_assert_eq(create(ledger, (event), &outcome), QUIPU_OK);                                 \
        cr_assert_eq(outcome, (expected), "outcome %u", outcome);                                  \
    } while (0)

/* Failed ids have room of their own. When it is used up, a transfer that fails for a transient
 * reason is told so, its id is free, and all others go on as ever. */
EVERY_PROTOCOL(limits, of_failed_ids)
{
    const uint32_t not_found = QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    const uint32_t no_space = QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID;
    const bool commits = protocols[*protocol_index] != QUIPU_CAS;
    const quipu_options options = {.protocol = protocols[*protocol_index],
                                   .account_capacity = CAPACITY,
                                   .transfer_capacity = CAPACITY,
                                   .failed_id_capacity = 3};
    const quipu_expectation expected = {.account_id = 1, .version = 4};
    quipu_transfer chain[3] = {a_flagged_transfer(60, 1, 2, 1, QUIPU_TRANSFER_LINKED),
                               a_flagged_transfer(61, 1, 99, 1, QUIPU_TRANSFER_LINKED),
                               a_transfer(62, 1, 2, 1)};
    quipu_result results[3];
    quipu_receipt receipts[3];
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    fill_accounts(ledger, 1, 2);
    for (unsigned i = 1; i <= 3; i++)
        CREATE(a_transfer(i, 1, 99, 1), not_found);
    for (unsigned i = 4; i <= 3 * CAPACITY; i++)
        CREATE(a_transfer(i, 1, 99, 1), no_space);
    for (unsigned i = 1; i <= 3; i++)
        CREATE(a_transfer(i, 1, 2, 1), QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED);
    /* Such an id is free, for any event. */
    CREATE(a_transfer(4, 1, 2, 1), QUIPU_CREATED);
    CREATE(a_hold(5, 1, 2, 1, 0), QUIPU_CREATED);
    CREATE(a_post(6, 55, 1), no_space);
    CREATE(a_post(6, 5, 1), QUIPU_CREATED);

    cr_assert_eq(quipu_create_transfers(ledger, chain, 3, results), QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED);
    cr_assert_eq(results[1].status, no_space);
    cr_assert_eq(results[2].status, QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED);
    if (commits) {
        cr_assert_eq(quipu_commit(ledger, &expected, 1, chain, 3, results, receipts), QUIPU_OK);
        cr_assert_eq(results[1].status, no_space);
        cr_assert(receipts[1].debit.id == 1, "what there was when it was refused");
    }
    chain[1].credit_account_id = 2;
    if (commits) {
        cr_assert_eq(quipu_commit(ledger, &expected, 1, chain, 3, results, NULL), QUIPU_OK);
    } else {
        cr_assert_eq(quipu_create_transfers(ledger, chain, 3, results), QUIPU_OK);
    }
    for (int i = 0; i < 3; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    cr_assert_eq(transfers_in(ledger), 6);
    fill_transfers(ledger, 70, CAPACITY - 6);
    ledger_close(ledger);
}

/* As many as transfers, if nobody says otherwise; in one batch, and beside good ones. */
EVERY_PROTOCOL(limits, of_failed_ids_are_those_of_transfers)
{
    enum { COUNT = 3 * CAPACITY - 2 }; /* the last is the last that there is a place for */
    quipu_ledger *ledger = small(*protocol_index, CAPACITY, CAPACITY);
    quipu_transfer events[COUNT];
    quipu_result results[COUNT];

    fill_accounts(ledger, 1, 2);
    for (unsigned i = 0; i < COUNT; i++)
        events[i] = a_transfer(1 + i, 1, i % 3 == 0 ? 2 : 99, 1);
    cr_assert_eq(quipu_create_transfers(ledger, events, COUNT, results), QUIPU_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        uint32_t refused = i - i / 3 <= CAPACITY ? QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND
                                                 : QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID;

        cr_assert_eq(results[i].status, i % 3 == 0 ? QUIPU_CREATED : refused, "event %u", i);
    }
    ledger_close(ledger);
}

/* All places are in a row, regardless of what was handed out and came back before. */
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
