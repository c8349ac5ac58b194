/* test_timeouts.c - the time-outs of a ledger and of each account against a naive list, one random
 * step after the other.
 *
 *   T1  the first is one that falls due earliest, of all or of an account, only from its instant on
 *   T2  `earliest` says when that is, `rounds` counts what was taken out, `latest` is the latest
 *       that expired: of the ledger, and of the two accounts that a hold is between
 *   T3  a hold can be taken out from anywhere, and an account knows its place
 *   T4  adding without memory changes nothing */
#include <criterion/criterion.h>

#include "records/timeouts.h"
#include "support/random.h"

enum { HOLDS = 700, STEPS = 60000, SEED = 5 };

/* More than fit in what the heap of accounts has at first. */
enum { ACCOUNTS = 40000, FEW = 12 };

static struct timeouts timeouts;
static struct transfers transfers;
static struct accounts accounts;

/* The naive list, and what it says of account 0, … and, last, of the ledger. */
static struct {
    uint64_t due; /* or 0 */
    uint32_t account[2];
} naive[HOLDS];
static uint64_t rounds[FEW + 1], latest[FEW + 1];

static void set_up(void)
{
    cr_assert(quipui_transfers_open(&transfers, ACCOUNTS, ACCOUNTS));
    cr_assert(region_ensure(&transfers.holds, ACCOUNTS * sizeof(struct hold)));
    cr_assert(quipui_accounts_open(&accounts, ACCOUNTS));
    cr_assert(quipui_accounts_grow(&accounts, ACCOUNTS));
    cr_assert(quipui_timeouts_open(&timeouts, &transfers, &accounts));
}

static void tear_down(void)
{
    quipui_timeouts_close(&timeouts);
    quipui_accounts_close(&accounts);
    quipui_transfers_close(&transfers);
}

static bool add(uint64_t hold, uint64_t debit, uint64_t credit, uint64_t due)
{
    return quipui_timeouts_add(&timeouts, hold, slot_at(&accounts, debit),
                               slot_at(&accounts, credit), due);
}

/* Is this hold one of the account's? FEW: of the ledger's. */
static bool is_of(int hold, uint32_t account)
{
    return naive[hold].due != 0 && (account == FEW || naive[hold].account[0] == account ||
                                    naive[hold].account[1] == account);
}

static uint64_t naive_earliest(uint32_t account)
{
    uint64_t earliest = NEVER;

    for (int i = 0; i < HOLDS; i++) {
        if (is_of(i, account) && naive[i].due < earliest) earliest = naive[i].due;
    }
    return earliest;
}

static bool is_due(struct slot *slot, uint64_t now)
{
    return slot == NULL ? timeouts_due(&timeouts, now) : timeouts_due_on(&timeouts, slot, now);
}

static void check(uint32_t account)
{
    struct slot *slot = account == FEW ? NULL : slot_at(&accounts, account);
    uint64_t earliest = naive_earliest(account), first;

    cr_assert_eq(slot == NULL ? timeouts_rounds(&timeouts) : timeouts_rounds_of(&timeouts, slot),
                 rounds[account], "seed %d", SEED);
    cr_assert_eq(slot == NULL ? timeouts_latest(&timeouts) : timeouts_latest_of(&timeouts, slot),
                 latest[account], "seed %d", SEED);
    lock_take(&timeouts.lock);
    if (earliest == NEVER) {
        cr_assert_not(is_due(slot, NEVER - 1));
        cr_assert_eq(quipui_timeouts_first(&timeouts, slot, NEVER), NEVER);
    } else {
        cr_assert(is_due(slot, earliest), "seed %d", SEED);
        cr_assert_not(is_due(slot, earliest - 1));
        cr_assert_eq(quipui_timeouts_first(&timeouts, slot, earliest - 1), NEVER);
        first = quipui_timeouts_first(&timeouts, slot, earliest);
        cr_assert_lt(first, HOLDS);
        cr_assert(is_of((int)first, account));
        cr_assert_eq(naive[first].due, earliest, "seed %d", SEED);
        cr_assert_eq(quipui_timeouts_first(&timeouts, slot, NEVER - 1), first);
    }
    lock_leave(&timeouts.lock);
}

static void check_places(void)
{
    const struct timeout *heap = (const struct timeout *)(const void *)timeouts.heap.base;
    uint64_t count = 0, in = 0;

    for (int i = 0; i < HOLDS; i++)
        count += naive[i].due != 0;
    cr_assert_eq(timeouts.hold_count, count, "seed %d", SEED);
    for (uint32_t a = 0; a < FEW; a++) {
        uint64_t earliest = naive_earliest(a);
        const struct own_timeouts *own = slot_timeouts(&accounts, slot_at(&accounts, a));

        if (earliest == NEVER) continue;
        cr_assert_lt(own->heap_place, timeouts.account_count);
        cr_assert_eq(heap[own->heap_place].account, a);
        cr_assert_eq(heap[own->heap_place].due, earliest);
        in++;
    }
    cr_assert_eq(timeouts.account_count, in);
}

