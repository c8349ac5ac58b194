/* test_history.c - the transfers of one account, and its balances after each.
 *
 * A table of filters, each held against the model over one history. */
#include "support/twin.h"

#include <string.h>

enum { A = 1, B, C, UNUSED, NOBODY = 99, COUNT = 60 };
enum {
    DEBITS = QUIPU_FILTER_DEBITS,
    CREDITS = QUIPU_FILTER_CREDITS,
    BOTH = DEBITS | CREDITS,
    REVERSED = QUIPU_FILTER_REVERSED
};

/* Transfers of all kinds among A, B and C; every one a second after the last. */
static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    for (unsigned id = A; id <= UNUSED; id++)
        twin_account(twin, an_account(id), QUIPU_CREATED);
    twin->now = NOON;
    twin->step = 0;
    for (unsigned i = 1; i <= COUNT; i++) {
        quipu_transfer event = a_transfer(i, 1 + i % 3, 1 + (i + 1 + i / 3 % 2) % 3, i);

        event.user_data_128 = i % 2;
        event.user_data_64 = i % 3;
        event.user_data_32 = i % 4;
        event.code = (uint16_t)(1 + i % 5);
        if (i % 7 == 0) event.flags = QUIPU_TRANSFER_PENDING;
        if (i % 14 == 0) event.timeout = 3;
        if (i % 21 == 1 && i > 21) event = a_post(i, i - 1 - (i - 1) % 7, 1);
        twin_pass(twin, SECOND);
        twin_transfers(twin, &event, 1, &(quipu_result){0});
    }
}

static const struct {
    quipu_uint128 account_id, data_128;
    uint64_t data_64, min, max; /* seconds after noon */
    uint32_t data_32, limit, flags;
    uint16_t code;
    size_t capacity;
} rows[] = {
    {A, 0, 0, 0, 0, 0, 1000, BOTH, 0, 1000},
    {A, 0, 0, 0, 0, 0, 1000, DEBITS, 0, 1000},
    {A, 0, 0, 0, 0, 0, 1000, CREDITS, 0, 1000},
    {A, 0, 0, 0, 0, 0, 1000, BOTH | REVERSED, 0, 1000},
    {A, 0, 0, 0, 0, 0, UINT32_MAX, BOTH, 0, 1000},
    {A, 0, 0, 0, 0, 0, 5, BOTH, 0, 1000}, /* the oldest five */
    {A, 0, 0, 0, 0, 0, 5, BOTH | REVERSED, 0, 1000},
    {A, 0, 0, 0, 0, 0, 1000, BOTH, 0, 5}, /* room for five */
    {A, 0, 0, 0, 0, 0, 1000, CREDITS | REVERSED, 0, 1},
    {A, 0, 0, 0, 0, 0, 1, DEBITS, 0, 1},
    {B, 1, 0, 0, 0, 0, 1000, BOTH, 0, 1000},
    {B, 0, 2, 0, 0, 0, 1000, BOTH, 0, 1000},
    {B, 0, 0, 0, 0, 3, 1000, BOTH, 0, 1000},
    {B, 0, 0, 0, 0, 0, 1000, BOTH, 4, 1000},
    {B, 1, 1, 0, 0, 1, 1000, BOTH, 0, 1000},
    {B, 1, 0, 0, 0, 2, 1000, BOTH, 0, 1000}, /* nothing is both */
    {B, 7, 0, 0, 0, 0, 1000, BOTH, 0, 1000},
    {C, 0, 0, 20, 0, 0, 1000, BOTH, 0, 1000},
    {C, 0, 0, 0, 20, 0, 1000, BOTH, 0, 1000},
    {C, 0, 0, 20, 40, 0, 1000, BOTH, 0, 1000},
    {C, 0, 0, 20, 20, 0, 1000, BOTH, 0, 1000},
    {C, 0, 0, 20, 40, 0, 3, BOTH, 0, 1000},
    {C, 0, 0, 20, 40, 0, 3, BOTH | REVERSED, 0, 1000},
    {C, 0, 0, 59, 90, 0, 1000, BOTH, 0, 1000},
    {C, 0, 0, 100, 0, 0, 1000, BOTH, 0, 1000},
    {UNUSED, 0, 0, 0, 0, 0, 1000, BOTH, 0, 1000},
    {NOBODY, 0, 0, 0, 0, 0, 1000, BOTH, 0, 1000},
};

