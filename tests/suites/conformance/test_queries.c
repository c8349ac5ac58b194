/* test_queries.c - accounts and transfers by their fields: tables of filters against the model. */
#include "support/twin.h"

#include <string.h>

enum { COUNT = 60, REVERSED = QUIPU_QUERY_REVERSED };

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    twin->now = NOON;
    twin->step = 0;
    for (unsigned i = 1; i <= COUNT; i++) {
        quipu_account account = an_account(i);
        quipu_transfer transfer = a_transfer(i, i - 1, i, i);

        account.user_data_128 = transfer.user_data_128 = i % 2;
        account.user_data_64 = transfer.user_data_64 = i % 3;
        account.user_data_32 = transfer.user_data_32 = i % 4;
        account.code = transfer.code = (uint16_t)(1 + i % 5);
        account.ledger = transfer.ledger = 1 + i / 20; /* neighbours share it, mostly */
        twin_pass(twin, SECOND);
        twin_accounts(twin, &account, 1, &(quipu_result){0});
        twin_transfers(twin, &transfer, 1, &(quipu_result){0});
    }
}

static const struct {
    quipu_uint128 data_128;
    uint64_t data_64, min, max; /* seconds after noon */
    uint32_t data_32, ledger, limit, flags;
    uint16_t code;
    size_t capacity;
} rows[] = {
    {0, 0, 0, 0, 0, 0, 1000, 0, 0, 1000},
    {0, 0, 0, 0, 0, 0, 1000, REVERSED, 0, 1000},
    {0, 0, 0, 0, 0, 0, UINT32_MAX, 0, 0, 1000},
    {0, 0, 0, 0, 0, 0, 7, 0, 0, 1000},
    {0, 0, 0, 0, 0, 0, 7, REVERSED, 0, 1000},
    {0, 0, 0, 0, 0, 0, 1000, 0, 0, 7},
    {0, 0, 0, 0, 0, 0, 1, REVERSED, 0, 1},
    {1, 0, 0, 0, 0, 0, 1000, 0, 0, 1000},
    {0, 2, 0, 0, 0, 0, 1000, 0, 0, 1000},
    {0, 0, 0, 0, 3, 0, 1000, 0, 0, 1000},
    {0, 0, 0, 0, 0, 2, 1000, 0, 0, 1000},
    {0, 0, 0, 0, 0, 0, 1000, 0, 4, 1000},
    {1, 1, 0, 0, 0, 2, 1000, REVERSED, 0, 1000},
    {1, 0, 0, 0, 2, 0, 1000, 0, 0, 1000}, /* nothing is both */
    {0, 0, 0, 0, 0, 9, 1000, 0, 0, 1000},
    {0, 0, 30, 0, 0, 0, 1000, 0, 0, 1000},
    {0, 0, 0, 30, 0, 0, 1000, 0, 0, 1000},
    {0, 0, 20, 30, 0, 0, 1000, 0, 0, 1000},
    {0, 0, 20, 20, 0, 0, 1000, 0, 0, 1000},
    {1, 0, 20, 50, 0, 0, 3, 0, 0, 1000},
    {1, 0, 20, 50, 0, 0, 3, REVERSED, 0, 1000},
    {0, 0, 100, 0, 0, 0, 1000, 0, 0, 1000},
};

EVERY_PROTOCOL(queries, are_filtered)
{
    static quipu_account accounts[1000], want_accounts[1000];
    static quipu_transfer transfers[1000], want_transfers[1000];
    struct twin twin;
    size_t count, want, capacity;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        quipu_query_filter filter = {
            .user_data_128 = rows[i].data_128,
            .user_data_64 = rows[i].data_64,
            .user_data_32 = rows[i].data_32,
            .ledger = rows[i].ledger,
            .code = rows[i].code,
            .timestamp_min = rows[i].min == 0 ? 0 : NOON + rows[i].min * SECOND,
            .timestamp_max = rows[i].max == 0 ? 0 : NOON + rows[i].max * SECOND,
            .limit = rows[i].limit,
            .flags = rows[i].flags,
        };

        capacity = rows[i].capacity;
        want = model_query_accounts(twin.model, twin.now, &filter, want_accounts, capacity);
        cr_assert_eq(quipu_query_accounts(twin.ledger, &filter, accounts, capacity, &count),
                     QUIPU_OK);
        cr_assert_eq(count, want, "row %zu: %zu accounts, not %zu", i, count, want);
        cr_assert_eq(memcmp(accounts, want_accounts, count * sizeof(*accounts)), 0, "row %zu", i);

        want = model_query_transfers(twin.model, &filter, want_transfers, capacity);
        cr_assert_eq(quipu_query_transfers(twin.ledger, &filter, transfers, capacity, &count),
                     QUIPU_OK);
        cr_assert_eq(count, want, "row %zu: %zu transfers, not %zu", i, count, want);
        cr_assert_eq(memcmp(transfers, want_transfers, count * sizeof(*transfers)), 0, "row %zu",
                     i);
    }
    twin_close(&twin);
}