static void take_out(uint64_t hold, bool release)
{
    uint32_t all[] = {naive[hold].account[0], naive[hold].account[1], FEW};

    for (int i = 0; i < 3; i++) {
        rounds[all[i]]++;
        if (release && naive[hold].due > latest[all[i]]) latest[all[i]] = naive[hold].due;
    }
    naive[hold].due = 0;
}

/* One random step. */
static void step(struct random *random, uint32_t many)
{
    uint64_t hold = random_below(random, HOLDS);
    uint32_t of = random_below(random, FEW + 1);

    if (naive[hold].due == 0) {
        if (random_below(random, 100) >= many) return;
        naive[hold].due = 1 + random_below(random, many > 50 ? 1000 : 20); /* some together */
        naive[hold].account[0] = random_below(random, FEW);
        naive[hold].account[1] = (naive[hold].account[0] + 1 + random_below(random, FEW - 1)) % FEW;
        cr_assert(add(hold, naive[hold].account[0], naive[hold].account[1], naive[hold].due));
        return;
    }
    if (random_below(random, 100) < many) return;
    if (random_one_in(random, 2)) {
        lock_take(&timeouts.lock);
        hold = quipui_timeouts_first(&timeouts, of == FEW ? NULL : slot_at(&accounts, of), NEVER);
        if (hold != NEVER) {
            quipui_timeouts_begin(&timeouts, hold);
            quipui_timeouts_drop(&timeouts, hold);
            take_out(hold, true);
        }
        lock_leave(&timeouts.lock);
        return;
    }
    quipui_timeouts_remove(&timeouts, hold);
    take_out(hold, false);
    quipui_timeouts_remove(&timeouts, hold); /* not in: nothing happens */
}

Test(timeouts, fall_due_in_order)
{
    struct random random = {SEED};

    set_up();
    for (int i = 0; i < STEPS; i++) {
        /* Filling and emptying in turns. */
        step(&random, i / 4000 % 2 == 0 ? 90 : 10);
        check(FEW);
        check((uint32_t)i % FEW);
        if (i % 64 == 0) check_places();
    }
    tear_down();
}

Test(timeouts, come_out_sorted)
{
    struct random random = {SEED};
    uint64_t last = 0;

    set_up();
    for (uint64_t i = 0; i < HOLDS; i++)
        cr_assert(add(i, i % FEW, FEW + i % 5, 1 + random_below(&random, 500)));
    lock_take(&timeouts.lock);
    for (int i = 0; i < HOLDS; i++) {
        uint64_t hold = quipui_timeouts_first(&timeouts, NULL, NEVER);

        cr_assert_geq(hold_at(&transfers, hold)->due, last, "seed %d", SEED);
        last = hold_at(&transfers, hold)->due;
        quipui_timeouts_drop(&timeouts, hold);
    }
    lock_leave(&timeouts.lock);
    cr_assert_eq(timeouts.hold_count, 0);
    cr_assert_eq(timeouts.account_count, 0);
    cr_assert_eq(timeouts_rounds(&timeouts), HOLDS);
    tear_down();
}

/* Until it falls due, a hold on one account is not found on another. */
Test(timeouts, are_an_accounts_own)
{
    set_up();
    cr_assert(add(0, 1, 2, 10));
    cr_assert(add(1, 2, 3, 5));
    lock_take(&timeouts.lock);
    cr_assert_eq(quipui_timeouts_first(&timeouts, slot_at(&accounts, 1), NEVER), 0);
    cr_assert_eq(quipui_timeouts_first(&timeouts, slot_at(&accounts, 2), NEVER), 1);
    cr_assert_eq(quipui_timeouts_first(&timeouts, slot_at(&accounts, 4), NEVER), NEVER);
    cr_assert_eq(quipui_timeouts_first(&timeouts, NULL, NEVER), 1);
    lock_leave(&timeouts.lock);
    cr_assert_not(timeouts_due_on(&timeouts, slot_at(&accounts, 4), NEVER - 1));
    tear_down();
}

static bool refuse(void)
{
    return true;
}

Test(timeouts, need_memory_now_and_then)
{
    uint64_t refused = 0;

    set_up();
    for (uint64_t i = 0; i + 1 < ACCOUNTS; i++) {
        uint64_t count = timeouts.account_count;

        quipui_memory_refuse = refuse;
        if (!add(i, i, i + 1, ACCOUNTS - i)) {
            cr_assert_eq(timeouts.account_count, count);
            cr_assert_eq(timeouts.hold_count, i);
            cr_assert_eq(hold_at(&transfers, i)->node[0].rank, 0);
            refused++;
            quipui_memory_refuse = NULL;
            cr_assert(add(i, i, i + 1, ACCOUNTS - i));
        }
        cr_assert(timeouts_due(&timeouts, ACCOUNTS - i));
        cr_assert_not(timeouts_due(&timeouts, ACCOUNTS - i - 1));
    }
    quipui_memory_refuse = NULL;
    cr_assert_eq(timeouts.account_count, ACCOUNTS, "there is room for all");
    cr_assert_eq(refused, 4, "256 KiB at a time, of each: %llu", (unsigned long long)refused);
    tear_down();
}
