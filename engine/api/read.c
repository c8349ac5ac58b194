/* read.c - the public calls that read. */
#include "batch/read.h"
#include "api/ledger.h"

static bool are_zero(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

/* 0 is open at either end. */
static bool is_span(uint64_t min, uint64_t max)
{
    return max == 0 || min <= max;
}

static bool is_account_filter(const quipu_account_filter *filter)
{
    const uint32_t sides = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS;

    return filter->account_id != 0 && filter->account_id != ~(quipu_uint128)0 &&
           filter->limit != 0 && (filter->flags & sides) != 0 &&
           (filter->flags & ~(sides | QUIPU_FILTER_REVERSED)) == 0 &&
           is_span(filter->timestamp_min, filter->timestamp_max) &&
           are_zero(filter->reserved, sizeof filter->reserved);
}

static bool is_query_filter(const quipu_query_filter *filter)
{
    return filter->limit != 0 && (filter->flags & ~(uint32_t)QUIPU_QUERY_REVERSED) == 0 &&
           is_span(filter->timestamp_min, filter->timestamp_max) &&
           are_zero(filter->reserved, sizeof filter->reserved);
}

/* One read call: open a reader, do it, close. */
#define READ(ledger, call)                                                                         \
    do {                                                                                           \
        if ((ledger)->torn) {                                                                      \
            status = QUIPU_BUSY;                                                                   \
        } else if (!quipui_reader_open(&reader, &(ledger)->store, (ledger)->protocol)) {           \
            status = QUIPU_NO_MEMORY;                                                              \
        } else {                                                                                   \
            status = (call);                                                                       \
            quipui_reader_close(&reader);                                                          \
        }                                                                                          \
    } while (0)

quipu_status quipu_lookup_accounts(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                   quipu_account *accounts, uint64_t *versions)
{
    if (ledger == NULL || ids == NULL || accounts == NULL || !ledger_is_count(count)) {
        return QUIPU_INVALID;
    }
    if (ledger->torn) return QUIPU_BUSY;
    return quipui_lookup_accounts(&ledger->store, ledger->protocol, ids, count, accounts, versions);
}

quipu_status quipu_lookup_transfers(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                    quipu_transfer *transfers, quipu_transfer_versions *versions)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || ids == NULL || transfers == NULL || !ledger_is_count(count)) {
        return QUIPU_INVALID;
    }
    READ(ledger, quipui_lookup_transfers(&reader, ids, count, transfers, versions));
    return status;
}

quipu_status quipu_get_account_transfers(quipu_ledger *ledger, const quipu_account_filter *filter,
                                         quipu_transfer *transfers, size_t capacity, size_t *count)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || filter == NULL || transfers == NULL || count == NULL) {
        return QUIPU_INVALID;
    }
    *count = 0;
    if (capacity == 0 || !is_account_filter(filter)) return QUIPU_INVALID;
    READ(ledger, quipui_get_account_transfers(&reader, filter, transfers, capacity, count));
    return status;
}

quipu_status quipu_get_account_balances(quipu_ledger *ledger, const quipu_account_filter *filter,
                                        quipu_account_balance *balances, size_t capacity,
                                        size_t *count)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || filter == NULL || balances == NULL || count == NULL) {
        return QUIPU_INVALID;
    }
    *count = 0;
    if (capacity == 0 || !is_account_filter(filter)) return QUIPU_INVALID;
    READ(ledger, quipui_get_account_balances(&reader, filter, balances, capacity, count));
    return status;
}

quipu_status quipu_get_account_holds(quipu_ledger *ledger, const quipu_account_filter *filter,
                                     quipu_hold *holds, size_t capacity, size_t *count)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || filter == NULL || holds == NULL || count == NULL) return QUIPU_INVALID;
    *count = 0;
    if (capacity == 0 || !is_account_filter(filter)) return QUIPU_INVALID;
    READ(ledger, quipui_get_account_holds(&reader, filter, holds, capacity, count));
    return status;
}

quipu_status quipu_lookup_holds(quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                                quipu_hold *holds)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || ids == NULL || holds == NULL || !ledger_is_count(count)) {
        return QUIPU_INVALID;
    }
    READ(ledger, quipui_lookup_holds(&reader, ids, count, holds));
    return status;
}

quipu_status quipu_query_accounts(quipu_ledger *ledger, const quipu_query_filter *filter,
                                  quipu_account *accounts, size_t capacity, size_t *count)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || filter == NULL || accounts == NULL || count == NULL) return QUIPU_INVALID;
    *count = 0;
    if (capacity == 0 || !is_query_filter(filter)) return QUIPU_INVALID;
    READ(ledger, quipui_query_accounts(&reader, filter, accounts, capacity, count));
    return status;
}

quipu_status quipu_query_transfers(quipu_ledger *ledger, const quipu_query_filter *filter,
                                   quipu_transfer *transfers, size_t capacity, size_t *count)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || filter == NULL || transfers == NULL || count == NULL) {
        return QUIPU_INVALID;
    }
    *count = 0;
    if (capacity == 0 || !is_query_filter(filter)) return QUIPU_INVALID;
    READ(ledger, quipui_query_transfers(&reader, filter, transfers, capacity, count));
    return status;
}

quipu_status quipu_snapshot(quipu_ledger *ledger,
                            bool (*visit)(void *context, const quipu_account *account,
                                          uint64_t version),
                            void *context)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || visit == NULL) return QUIPU_INVALID;
    READ(ledger, quipui_snapshot(&reader, visit, context));
    return status;
}