static quipu_account_filter filter_of(size_t i)
{
    return (quipu_account_filter){
        .account_id = rows[i].account_id,
        .user_data_128 = rows[i].data_128,
        .user_data_64 = rows[i].data_64,
        .user_data_32 = rows[i].data_32,
        .code = rows[i].code,
        .timestamp_min = rows[i].min == 0 ? 0 : NOON + rows[i].min * SECOND,
        .timestamp_max = rows[i].max == 0 ? 0 : NOON + rows[i].max * SECOND,
        .limit = rows[i].limit,
        .flags = rows[i].flags,
    };
}

EVERY_PROTOCOL(history, is_filtered)
{
    static quipu_transfer got[1000], want[1000];
    static quipu_account_balance after[1000], want_after[1000];
    struct twin twin;
    size_t count, want_count, most = 0;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        quipu_account_filter filter = filter_of(i);

        memset(after, 0xa5, sizeof(after));
        want_count = model_account_transfers(twin.model, &filter, want, rows[i].capacity);
        cr_assert_eq(
            quipu_get_account_transfers(twin.ledger, &filter, got, rows[i].capacity, &count),
            QUIPU_OK);
        cr_assert_eq(count, want_count, "row %zu: %zu, not %zu", i, count, want_count);
        cr_assert_eq(memcmp(got, want, count * sizeof(*got)), 0, "row %zu", i);

        (void)model_account_balances(twin.model, &filter, want_after, rows[i].capacity);
        cr_assert_eq(
            quipu_get_account_balances(twin.ledger, &filter, after, rows[i].capacity, &count),
            QUIPU_OK);
        cr_assert_eq(count, want_count, "row %zu: %zu, not %zu", i, count, want_count);
        cr_assert_eq(memcmp(after, want_after, count * sizeof(*after)), 0, "row %zu", i);
        if (count > most) most = count;
    }
    cr_assert_gt(most, COUNT / 2, "the history was long enough to mean something");
    twin_close(&twin);
}

static quipu_transfer stored_transfer(const struct twin *twin, quipu_uint128 id)
{
    quipu_transfer transfer;

    cr_assert_eq(quipu_lookup_transfers(twin->ledger, &id, 1, &transfer, NULL), QUIPU_OK);
    return transfer;
}

/* Of the instant of each transfer there is that one: both bounds are inclusive. */
EVERY_PROTOCOL(history, includes_both_bounds)
{
    struct twin twin;
    unsigned stored = 0;

    set_up(&twin, *protocol_index);
    for (quipu_uint128 id = 1; id <= COUNT; id++) {
        quipu_transfer transfer = stored_transfer(&twin, id), got[2];
        quipu_account_filter filter = {.account_id = transfer.debit_account_id,
                                       .timestamp_min = transfer.timestamp,
                                       .timestamp_max = transfer.timestamp,
                                       .limit = 2,
                                       .flags = BOTH};
        size_t count;

        if (transfer.id == 0) continue;
        stored++;
        cr_assert_eq(quipu_get_account_transfers(twin.ledger, &filter, got, 2, &count), QUIPU_OK);
        cr_assert_eq(count, 1);
        cr_assert(got[0].id == id);
    }
    cr_assert_gt(stored, COUNT / 2);
    twin_close(&twin);
}

/* The last balance is what a lookup says, since nothing happened after it. */
EVERY_PROTOCOL(history, ends_at_the_present)
{
    quipu_account_filter filter = {.account_id = A, .limit = 1, .flags = BOTH | REVERSED};
    struct twin twin;
    quipu_account now;
    quipu_account_balance last;
    size_t count;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(1000, A, B, 5), QUIPU_CREATED);
    now = twin_look(&twin, A, NULL);
    cr_assert_eq(quipu_get_account_balances(twin.ledger, &filter, &last, 1, &count), QUIPU_OK);
    cr_assert_eq(count, 1);
    cr_assert(last.debits_posted == now.debits_posted && last.debits_pending == now.debits_pending);
    cr_assert(last.credits_posted == now.credits_posted &&
              last.credits_pending == now.credits_pending);
    twin_close(&twin);
}