static quipu_transfer stored_transfer(const struct twin *twin, quipu_uint128 id)
{
    quipu_transfer transfer;

    cr_assert_eq(quipu_lookup_transfers(twin->ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    return transfer;
}

/* Of the instant of each record there is that one: both bounds are inclusive. */
EVERY_PROTOCOL(queries, include_both_bounds)
{
    struct twin twin;
    unsigned stored = 0;

    set_up(&twin, *protocol_index);
    for (quipu_uint128 id = 1; id <= COUNT; id++) {
        quipu_transfer transfer = stored_transfer(&twin, id), transfers[2];
        quipu_account account = twin_look(&twin, id, NULL), accounts[2];
        quipu_query_filter filter = {
            .timestamp_min = account.timestamp, .timestamp_max = account.timestamp, .limit = 2};
        size_t count;

        cr_assert_eq(quipu_query_accounts(twin.ledger, &filter, accounts, 2, &count), QUIPU_OK);
        cr_assert_eq(count, 1);
        cr_assert(accounts[0].id == id);
        if (transfer.id == 0) continue;
        stored++;
        filter.timestamp_min = filter.timestamp_max = transfer.timestamp;
        cr_assert_eq(quipu_query_transfers(twin.ledger, &filter, transfers, 2, &count), QUIPU_OK);
        cr_assert_eq(count, 1);
        cr_assert(transfers[0].id == id);
    }
    cr_assert_gt(stored, COUNT / 2);
    twin_close(&twin);
}

/* The largest timestamp there is, as a maximum, leaves nothing out. */
EVERY_PROTOCOL(queries, end_at_the_end_of_time)
{
    static quipu_account accounts[2 * COUNT];
    static quipu_transfer transfers[2 * COUNT];
    quipu_query_filter open = {.limit = 2 * COUNT}, last = open;
    size_t all, count;
    struct twin twin;

    set_up(&twin, *protocol_index);
    last.timestamp_max = INT64_MAX;
    cr_assert_eq(quipu_query_accounts(twin.ledger, &open, accounts, 2 * COUNT, &all), QUIPU_OK);
    cr_assert_eq(quipu_query_accounts(twin.ledger, &last, accounts, 2 * COUNT, &count), QUIPU_OK);
    cr_assert(all >= COUNT && count == all);
    cr_assert_eq(quipu_query_transfers(twin.ledger, &open, transfers, 2 * COUNT, &all), QUIPU_OK);
    cr_assert_eq(quipu_query_transfers(twin.ledger, &last, transfers, 2 * COUNT, &count), QUIPU_OK);
    cr_assert(all > 0 && count == all);
    twin_close(&twin);
}

/* Page by page with timestamp_min, as the header says: everything once. */
EVERY_PROTOCOL(queries, may_be_paged)
{
    struct twin twin;
    quipu_query_filter filter = {.limit = 7};
    quipu_account page[7];
    size_t count, seen = 0;

    set_up(&twin, *protocol_index);
    for (;;) {
        cr_assert_eq(quipu_query_accounts(twin.ledger, &filter, page, 7, &count), QUIPU_OK);
        for (size_t i = 0; i < count; i++)
            cr_assert(page[i].id == ++seen);
        if (count < 7) break;
        filter.timestamp_min = page[count - 1].timestamp + 1;
    }
    cr_assert_eq(seen, COUNT);
    twin_close(&twin);
}

EVERY_PROTOCOL(queries, of_an_empty_ledger_find_nothing)
{
    struct twin twin;
    quipu_query_filter filter = {.limit = 7};
    quipu_account accounts[7];
    quipu_transfer transfers[7];
    size_t count = 99;

    twin_open(&twin, *protocol_index);
    cr_assert_eq(quipu_query_accounts(twin.ledger, &filter, accounts, 7, &count), QUIPU_OK);
    cr_assert_eq(count, 0);
    count = 99;
    cr_assert_eq(quipu_query_transfers(twin.ledger, &filter, transfers, 7, &count), QUIPU_OK);
    cr_assert_eq(count, 0);
    twin_close(&twin);
}
