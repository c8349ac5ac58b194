/* test_all_accounts.c - each account once, in order and against it, page by page. */
#include <criterion/criterion.h>

#include "command/look/all_accounts.h"

TestSuite(all_accounts);

#define ACCOUNTS (2 * QUIPU_BATCH_MAX + 5)

struct seen {
    uint64_t count, last, until;
    bool is_falling;
};

static bool look(void *context, const quipu_account *account)
{
    struct seen *seen = context;
    uint64_t id = (uint64_t)account->id;

    cr_assert_eq(id, seen->is_falling ? ACCOUNTS - seen->count : seen->count + 1);
    seen->last = id;
    return ++seen->count < seen->until;
}

static quipu_ledger *fill(quipu_protocol protocol)
{
    static quipu_account events[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    const quipu_options options = {.protocol = protocol};
    quipu_ledger *ledger;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    for (uint64_t done = 0; done < ACCOUNTS;) {
        size_t count = ACCOUNTS - done < QUIPU_BATCH_MAX ? ACCOUNTS - done : QUIPU_BATCH_MAX;

        for (size_t i = 0; i < count; i++)
            events[i] = (quipu_account){.id = ++done, .ledger = 1, .code = 1};
        cr_assert_eq(quipu_create_accounts(ledger, events, count, results), QUIPU_OK);
    }
    return ledger;
}

Test(all_accounts, are_visited_once)
{
    for (unsigned protocol = QUIPU_OPTIMISTIC; protocol <= QUIPU_RCU; protocol++) {
        quipu_ledger *ledger = fill((quipu_protocol)protocol);
        struct seen rising = {.until = UINT64_MAX}, falling = {.until = 10, .is_falling = true};

        cr_expect_eq(all_accounts_visit(ledger, look, &rising), QUIPU_OK);
        cr_expect_eq(rising.count, ACCOUNTS);
        cr_expect_eq(all_accounts_visit_reversed(ledger, look, &falling), QUIPU_OK);
        cr_expect(falling.count == 10 && falling.last == ACCOUNTS - 9);
        falling = (struct seen){.until = UINT64_MAX, .is_falling = true};
        cr_expect_eq(all_accounts_visit_reversed(ledger, look, &falling), QUIPU_OK);
        cr_expect_eq(falling.count, ACCOUNTS);
        cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    }
}
