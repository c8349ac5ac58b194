/* test_backlog.c - more falls due at once than one call lets expire: docs/records.md, "Time-outs".
 *
 * In the model all of it expires at once, and every answer must be its answer. What a call let
 * expire is counted in holds.
 *
 *   B1  a call lets expire what is due on its own accounts, and of others' at most a slice
 *   B2  what is left behind is gone after as many calls as it has slices
 *   B3  no call sees a hold that is due, regardless of what expired before, and in which order */
#include <string.h>

#include "api/ledger.h"
#include "support/random.h"
#include "support/twin.h"

enum { OWN = 1, OTHER, IDLE, FROM = 10, TO = 60, PAIRS = 40, HOLDS = 400, MANY = 90 };

static uint64_t held(const struct twin *twin)
{
    return twin->ledger->store.timeouts.hold_count;
}

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    for (unsigned i = OWN; i <= IDLE; i++)
        twin_account(twin, an_account(i), QUIPU_CREATED);
    for (unsigned i = 0; i < PAIRS; i++) {
        twin_account(twin, an_account(FROM + i), QUIPU_CREATED);
        twin_account(twin, an_account(TO + i), QUIPU_CREATED);
    }
    twin->step = 0;
    twin_pass(twin, SECOND);
}

/* One account by itself, in one call: as the model has it. */
static quipu_account look(struct twin *twin, quipu_uint128 id, uint64_t *version)
{
    quipu_account got, want;
    uint64_t got_version, want_version;

    model_lookup_accounts(twin->model, twin->now, &id, 1, &want, &want_version);
    cr_assert_eq(quipu_lookup_accounts(twin->ledger, &id, 1, &got, &got_version), QUIPU_OK);
    cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "%s: account %u", twin_name(twin),
                 (unsigned)id);
    cr_assert_eq(got_version, want_version, "%s: account %u", twin_name(twin), (unsigned)id);
    if (version != NULL) *version = got_version;
    return got;
}

/* `count` holds between pairs of accounts, due within a microsecond; then it is that late. */
static void fall_due(struct twin *twin, quipu_uint128 id, unsigned count)
{
    static quipu_transfer events[HOLDS];
    static quipu_result results[HOLDS];

    for (unsigned i = 0; i < count; i++) {
        events[i] = a_hold(id + i, FROM + i % PAIRS, TO + (i + i / PAIRS) % PAIRS, 1 + i % 7, 5);
    }
    twin_transfers(twin, events, count, results);
    for (unsigned i = 0; i < count; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
}

/* B1 of one call, for which `own` holds of its own have expired. */
static void check_slice(const struct twin *twin, uint64_t before, uint64_t own)
{
    cr_assert_leq(before - held(twin), TIMEOUTS_SLICE + own, "%s: a call let too much expire",
                  twin_name(twin));
    cr_assert_geq(before - held(twin), own, "%s: and its own at least", twin_name(twin));
}

EVERY_PROTOCOL(backlog, is_released_in_slices)
{
    struct twin twin;
    uint64_t before, calls = 0;

    set_up(&twin, *protocol_index);
    fall_due(&twin, 1000, HOLDS);
    for (unsigned i = 0; i < 3; i++)
        twin_transfer(&twin, a_hold(2000 + i, OWN, OTHER, 5, 5), QUIPU_CREATED);
    twin_pass(&twin, 6 * SECOND);
    cr_assert_eq(held(&twin), HOLDS + 3);

    before = held(&twin);
    cr_assert(look(&twin, OWN, NULL).debits_pending == 0);
    check_slice(&twin, before, 3);
    while (held(&twin) > 0) {
        before = held(&twin);
        (void)look(&twin, IDLE, NULL);
        check_slice(&twin, before, 0);
        cr_assert_leq(++calls, HOLDS / TIMEOUTS_SLICE, "%s: B2", twin_name(&twin));
    }
    twin_close(&twin);
}

/* Calls of every kind, on accounts that have nothing due; the batches are longer than a slice. */
EVERY_PROTOCOL(backlog, costs_every_call_a_slice_at_most)
{
    struct twin twin;
    quipu_transfer events[4 * TIMEOUTS_SLICE], chain[3];
    quipu_result results[4 * TIMEOUTS_SLICE];
    uint64_t before, version;

    set_up(&twin, *protocol_index);
    fall_due(&twin, 1000, HOLDS);
    twin_pass(&twin, 6 * SECOND);

    before = held(&twin);
    for (unsigned i = 0; i < 4 * TIMEOUTS_SLICE; i++)
        events[i] = a_transfer(3000 + i, OWN, OTHER, 1);
    twin_transfers(&twin, events, 4 * TIMEOUTS_SLICE, results);
    check_slice(&twin, before, 0);

    before = held(&twin);
    for (unsigned i = 0; i < 4 * TIMEOUTS_SLICE; i++)
        events[i] = a_hold(4000 + i, OTHER, IDLE, 1, 0);
    twin_transfers(&twin, events, 4 * TIMEOUTS_SLICE, results);
    check_slice(&twin, before, 0);

    before = held(&twin);
    for (unsigned i = 0; i < 3; i++) {
        chain[i] = a_flagged_transfer(5000 + i, OTHER, OWN, 1, i < 2 ? QUIPU_TRANSFER_LINKED : 0);
    }
    twin_transfers(&twin, chain, 3, results);
    check_slice(&twin, before, 0);

    before = held(&twin);
    twin_transfer(&twin, a_post(6000, 4000, 1), QUIPU_CREATED);
    check_slice(&twin, before, 0);

    before = held(&twin);
    (void)look(&twin, OWN, &version);
    check_slice(&twin, before, 0);
    if (protocols[*protocol_index] != QUIPU_CAS) {
        quipu_expectation expected = {.account_id = OWN, .version = version};
        quipu_transfer event = a_transfer(7000, OWN, OTHER, 1);

        before = held(&twin);
        cr_assert_eq(twin_commit(&twin, &expected, 1, &event, 1, results, NULL), QUIPU_OK);
        check_slice(&twin, before, 0);
    }
    cr_assert_gt(held(&twin), 0, "else nothing was tried");
    twin_close(&twin);
}

/* B3, to the very instant: earlier ones of others use up the slices. */
EVERY_PROTOCOL(backlog, is_due_to_the_nanosecond)
{
    quipu_transfer event = a_hold(2000, OWN, OTHER, 5, 5);
    quipu_uint128 id = event.id;
    struct twin twin;

    set_up(&twin, *protocol_index);
    fall_due(&twin, 1000, HOLDS);
    twin_transfer(&twin, event, QUIPU_CREATED);
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, &id, 1, &event, NULL), QUIPU_OK);
    twin.now = event.timestamp + 5 * SECOND - 1;
    cr_assert(look(&twin, OWN, NULL).debits_pending == 5);
    twin.now++;
    cr_assert(look(&twin, OWN, NULL).debits_pending == 0);
    cr_assert(look(&twin, OTHER, NULL).credits_pending == 0);
    cr_assert_gt(held(&twin), 0, "else nothing was tried");
    twin_close(&twin);
}

