/* test_misuse.c - arguments that make no sense: INVALID, and nothing changes.
 *
 * Each test ends with an audit against the model, which knows nothing of the misuse. */
#include "support/twin.h"

#include <errno.h>
#include <string.h>

static const size_t bad_counts[] = {0, QUIPU_BATCH_MAX + 1, SIZE_MAX, SIZE_MAX / 2 + 1,
                                    (size_t)1 << 32};

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    twin_account(twin, an_account(1), QUIPU_CREATED);
    twin_account(twin, an_account(2), QUIPU_CREATED);
    twin_transfer(twin, a_transfer(1, 1, 2, 5), QUIPU_CREATED);
    errno = 77;
}

static void tear_down(struct twin *twin)
{
    cr_assert_eq(errno, 77, "errno is not ours");
    twin_close(twin);
}

EVERY_PROTOCOL(misuse, of_create_accounts)
{
    struct twin twin;
    quipu_account event = an_account(9);
    quipu_result result;

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_create_accounts(NULL, &event, 1, &result), QUIPU_INVALID);
    cr_assert_eq(quipu_create_accounts(twin.ledger, NULL, 1, &result), QUIPU_INVALID);
    cr_assert_eq(quipu_create_accounts(twin.ledger, &event, 1, NULL), QUIPU_INVALID);
    for (size_t i = 0; i < sizeof(bad_counts) / sizeof(bad_counts[0]); i++) {
        cr_assert_eq(quipu_create_accounts(twin.ledger, &event, bad_counts[i], &result),
                     QUIPU_INVALID);
    }
    tear_down(&twin);
}

EVERY_PROTOCOL(misuse, of_create_transfers)
{
    struct twin twin;
    quipu_transfer event = a_transfer(9, 1, 2, 1);
    quipu_result result;

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_create_transfers(NULL, &event, 1, &result), QUIPU_INVALID);
    cr_assert_eq(quipu_create_transfers(twin.ledger, NULL, 1, &result), QUIPU_INVALID);
    cr_assert_eq(quipu_create_transfers(twin.ledger, &event, 1, NULL), QUIPU_INVALID);
    for (size_t i = 0; i < sizeof(bad_counts) / sizeof(bad_counts[0]); i++) {
        cr_assert_eq(quipu_create_transfers(twin.ledger, &event, bad_counts[i], &result),
                     QUIPU_INVALID);
    }
    tear_down(&twin);
}

/* Under cas an argument that makes no sense is still INVALID. All other calls are UNSUPPORTED. */
EVERY_PROTOCOL(misuse, of_commit)
{
    struct twin twin;
    quipu_transfer event = a_transfer(9, 1, 2, 1);
    quipu_expectation good = {1, 2, 0}, no_version = {1, 0, 0}, reserved = {1, 2, 1};
    quipu_result result;
    quipu_status refused;

    set_up(&twin, *protocol_index);
    refused = twin.protocol == QUIPU_CAS ? QUIPU_UNSUPPORTED : QUIPU_INVALID;
#define COMMIT(...) quipu_commit(__VA_ARGS__, &result, NULL)
    cr_assert_eq(COMMIT(NULL, &good, 1, &event, 1), QUIPU_INVALID);
    cr_assert(COMMIT(twin.ledger, NULL, 1, &event, 1) != QUIPU_OK);
    cr_assert(COMMIT(twin.ledger, &good, 1, NULL, 1) != QUIPU_OK);
    cr_assert(COMMIT(twin.ledger, &no_version, 1, &event, 1) != QUIPU_OK);
    cr_assert(COMMIT(twin.ledger, &reserved, 1, &event, 1) != QUIPU_OK);
    cr_assert(quipu_commit(twin.ledger, &good, 1, &event, 1, NULL, NULL) != QUIPU_OK);
    cr_assert(COMMIT(twin.ledger, &good, QUIPU_BATCH_MAX + 1, &event, 1) != QUIPU_OK);
    cr_assert(COMMIT(twin.ledger, &good, SIZE_MAX, &event, 1) != QUIPU_OK);
    for (size_t i = 0; i < sizeof(bad_counts) / sizeof(bad_counts[0]); i++) {
        cr_assert(COMMIT(twin.ledger, &good, 1, &event, bad_counts[i]) != QUIPU_OK);
    }
    if (refused == QUIPU_INVALID) {
        cr_assert_eq(COMMIT(twin.ledger, NULL, 1, &event, 1), QUIPU_INVALID);
        cr_assert_eq(COMMIT(twin.ledger, &no_version, 1, &event, 1), QUIPU_INVALID);
        cr_assert_eq(COMMIT(twin.ledger, &reserved, 1, &event, 1), QUIPU_INVALID);
        cr_assert_eq(COMMIT(twin.ledger, &good, 1, &event, 0), QUIPU_INVALID);
    } else {
        cr_assert_eq(COMMIT(twin.ledger, &good, 1, &event, 1), QUIPU_UNSUPPORTED);
    }
#undef COMMIT
    tear_down(&twin);
}

