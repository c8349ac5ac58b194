/* test_pages.c - a page costs a page: reads by pages, counted in steps (read/steps.h), never by a
 * clock. That pages put together are the whole is also in every audit of a twin.
 *
 *   T1  by pages of a twentieth, a walk costs at most three times what it costs in one piece: the
 *       transfers of an account, its balances, and all transfers, in either direction
 *   T2  a program that follows an account or the ledger pays for what is new
 *   T3  the newest page of a strand that nobody has walked costs a page
 *   T4  places that stay unused do not make scans slow for ever
 *   T5  pages of a long strand are those of the model
 *   T6  a call leaves no more scratch than a worker may keep
 *   T7  a program that follows the changes pays for what is new, with strands of any length */
#include "support/twin.h"

#include "api/ledger.h"
#include "read/steps.h"

enum { A = 1, B, C, COUNT = 20000, PAGE = COUNT / 20, BATCH = 1000, FEW = 4 * 256 };
enum { BOTH = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS };

static quipu_transfer events[COUNT];
static quipu_result results[COUNT];

/* A ledger in which account A has COUNT transfers. */
static quipu_ledger *set_up(int protocol_index)
{
    quipu_ledger *ledger = ledger_open(protocols[protocol_index], NULL);

    for (quipu_uint128 id = A; id <= C; id++) {
        quipu_account account = an_account(id);

        cr_assert_eq(quipu_create_accounts(ledger, &account, 1, results), QUIPU_OK);
    }
    for (unsigned i = 0; i < COUNT; i++)
        events[i] = a_transfer(i + 1, i % 2 == 0 ? A : B, i % 2 == 0 ? C : A, 1);
    for (unsigned i = 0; i < COUNT; i += BATCH) {
        cr_assert_eq(quipu_create_transfers(ledger, events + i, BATCH, results + i), QUIPU_OK);
    }
    return ledger;
}

enum kind { TRANSFERS, BALANCES, ALL, KINDS };

/* Of one kind; all of them are 128 bytes. */
static uint64_t read_page(quipu_ledger *ledger, enum kind kind, bool reversed, size_t size,
                          uint64_t bound, size_t *count)
{
    static quipu_transfer transfers[COUNT];
    static quipu_account_balance balances[COUNT];
    quipu_account_filter filter = {.account_id = A, .limit = (uint32_t)size, .flags = BOTH};
    quipu_query_filter query = {.limit = (uint32_t)size};

    if (reversed) {
        filter.flags |= QUIPU_FILTER_REVERSED;
        query.flags = QUIPU_QUERY_REVERSED;
        filter.timestamp_max = query.timestamp_max = bound;
    } else {
        filter.timestamp_min = query.timestamp_min = bound;
    }
    switch (kind) {
    case TRANSFERS:
        cr_assert_eq(quipu_get_account_transfers(ledger, &filter, transfers, size, count),
                     QUIPU_OK);
        break;
    case BALANCES:
        cr_assert_eq(quipu_get_account_balances(ledger, &filter, balances, size, count), QUIPU_OK);
        return *count == 0 ? 0 : balances[*count - 1].timestamp;
    case ALL:
    case KINDS:
        cr_assert_eq(quipu_query_transfers(ledger, &query, transfers, size, count), QUIPU_OK);
    }
    return *count == 0 ? 0 : transfers[*count - 1].timestamp;
}

/* All of it by pages; how many steps that took. */
static uint64_t walk(quipu_ledger *ledger, enum kind kind, bool reversed, size_t size)
{
    uint64_t before = quipui_steps, bound = 0;
    size_t count, seen = 0;

    do {
        uint64_t last = read_page(ledger, kind, reversed, size, bound, &count);

        seen += count;
        bound = reversed ? last - 1 : last + 1;
    } while (count == size && seen < COUNT);
    cr_assert_eq(seen, COUNT);
    return quipui_steps - before;
}

