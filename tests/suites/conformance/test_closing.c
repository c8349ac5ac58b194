/* test_closing.c - a closing transfer shuts an account until it is voided or its time is out. */
#include "support/twin.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { A = 1, B, C };
enum {
    CLOSE_DEBIT = QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT,
    CLOSE_CREDIT = QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_CREDIT
};

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    twin_account(twin, an_account(A), QUIPU_CREATED);
    twin_account(twin, an_account(B), QUIPU_CREATED);
    twin_account(twin, an_account(C), QUIPU_CREATED);
}

static bool is_closed(struct twin *twin, quipu_uint128 id)
{
    return (twin_look(twin, id, NULL).flags & QUIPU_ACCOUNT_CLOSED) != 0;
}

EVERY_PROTOCOL(closing, refuses_everything_but_voids)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(1, A, B, 5, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(2, B, A, 5, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_flagged_transfer(3, A, B, 7, CLOSE_DEBIT), QUIPU_CREATED);
    cr_assert(is_closed(&twin, A) && !is_closed(&twin, B));

    twin_transfer(&twin, a_transfer(10, A, B, 1), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_transfer(11, B, A, 1), IS(CREDIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_transfer(12, A, B, 0), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_post(13, 1, 5), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_post(15, 2, 5), IS(CREDIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_void(16, 2), QUIPU_CREATED);
    cr_assert(is_closed(&twin, A), "only the void of what closed it opens it");
    twin_transfer(&twin, a_post(17, 3, 7), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_flagged_transfer(18, A, B, 0, CLOSE_DEBIT),
                  IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_transfer(19, B, C, 1), QUIPU_CREATED);

    twin_transfer(&twin, a_void(20, 3), QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A));
    cr_assert(twin_look(&twin, A, NULL).debits_pending == 5);
    twin_transfer(&twin, a_transfer(21, A, B, 1), QUIPU_CREATED);
    twin_transfer(&twin, a_post(22, 1, 5), QUIPU_CREATED);
    /* Closed is transient: what it refused stays refused. */
    twin_transfer(&twin, a_transfer(10, A, B, 1), IS(ID_ALREADY_FAILED));
    twin_close(&twin);
}

EVERY_PROTOCOL(closing, may_shut_the_credit_account_or_both)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_flagged_transfer(1, A, B, 0, CLOSE_CREDIT), QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A) && is_closed(&twin, B));
    twin_transfer(&twin, a_transfer(2, A, B, 1), IS(CREDIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_void(3, 1), QUIPU_CREATED);

    twin_transfer(&twin, a_flagged_transfer(4, A, B, 0, CLOSE_DEBIT | CLOSE_CREDIT), QUIPU_CREATED);
    cr_assert(is_closed(&twin, A) && is_closed(&twin, B));
    twin_transfer(&twin, a_transfer(5, C, A, 1), IS(CREDIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_transfer(6, B, C, 1), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_void(7, 4), QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A) && !is_closed(&twin, B));
    twin_close(&twin);
}

/* Any void passes an account that another transfer closed, on either side or on both, by itself and
 * in a chain; and leaves it closed. */
EVERY_PROTOCOL(closing, bars_no_void)
{
    struct twin twin;
    quipu_transfer chain[] = {a_void(20, 10), a_void(21, 11), a_transfer(22, C, B, 1)};
    quipu_result results[3];

    set_up(&twin, *protocol_index);
    for (quipu_uint128 id = 10; id < 15; id++)
        twin_transfer(&twin, a_hold(id, A, B, id, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_flagged_transfer(1, A, B, 1, CLOSE_DEBIT), QUIPU_CREATED);
    chain[0].flags |= QUIPU_TRANSFER_LINKED;
    chain[1].flags |= QUIPU_TRANSFER_LINKED;
    twin_transfers(&twin, chain, 3, results);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    twin_transfer(&twin, a_flagged_transfer(2, C, B, 2, CLOSE_CREDIT), QUIPU_CREATED);
    twin_transfer(&twin, a_void(30, 12), QUIPU_CREATED);
    cr_assert(is_closed(&twin, A) && is_closed(&twin, B));
    cr_assert(twin_look(&twin, A, NULL).debits_pending == 13 + 14 + 1);
    cr_assert(twin_look(&twin, B, NULL).credits_pending == 13 + 14 + 1 + 2);

    twin_transfer(&twin, a_post(31, 13, 13), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_void(3, 1), QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A) && is_closed(&twin, B));
    twin_transfer(&twin, a_post(32, 13, 13), IS(CREDIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_void(4, 2), QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A) && !is_closed(&twin, B));
    twin_transfer(&twin, a_post(33, 14, 14), QUIPU_CREATED);
    twin_transfer(&twin, a_void(30, 12), IS(EXISTS));
    twin_close(&twin);
}