EVERY_PROTOCOL(misuse, of_lookups)
{
    struct twin twin;
    quipu_uint128 id = 1;
    quipu_account account;
    quipu_transfer transfer;
    quipu_hold hold;

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_lookup_accounts(NULL, &id, 1, &account, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_accounts(twin.ledger, NULL, 1, &account, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_accounts(twin.ledger, &id, 1, NULL, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_transfers(NULL, &id, 1, &transfer, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, NULL, 1, &transfer, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_transfers(twin.ledger, &id, 1, NULL, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_holds(NULL, &id, 1, &hold), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_holds(twin.ledger, NULL, 1, &hold), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_holds(twin.ledger, &id, 1, NULL), QUIPU_INVALID);
    for (size_t i = 0; i < sizeof(bad_counts) / sizeof(bad_counts[0]); i++) {
        cr_assert_eq(quipu_lookup_accounts(twin.ledger, &id, bad_counts[i], &account, NULL),
                     QUIPU_INVALID);
        cr_assert_eq(quipu_lookup_transfers(twin.ledger, &id, bad_counts[i], &transfer, NULL),
                     QUIPU_INVALID);
        cr_assert_eq(quipu_lookup_holds(twin.ledger, &id, bad_counts[i], &hold), QUIPU_INVALID);
    }
    tear_down(&twin);
}

/* One filter with one thing wrong, given to all calls that take it. */
static void refuse_filter(struct twin *twin, quipu_account_filter filter, int line)
{
    quipu_transfer transfer;
    quipu_account_balance balance;
    quipu_hold hold;
    size_t count;

    cr_assert_eq(quipu_get_account_holds(twin->ledger, &filter, &hold, 1, &count), QUIPU_INVALID,
                 "line %d", line);
    cr_assert_eq(quipu_get_account_transfers(twin->ledger, &filter, &transfer, 1, &count),
                 QUIPU_INVALID, "line %d", line);
    cr_assert_eq(quipu_get_account_balances(twin->ledger, &filter, &balance, 1, &count),
                 QUIPU_INVALID, "line %d", line);
}

#define REFUSE(change)                                                                             \
    do {                                                                                           \
        quipu_account_filter filter = good;                                                        \
        change;                                                                                    \
        refuse_filter(&twin, filter, __LINE__);                                                    \
    } while (0)

EVERY_PROTOCOL(misuse, of_account_filters)
{
    const quipu_account_filter good = {.account_id = 1, .limit = 1, .flags = QUIPU_FILTER_DEBITS};
    quipu_account_filter latest = good;
    struct twin twin;
    quipu_transfer transfer;
    quipu_account_balance balance;
    quipu_hold hold;
    size_t count;

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, &good, &transfer, 1, &count), QUIPU_OK);
    cr_assert_eq(count, 1);
    latest.timestamp_max = INT64_MAX;
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, &latest, &transfer, 1, &count), QUIPU_OK);
    cr_assert_eq(count, 1, "2^63-1 is a timestamp");
    latest.timestamp_min = INT64_MAX;
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, &latest, &transfer, 1, &count), QUIPU_OK);
    cr_assert_eq(count, 0);
    REFUSE(filter.account_id = 0);
    REFUSE(filter.account_id = ID_MAX);
    REFUSE(filter.limit = 0);
    REFUSE(filter.flags = 0);
    REFUSE(filter.flags = QUIPU_FILTER_REVERSED);
    REFUSE(filter.flags |= 1u << 3);
    REFUSE(filter.flags |= 1u << 31);
    REFUSE(filter.reserved[0] = 1);
    REFUSE(filter.reserved[57] = 1);
    REFUSE((filter.timestamp_min = 2, filter.timestamp_max = 1));
    REFUSE(filter.timestamp_min = (uint64_t)INT64_MAX + 1);
    REFUSE(filter.timestamp_max = (uint64_t)INT64_MAX + 1);
    REFUSE(filter.timestamp_max = UINT64_MAX);
    REFUSE((filter.timestamp_min = UINT64_MAX, filter.timestamp_max = UINT64_MAX));
    REFUSE((filter.timestamp_min = UINT64_MAX, filter.timestamp_max = UINT64_MAX - 1));

    cr_assert_eq(quipu_get_account_transfers(NULL, &good, &transfer, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, NULL, &transfer, 1, &count),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, &good, NULL, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, &good, &transfer, 0, &count),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_transfers(twin.ledger, &good, &transfer, 1, NULL),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_balances(NULL, &good, &balance, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_balances(twin.ledger, NULL, &balance, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_balances(twin.ledger, &good, NULL, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_balances(twin.ledger, &good, &balance, 0, &count),
                 QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_balances(twin.ledger, &good, &balance, 1, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_holds(NULL, &good, &hold, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_holds(twin.ledger, NULL, &hold, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_holds(twin.ledger, &good, NULL, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_holds(twin.ledger, &good, &hold, 0, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_get_account_holds(twin.ledger, &good, &hold, 1, NULL), QUIPU_INVALID);
    tear_down(&twin);
}

#undef REFUSE
#define REFUSE(change)                                                                             \
    do {                                                                                           \
        quipu_query_filter filter = good;                                                          \
        change;                                                                                    \
        cr_assert_eq(quipu_query_accounts(twin.ledger, &filter, &account, 1, &count),              \
                     QUIPU_INVALID);                                                               \
        cr_assert_eq(quipu_query_transfers(twin.ledger, &filter, &transfer, 1, &count),            \
                     QUIPU_INVALID);                                                               \
    } while (0)

EVERY_PROTOCOL(misuse, of_query_filters)
{
    const quipu_query_filter good = {.limit = 1};
    struct twin twin;
    quipu_account account;
    quipu_transfer transfer;
    size_t count;

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_query_accounts(twin.ledger, &good, &account, 1, &count), QUIPU_OK);
    cr_assert_eq(count, 1);
    REFUSE(filter.limit = 0);
    REFUSE(filter.flags |= 1u << 1);
    REFUSE(filter.flags |= 1u << 31);
    REFUSE(filter.reserved[0] = 1);
    REFUSE(filter.reserved[5] = 1);
    REFUSE((filter.timestamp_min = 2, filter.timestamp_max = 1));
    REFUSE(filter.timestamp_min = (uint64_t)INT64_MAX + 1);
    REFUSE(filter.timestamp_max = (uint64_t)INT64_MAX + 1);
    REFUSE(filter.timestamp_max = UINT64_MAX);
    REFUSE((filter.timestamp_min = UINT64_MAX, filter.timestamp_max = UINT64_MAX));

    cr_assert_eq(quipu_query_accounts(NULL, &good, &account, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_accounts(twin.ledger, NULL, &account, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_accounts(twin.ledger, &good, NULL, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_accounts(twin.ledger, &good, &account, 0, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_accounts(twin.ledger, &good, &account, 1, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_query_transfers(NULL, &good, &transfer, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_transfers(twin.ledger, NULL, &transfer, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_transfers(twin.ledger, &good, NULL, 1, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_transfers(twin.ledger, &good, &transfer, 0, &count), QUIPU_INVALID);
    cr_assert_eq(quipu_query_transfers(twin.ledger, &good, &transfer, 1, NULL), QUIPU_INVALID);
    tear_down(&twin);
}

static bool never(void *context, const quipu_account *account, uint64_t version)
{
    (void)context;
    (void)account;
    (void)version;
    cr_assert_fail("nothing to visit");
    return false;
}

EVERY_PROTOCOL(misuse, of_snapshot)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_snapshot(NULL, never, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_snapshot(twin.ledger, NULL, NULL), QUIPU_INVALID);
    tear_down(&twin);
}