EVERY_PROTOCOL(pages, cost_what_is_on_them)
{
    quipu_ledger *ledger = set_up(*protocol_index);

    for (enum kind kind = TRANSFERS; kind < KINDS; kind++) {
        for (unsigned reversed = 0; reversed < 2; reversed++) {
            uint64_t first = walk(ledger, kind, reversed != 0, PAGE);
            uint64_t whole = walk(ledger, kind, reversed != 0, COUNT);
            uint64_t pages = walk(ledger, kind, reversed != 0, PAGE);

            cr_assert_geq(whole, COUNT);
            cr_assert_leq(pages, 3 * whole, "T1: kind %d, reversed %d: %llu steps, %llu at once",
                          kind, reversed, (unsigned long long)pages, (unsigned long long)whole);
            cr_assert_leq(first, 3 * whole + COUNT, "T1: notes cost one walk, once");
        }
    }
    ledger_close(ledger);
}

EVERY_PROTOCOL(pages, of_what_is_new_cost_little)
{
    quipu_ledger *ledger = set_up(*protocol_index);
    uint64_t bound[KINDS] = {0, 0, 0};
    size_t count;

    for (enum kind kind = TRANSFERS; kind < KINDS; kind++)
        bound[kind] = read_page(ledger, kind, false, COUNT, 0, &count);
    for (unsigned i = 0; i < 300; i++) {
        quipu_transfer event = a_transfer(COUNT + 1 + i, A, B, 1);

        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, results), QUIPU_OK);
        for (enum kind kind = TRANSFERS; kind < KINDS; kind++) {
            uint64_t before = quipui_steps, steps;

            bound[kind] = read_page(ledger, kind, false, PAGE, bound[kind] + 1, &count);
            steps = quipui_steps - before;
            cr_assert_eq(count, 1);
            /* A worker has up to 1024 places in hand; a strand is marked every 256 versions. */
            cr_assert_leq(steps, kind == ALL ? 2 * FEW : FEW, "T2: %llu steps for kind %d",
                          (unsigned long long)steps, kind);
        }
    }
    ledger_close(ledger);
}

EVERY_PROTOCOL(pages, of_changes_cost_what_is_new)
{
    static quipu_change changes[COUNT + FEW];
    quipu_ledger *ledger = set_up(*protocol_index);
    quipu_change_filter filter = {.limit = COUNT + FEW};
    size_t count;

    cr_assert_eq(quipu_get_changes(ledger, &filter, changes, COUNT + FEW, &count, NULL), QUIPU_OK);
    for (unsigned i = 0; i < 300; i++) {
        quipu_transfer event = a_transfer(COUNT + 1 + i, A, B, 1);
        uint64_t before;

        if (count > 0) {
            filter.after_timestamp = changes[count - 1].timestamp;
            filter.after_order = changes[count - 1].order;
        }
        cr_assert_eq(quipu_create_transfers(ledger, &event, 1, results), QUIPU_OK);
        before = quipui_steps;
        cr_assert_eq(quipu_get_changes(ledger, &filter, changes, COUNT + FEW, &count, NULL),
                     QUIPU_OK);
        cr_assert_leq(count, 2);
        /* A scan for what is new, and two strands. */
        cr_assert_leq(quipui_steps - before, 4 * FEW, "T7: %llu steps",
                      (unsigned long long)(quipui_steps - before));
    }
    ledger_close(ledger);
}

EVERY_PROTOCOL(pages, at_the_head_need_no_walk)
{
    quipu_ledger *ledger = set_up(*protocol_index);
    uint64_t before = quipui_steps;
    size_t count;

    (void)read_page(ledger, TRANSFERS, true, 10, 0, &count);
    cr_assert_eq(count, 10);
    cr_assert_leq(quipui_steps - before, FEW, "T3");
    ledger_close(ledger);
}