/* What closed it expires; the void of another hold before that leaves the account closed. */
EVERY_PROTOCOL(closing, outlasts_the_voids_of_others)
{
    struct twin twin;
    quipu_transfer close = a_flagged_transfer(2, A, B, 3, CLOSE_DEBIT);

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(1, A, B, 5, 9), QUIPU_CREATED);
    close.timeout = 3;
    twin_transfer(&twin, close, QUIPU_CREATED);
    twin_transfer(&twin, a_void(3, 1), QUIPU_CREATED);
    cr_assert(is_closed(&twin, A));
    twin_pass(&twin, 3 * SECOND);
    cr_assert(!is_closed(&twin, A));
    twin_close(&twin);
}

EVERY_PROTOCOL(closing, ends_with_its_time_out)
{
    struct twin twin;
    quipu_transfer close = a_flagged_transfer(2, A, B, 3, CLOSE_DEBIT);
    uint64_t due;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(1, A, B, 5, 1), QUIPU_CREATED);
    close.timeout = 3;
    twin_transfer(&twin, close, QUIPU_CREATED);
    due = twin.now + 3 * SECOND;
    twin.step = 0;

    /* Another hold on the closed account runs out all the same. */
    twin_pass(&twin, SECOND);
    cr_assert(twin_look(&twin, A, NULL).debits_pending == 3);
    cr_assert(is_closed(&twin, A));
    twin.now = due - 1;
    cr_assert(is_closed(&twin, A));
    twin_transfer(&twin, a_transfer(3, A, B, 1), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin.now = due;
    twin_transfer(&twin, a_transfer(4, A, B, 1), QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A));
    twin_transfer(&twin, a_void(5, 2), IS(PENDING_TRANSFER_EXPIRED));
    twin_close(&twin);
}

EVERY_PROTOCOL(closing, is_undone_with_its_chain)
{
    struct twin twin;
    quipu_transfer events[] = {
        a_flagged_transfer(1, A, B, 0, QUIPU_TRANSFER_LINKED | CLOSE_DEBIT),
        a_transfer(2, A, B, 1),
        a_transfer(3, A, B, 1),
    };
    quipu_result results[3];

    set_up(&twin, *protocol_index);
    twin_transfers(&twin, events, 3, results);
    cr_assert_eq(results[0].status, IS(LINKED_EVENT_FAILED));
    cr_assert_eq(results[1].status, IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    cr_assert_eq(results[2].status, QUIPU_CREATED);
    cr_assert(!is_closed(&twin, A));
    twin_close(&twin);
}

/* An account may be created closed, and then nothing opens it; the flag it was created with is the
 * one that a retry must have. */
EVERY_PROTOCOL(closing, from_the_start_is_for_good)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_account(&twin, a_flagged_account(9, QUIPU_ACCOUNT_CLOSED), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, 9, A, 1), IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_transfer(&twin, a_flagged_transfer(2, 9, A, 0, CLOSE_DEBIT),
                  IS(DEBIT_ACCOUNT_ALREADY_CLOSED));
    twin_account(&twin, a_flagged_account(9, QUIPU_ACCOUNT_CLOSED), QUIPU_CREATE_ACCOUNT_EXISTS);

    twin_transfer(&twin, a_flagged_transfer(3, A, B, 0, CLOSE_DEBIT), QUIPU_CREATED);
    twin_account(&twin, an_account(A), QUIPU_CREATE_ACCOUNT_EXISTS);
    twin_account(&twin, a_flagged_account(A, QUIPU_ACCOUNT_CLOSED),
                 QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_FLAGS);
    twin_close(&twin);
}

EVERY_PROTOCOL(closing, may_be_done_again_after_it_was_undone)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (quipu_uint128 id = 10; id < 20; id += 2) {
        twin_transfer(&twin, a_flagged_transfer(id, A, B, 1, CLOSE_DEBIT), QUIPU_CREATED);
        cr_assert(is_closed(&twin, A));
        twin_transfer(&twin, a_void(id + 1, id), QUIPU_CREATED);
        cr_assert(!is_closed(&twin, A));
    }
    twin_close(&twin);
}