/* B3: any account, by any call, in any order, while there is always a backlog. */
EVERY_PROTOCOL(backlog, is_seen_by_nobody)
{
    struct random random = {(uint64_t)*protocol_index + 1};
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (unsigned turn = 0; turn < 12; turn++) {
        quipu_uint128 id = 1000 * (turn + 1);

        fall_due(&twin, id, MANY);
        twin_pass(&twin, 4 * SECOND);
        /* From before the first is due until after the last. */
        for (unsigned i = 0; i < MANY; i++) {
            quipu_uint128 from = FROM + random_below(&random, PAIRS);
            quipu_uint128 to = TO + random_below(&random, PAIRS);

            if (i == MANY / 3) twin_pass(&twin, SECOND + random_below(&random, MANY));
            switch (random_below(&random, 6)) {
            case 0: (void)look(&twin, from, NULL); break;
            case 1: (void)look(&twin, to, NULL); break;
            case 2:
                twin_transfer(&twin, a_transfer(id + 300 + i, from, to, 1), QUIPU_CREATED);
                break;
            case 3:
                twin_transfer(&twin, a_hold(id + 400 + i, from, to, 1, 1), QUIPU_CREATED);
                break;
            case 4: {
                quipu_transfer event = a_post(id + 500 + i, id + i, 1);
                quipu_result result;

                twin_transfers(&twin, &event, 1, &result); /* the model knows */
                break;
            }
            default: twin_pass(&twin, random_below(&random, 20));
            }
        }
        if (turn % 4 == 3) twin_audit(&twin);
    }
    twin_close(&twin);
}

/* The releases on B come in another order than they fall due: nobody can tell. */
EVERY_PROTOCOL(backlog, may_be_out_of_order)
{
    enum { A = OWN, B = OTHER, C = IDLE };
    struct twin twin;
    uint64_t version;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_hold(1, B, C, 7, 1), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(2, A, B, 9, 2), QUIPU_CREATED);
    for (unsigned i = 0; i < TIMEOUTS_SLICE; i++)
        twin_transfer(&twin, a_hold(10 + i, FROM, TO, 1, 0 + 1), QUIPU_CREATED);
    twin_pass(&twin, 3 * SECOND);
    (void)look(&twin, A, &version);
    cr_assert_eq(version, 3);
    (void)look(&twin, C, &version);
    cr_assert_eq(version, 3);
    (void)look(&twin, B, &version);
    cr_assert_eq(version, 5);
    twin_transfer(&twin, a_transfer(3, B, C, 1), QUIPU_CREATED);
    twin_audit(&twin);
    twin_close(&twin);
}
