/* test_holds.c - the state of a hold: open, posted, voided, expired; when, and by which transfer.
 *
 * Every audit of a twin compares the states of all holds with the model's, by id and by account;
 * here is what each field says, at the edges.
 *
 *   T1  each state, with its time and its transfer
 *   T2  open until the instant before it is due, expired from it on, for every caller
 *   T3  what is no hold is not found
 *   T4  a unit that fails leaves holds as they were
 *   T5  the open holds of an account: both sides, in order, by pages
 *   T6  posts and voids of holds that other calls have opened, many in a call, in any order */
#include "support/twin.h"

#include <string.h>

enum { A = 1, B, C };
enum { BOTH = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS };

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    for (quipu_uint128 id = A; id <= C; id++)
        twin_account(twin, an_account(id), QUIPU_CREATED);
}

static quipu_hold hold_of(struct twin *twin, quipu_uint128 id)
{
    quipu_hold hold;

    memset(&hold, 0xa5, sizeof(hold));
    cr_assert_eq(quipu_lookup_holds(twin->ledger, &id, 1, &hold), QUIPU_OK);
    twin_audit_holds(twin);
    return hold;
}

static uint64_t time_of(struct twin *twin, quipu_uint128 id)
{
    quipu_transfer transfer;

    cr_assert_eq(quipu_lookup_transfers(twin->ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    cr_assert(transfer.id == id);
    return transfer.timestamp;
}

EVERY_PROTOCOL(holds, say_what_became_of_them)
{
    struct twin twin;
    quipu_hold hold;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(10, A, B, 7, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(11, A, B, 8, 5), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(12, B, C, 9, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(13, A, B, 5, 60), QUIPU_CREATED);
    twin_transfer(&twin, a_post(20, 11, 3), QUIPU_CREATED);
    twin_transfer(&twin, a_void(21, 12), QUIPU_CREATED);
    twin_transfer(&twin, a_post(22, 13, QUIPU_AMOUNT_MAX), QUIPU_CREATED);

    hold = hold_of(&twin, 10);
    cr_assert(hold.id == 10 && hold.debit_account_id == A && hold.credit_account_id == B);
    cr_assert(hold.amount == 7 && hold.posted == 0 && hold.resolved_by == 0);
    cr_assert_eq(hold.state, QUIPU_HOLD_OPEN);
    cr_assert_eq(hold.timestamp, time_of(&twin, 10));
    cr_assert(hold.due == 0 && hold.resolved_at == 0 && hold.reserved == 0);

    hold = hold_of(&twin, 11);
    cr_assert_eq(hold.state, QUIPU_HOLD_POSTED);
    cr_assert(hold.amount == 8 && hold.posted == 3 && hold.resolved_by == 20);
    cr_assert_eq(hold.resolved_at, time_of(&twin, 20));
    cr_assert_eq(hold.due, time_of(&twin, 11) + 5 * SECOND);

    hold = hold_of(&twin, 12);
    cr_assert_eq(hold.state, QUIPU_HOLD_VOIDED);
    cr_assert(hold.posted == 0 && hold.resolved_by == 21 && hold.due == 0);
    cr_assert_eq(hold.resolved_at, time_of(&twin, 21));

    twin_pass(&twin, 100 * SECOND); /* what is posted does not expire */
    hold = hold_of(&twin, 13);
    cr_assert_eq(hold.state, QUIPU_HOLD_POSTED);
    cr_assert(hold.posted == 5 && hold.resolved_by == 22);
    twin_close(&twin);
}

EVERY_PROTOCOL(holds, expire_at_the_instant)
{
    struct twin twin;
    quipu_hold hold;
    uint64_t due;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(10, A, B, 7, 1), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(11, A, C, 7, 2), QUIPU_CREATED);
    due = time_of(&twin, 10) + SECOND;
    twin.now = due - 1;
    cr_assert_eq(hold_of(&twin, 10).state, QUIPU_HOLD_OPEN, "T2");
    twin.now = due;
    hold = hold_of(&twin, 10);
    cr_assert_eq(hold.state, QUIPU_HOLD_EXPIRED);
    cr_assert(hold.resolved_at == due && hold.due == due && hold.resolved_by == 0);
    cr_assert_eq(hold_of(&twin, 11).state, QUIPU_HOLD_OPEN);
    cr_assert(twin_look(&twin, A, NULL).debits_pending == 7, "accounts read after agree");
    twin.now = time_of(&twin, 11) + 2 * SECOND; /* an account is read first */
    cr_assert(twin_look(&twin, C, NULL).credits_pending == 0);
    cr_assert_eq(hold_of(&twin, 11).state, QUIPU_HOLD_EXPIRED);
    twin_close(&twin);
}

EVERY_PROTOCOL(holds, are_pending_transfers_only)
{
    const quipu_uint128 ids[] = {10, 11, 12, 99, 13, 10, 0, ID_MAX};
    static const quipu_hold none;
    quipu_hold holds[8];
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(10, A, B, 7, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(11, A, B, 7), QUIPU_CREATED);
    twin_transfer(&twin, a_post(12, 10, 7), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(13, A, 77, 7, 0), QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND);
    memset(holds, 0xa5, sizeof(holds));
    cr_assert_eq(quipu_lookup_holds(twin.ledger, ids, 8, holds), QUIPU_OK);
    for (size_t i = 0; i < 8; i++) {
        if (ids[i] == 10) {
            cr_assert(holds[i].id == 10 && holds[i].state == QUIPU_HOLD_POSTED);
        } else {
            cr_assert_eq(memcmp(&holds[i], &none, sizeof(none)), 0, "T3: %zu", i);
        }
    }
    twin_close(&twin);
}

/* Opened, resolved and left open in chains, and chains that fail. */
EVERY_PROTOCOL(holds, follow_chains)
{
    quipu_transfer whole[3] = {a_hold(10, A, B, 7, 9), a_void(11, 10), a_hold(12, A, B, 1, 9)};
    quipu_transfer broken[3] = {a_void(13, 12), a_hold(14, A, B, 5, 0), a_transfer(15, A, 77, 1)};
    quipu_result results[3];
    struct twin twin;
    quipu_hold hold;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < 2; i++) {
        whole[i].flags |= QUIPU_TRANSFER_LINKED;
        broken[i].flags |= QUIPU_TRANSFER_LINKED;
    }
    twin_transfers(&twin, whole, 3, results);
    cr_assert_eq(results[2].status, QUIPU_CREATED);
    hold = hold_of(&twin, 10);
    cr_assert(hold.state == QUIPU_HOLD_VOIDED && hold.resolved_by == 11);
    cr_assert_eq(hold.resolved_at, hold.timestamp + 1);
    twin_transfers(&twin, broken, 3, results);
    cr_assert_eq(results[2].status, QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND);
    cr_assert_eq(hold_of(&twin, 12).state, QUIPU_HOLD_OPEN, "T4");
    cr_assert_eq(hold_of(&twin, 14).state, QUIPU_HOLD_NONE);
    twin_transfer(&twin, a_void(16, 12), QUIPU_CREATED);
    cr_assert(hold_of(&twin, 12).resolved_by == 16);
    twin_close(&twin);
}

EVERY_PROTOCOL(holds, may_be_imported)
{
    quipu_transfer events[2] = {
        a_flagged_transfer(10, A, B, 7, QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_IMPORTED),
        a_post(11, 10, 2)};
    quipu_result results[2];
    struct twin twin;
    quipu_hold hold;

    set_up(&twin, *protocol_index);
    twin_pass(&twin, SECOND);
    events[1].flags |= QUIPU_TRANSFER_IMPORTED;
    events[0].timestamp = twin.now - 20;
    events[1].timestamp = twin.now - 10;
    twin_transfers(&twin, events, 2, results);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    hold = hold_of(&twin, 10);
    cr_assert(hold.state == QUIPU_HOLD_POSTED && hold.posted == 2 && hold.due == 0);
    cr_assert(hold.timestamp == events[0].timestamp && hold.resolved_at == events[1].timestamp);
    twin_close(&twin);
}

enum { HOLDS = 700 };

/* T5: long enough for some sections of a strand, most of it resolved. */
EVERY_PROTOCOL(holds, of_an_account)
{
    quipu_account_filter filter = {.account_id = A, .limit = 5, .flags = BOTH};
    static quipu_hold holds[HOLDS];
    struct twin twin;
    size_t count;

    set_up(&twin, *protocol_index);
    for (unsigned i = 1; i <= HOLDS; i++) {
        uint32_t timeout = i % 7 == 0 ? 1 : i % 5 == 0 ? 1000 : 0;

        twin_transfer(&twin, a_hold(i, i % 3 == 0 ? B : A, i % 3 == 0 ? A : C, i, timeout),
                      QUIPU_CREATED);
        if (i % 4 != 0) twin_transfer(&twin, a_void(10000 + i, i), QUIPU_CREATED);
        if (i % 100 == 0) twin_pass(&twin, SECOND);
    }
    twin_pass(&twin, 2 * SECOND);
    cr_assert_eq(quipu_get_account_holds(twin.ledger, &filter, holds, HOLDS, &count), QUIPU_OK);
    cr_assert_eq(count, 5);
    for (size_t i = 0; i < count; i++)
        cr_assert(holds[i].id == 4 * (i + 1) && holds[i].state == QUIPU_HOLD_OPEN);
    filter.limit = HOLDS;
    cr_assert_eq(quipu_get_account_holds(twin.ledger, &filter, holds, HOLDS, &count), QUIPU_OK);
    cr_assert_eq(count, HOLDS / 4 - HOLDS / 28, "neither voided nor expired");
    filter.flags = QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED;
    cr_assert_eq(quipu_get_account_holds(twin.ledger, &filter, holds, HOLDS, &count), QUIPU_OK);
    cr_assert_eq(count, HOLDS / 12 - HOLDS / 84);
    cr_assert(holds[0].id == HOLDS - HOLDS % 12 && holds[0].credit_account_id == A);
    twin_close(&twin);
}

/* Each third event is plain; of the others, each hold gets a post and a void, in one order or the
 * other, and some that there are not get either. */
static quipu_transfer one_of_many(size_t i, size_t holds)
{
    quipu_uint128 id = 10000 + i, pending_id = 100 + (i * 37) % (holds + 5);

    if (i % 3 == 0) return a_transfer(id, A + i % 2, C, 1);
    return i % 2 == 0 ? a_post(id, pending_id, QUIPU_AMOUNT_MAX) : a_void(id, pending_id);
}

EVERY_PROTOCOL(holds, are_resolved_by_other_calls_in_any_order)
{
    enum { OPENED = 90, EVENTS = 300 };
    quipu_transfer events[EVENTS];
    quipu_result results[EVENTS];
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < OPENED; i++)
        events[i] = a_hold(100 + i, A + i % 2, C, 1 + i, i % 7 == 0 ? 60 : 0);
    cr_assert_eq(twin_transfers(&twin, events, OPENED, results), QUIPU_OK);
    for (size_t i = 0; i < EVENTS; i++)
        events[i] = one_of_many(i, OPENED);
    cr_assert_eq(twin_transfers(&twin, events, EVENTS, results), QUIPU_OK);
    twin_close(&twin);
}