/* Chains of 600 legs leave some 400 of each 1024 places unused. */
EVERY_PROTOCOL(pages, pass_over_places_that_came_back)
{
    enum { LEGS = 600, CHAINS = COUNT / LEGS };
    quipu_ledger *ledger = ledger_open(protocols[*protocol_index], NULL);
    quipu_query_filter query = {.limit = 10};
    quipu_transfer page[10];
    uint64_t before;
    size_t count;

    for (quipu_uint128 id = A; id <= B; id++) {
        quipu_account account = an_account(id);

        cr_assert_eq(quipu_create_accounts(ledger, &account, 1, results), QUIPU_OK);
    }
    for (unsigned i = 0; i < CHAINS * LEGS; i++)
        events[i] =
            a_flagged_transfer(i + 1, A, B, 1, (i + 1) % LEGS == 0 ? 0 : QUIPU_TRANSFER_LINKED);
    for (unsigned i = 0; i < CHAINS; i++) {
        cr_assert_eq(quipu_create_transfers(ledger, events + i * LEGS, LEGS, results), QUIPU_OK);
        cr_assert_eq(results[0].status, QUIPU_CREATED);
    }
    for (unsigned round = 0; round < 2; round++) {
        before = quipui_steps;
        cr_assert_eq(quipu_query_transfers(ledger, &query, page, 10, &count), QUIPU_OK);
        cr_assert_eq(count, 10);
    }
    cr_assert_leq(quipui_steps - before, 2 * FEW, "T4: %llu steps",
                  (unsigned long long)(quipui_steps - before));
    ledger_close(ledger);
}

/* The last timestamp there is, as a maximum, leaves nothing out; nor does it where chunks are
 * known. */
EVERY_PROTOCOL(pages, end_at_the_end_of_time)
{
    quipu_ledger *ledger = set_up(*protocol_index);
    static quipu_transfer transfers[COUNT];
    quipu_account_filter filter = {
        .account_id = A, .timestamp_max = INT64_MAX, .limit = COUNT, .flags = BOTH};
    quipu_query_filter query = {.timestamp_max = INT64_MAX, .limit = COUNT};
    size_t count;

    for (unsigned round = 0; round < 4; round++) {
        if (round % 2 != 0) {
            filter.flags ^= QUIPU_FILTER_REVERSED;
            query.flags ^= QUIPU_QUERY_REVERSED;
        }
        cr_assert_eq(quipu_query_transfers(ledger, &query, transfers, COUNT, &count), QUIPU_OK);
        cr_assert_eq(count, COUNT);
        cr_assert_eq(quipu_get_account_transfers(ledger, &filter, transfers, COUNT, &count),
                     QUIPU_OK);
        cr_assert_eq(count, COUNT);
    }
    ledger_close(ledger);
}

/* Holds, posts, voids and expiries on strands of several sections, and the last may be full. */
EVERY_PROTOCOL(pages, of_long_strands)
{
    struct twin twin;

    twin_open(&twin, *protocol_index);
    for (quipu_uint128 id = A; id <= C; id++)
        twin_account(&twin, an_account(id), QUIPU_CREATED);
    for (unsigned i = 1; i <= 5 * 256; i++) {
        quipu_transfer event = a_transfer(i, A + i % 3, A + (i + 1) % 3, i);

        event.code = (uint16_t)(1 + i % 2);
        if (i % 5 == 0) event.flags = QUIPU_TRANSFER_PENDING;
        if (i % 10 == 0) event.timeout = 1 + i % 3;
        if (i % 15 == 1 && i > 15) event = a_post(i, i - 1, 1);
        if (i % 100 == 0) twin_pass(&twin, SECOND);
        twin_transfers(&twin, &event, 1, results);
        if (i % 256 < 2) twin_audit_pages(&twin);
    }
    twin_close(&twin);
}

EVERY_PROTOCOL(pages, give_their_scratch_back)
{
    quipu_ledger *ledger = set_up(*protocol_index);
    static quipu_uint128 ids[QUIPU_BATCH_MAX];
    static quipu_account accounts[QUIPU_BATCH_MAX];
    size_t count;

    for (size_t i = 0; i < QUIPU_BATCH_MAX; i++)
        ids[i] = A;
    for (enum kind kind = TRANSFERS; kind < KINDS; kind++)
        (void)read_page(ledger, kind, false, COUNT, 0, &count);
    cr_assert_eq(quipu_lookup_accounts(ledger, ids, QUIPU_BATCH_MAX, accounts, NULL), QUIPU_OK);
    for (struct worker *w = workers_first(&ledger->store.workers); w != NULL; w = w->next) {
        cr_assert_leq(w->scratch_bytes, SCRATCH_KEPT_BYTES, "T6");
        cr_assert_eq(w->scratch == NULL, w->scratch_bytes == 0);
    }
    ledger_close(ledger);
}
