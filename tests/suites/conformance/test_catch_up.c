/* test_catch_up.c - a follower far behind reads all changes by pages, counted in steps
 * (read/steps.h). support/follower.h checks that the changes are right.
 *
 *   T1  a page costs what is on it, and at most two sections of each strand, however far its
 *       changes are from the heads
 *   T2  a page costs no more where many holds have expired before it, or after
 *   T3  in whatever order they expired, all of them are told, each at its place
 *   T4  whether an account was closed is right at each version, also right after a marker */
#include "read/steps.h"
#include "support/follower.h"
#include "support/ledger.h"

enum { A = 1, B, C, COUNT = 20000, HOLDS = 16384, PAIRS = 4, PAGES = 256, BATCH = 1000 };
enum { SECTION = 256 };

static quipu_transfer events[COUNT];
static quipu_result results[COUNT];

static void create_accounts(quipu_ledger *ledger, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_account account = an_account(A + i);

        cr_assert_eq(quipu_create_accounts(ledger, &account, 1, results), QUIPU_OK);
    }
}

static void create(quipu_ledger *ledger, size_t count)
{
    for (size_t from = 0, n; from < count; from += n) {
        n = count - from < BATCH ? count - from : BATCH;
        cr_assert_eq(quipu_create_transfers(ledger, events + from, n, results), QUIPU_OK);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(results[i].status, QUIPU_CREATED, "event %zu", from + i);
    }
}

/* Follow it from the beginning. The steps that a page took. */
static uint64_t follow(quipu_ledger *ledger, uint64_t transfers, uint64_t expiries)
{
    uint64_t before = quipui_steps, pages;
    struct follower follower;
    const char *wrong;

    follower_start(&follower);
    wrong = follower_finish(&follower, ledger, FOLLOWER_PAGE);
    cr_assert(wrong == NULL, "%s", wrong);
    cr_assert_eq(follower.transfers, transfers);
    cr_assert_eq(follower.expiries, expiries);
    pages = (transfers + expiries) / FOLLOWER_PAGE;
    follower_stop(&follower);
    return (quipui_steps - before) / pages;
}

EVERY_PROTOCOL(catch_up, costs_what_is_on_a_page)
{
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], NULL);
    uint64_t steps;

    create_accounts(ledger, 3);
    for (unsigned i = 0; i < COUNT; i++)
        events[i] = a_transfer(i + 1, i % 2 == 0 ? A : B, i % 2 == 0 ? C : A, 1);
    create(ledger, COUNT);
    steps = follow(ledger, COUNT, 0);
    cr_assert_leq(steps, 3 * (2 * SECTION + FOLLOWER_PAGE), "T1: %llu steps a page",
                  (unsigned long long)steps);
    ledger_close(ledger);
}

/* Holds between pairs of accounts, each due a millisecond or so after the one before. */
static quipu_ledger *with_holds(int protocol_index, uint64_t *now)
{
    quipu_ledger *ledger = ledger_open(protocols[protocol_index], now);

    create_accounts(ledger, 2 * PAIRS);
    for (unsigned i = 0; i < HOLDS; i++) {
        unsigned pair = i % PAIRS;

        events[i] = a_hold(i + 1, A + pair, A + PAIRS + pair, 1, 1 + i / 64);
    }
    create(ledger, HOLDS);
    return ledger;
}

static uint64_t holds_left(quipu_ledger *ledger)
{
    quipu_uint128 left = 0;

    for (unsigned i = 0; i < PAIRS; i++)
        left += ledger_account(ledger, A + i, NULL).debits_pending;
    return (uint64_t)left;
}

EVERY_PROTOCOL(catch_up, costs_no_more_beside_expiries)
{
    uint64_t now = NOON, steps;
    quipu_ledger *ledger = with_holds(*protocol_index, &now);

    while (holds_left(ledger) > 0) {
        now += SECOND;
        (void)ledger_account(ledger, A + now / SECOND % PAIRS, NULL);
    }
    steps = follow(ledger, HOLDS, HOLDS);
    cr_assert_leq(steps, 2 * PAIRS * (SECTION + FOLLOWER_PAGE) + 4 * SECTION,
                  "T2: %llu steps a page", (unsigned long long)steps);
    ledger_close(ledger);
}

/* All fall due while nobody calls. Then each pair in turn has its own expire, and a few others. */
EVERY_PROTOCOL(catch_up, tells_expiries_in_order)
{
    uint64_t now = NOON;
    quipu_ledger *ledger = with_holds(*protocol_index, &now);

    now += 1000 * SECOND;
    cr_assert_eq(holds_left(ledger), 0);
    (void)follow(ledger, HOLDS, HOLDS);
    ledger_close(ledger);
}

/* Account A is closed at its versions 256 (by 255, until the void that comes next), 512 (until its
 * time is out) and, with voids of other holds meanwhile, from 764 to 774. */
EVERY_PROTOCOL(catch_up, tells_what_was_closed)
{
    enum { LAST = 4 * SECTION, FIRST_HOLD = 600, MORE = 10 };
    uint16_t closing = QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT;
    uint64_t now = NOON, version = 1, closed_at = 0;
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], &now);

    create_accounts(ledger, 3);
    for (unsigned id = 1; version < LAST; id++, version++) {
        quipu_transfer event = a_transfer(id, A, id % 2 == 0 ? B : C, 1);

        if (id >= FIRST_HOLD && id < FIRST_HOLD + MORE) event = a_hold(id, A, B, 1, 0);
        if (version + 1 == SECTION || version + 1 == 3 * SECTION - 4) {
            event = a_flagged_transfer(id, A, B, 1, closing);
            closed_at = id;
        }
        if (version == SECTION) event = a_void(id, closed_at);
        if (version >= 3 * SECTION - 4 && version < 3 * SECTION - 4 + MORE)
            event = a_void(id, FIRST_HOLD + (version - (3 * SECTION - 4)));
        if (version == 3 * SECTION - 4 + MORE) event = a_void(id, closed_at);
        if (version + 1 == 2 * SECTION) {
            event = a_flagged_transfer(id, A, B, 1, closing);
            event.timeout = 1;
        }
        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, results), QUIPU_OK);
        cr_assert_eq(results[0].status, QUIPU_CREATED, "%u: %u", id, results[0].status);
        if (version + 1 == 2 * SECTION) {
            now += 2 * SECOND;
            version++; /* the expiry's */
        }
    }
    (void)follow(ledger, LAST - 2, 1);
    ledger_close(ledger);
}
