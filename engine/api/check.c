/* check.c - which arguments make sense; see check.h. */
#include "api/check.h"

#include "base/atomic.h"
#include "base/clock.h"

#define ID_MAX (~(quipu_uint128)0)
#define RECORD_BYTES 128

_Static_assert(sizeof(quipu_account) == RECORD_BYTES && sizeof(quipu_transfer) == RECORD_BYTES &&
                   sizeof(quipu_account_balance) == RECORD_BYTES &&
                   sizeof(quipu_hold) == RECORD_BYTES,
               "records are of one size");
_Static_assert(_Alignof(quipu_account) == 16 && _Alignof(quipu_transfer) == 16 &&
                   _Alignof(quipu_account_balance) == 16 && _Alignof(quipu_hold) == 16 &&
                   _Alignof(quipu_change) == 16,
               "and of one alignment");

/* Memory that the caller lends to the call. */
struct lent {
    uintptr_t from, end;
};

/* `count` things of so many bytes, aligned so; or nothing, where that is allowed. Returns false if
 * K1 is broken. */
static bool lend(struct lent *lent, const void *at, size_t count, size_t bytes, size_t alignment)
{
    lent->from = (uintptr_t)at;
    lent->end = lent->from + count * bytes;
    return at != NULL && (lent->from & (alignment - 1)) == 0 && lent->end >= lent->from;
}

static bool lend_or_null(struct lent *lent, const void *at, size_t count, size_t bytes,
                         size_t alignment)
{
    *lent = (struct lent){0, 0};
    return at == NULL || lend(lent, at, count, bytes, alignment);
}

#define LEND(lent, at, count) lend((lent), (at), (count), RECORD_BYTES, _Alignof(quipu_transfer))

/* K2 */
static bool are_apart(const struct lent *a, const struct lent *b)
{
    return a->end <= b->from || b->end <= a->from;
}

/* May a call take so many events or ids? */
static bool is_count(size_t count)
{
    return count > 0 && count <= QUIPU_BATCH_MAX;
}

bool quipui_check_open(const quipu_options *options, quipu_ledger **ledger)
{
    struct lent in, out;

    return lend(&out, ledger, 1, sizeof(quipu_ledger *), _Alignof(quipu_ledger *)) &&
           lend_or_null(&in, options, 1, sizeof *options, _Alignof(quipu_options)) &&
           are_apart(&in, &out);
}

static bool is_known(quipu_protocol protocol)
{
    return (uint32_t)protocol <= QUIPU_RCU || protocol == QUIPU_UNSAFE;
}

static bool are_zero(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

/* Does the durability fit the path, and make sense? */
static bool is_sensible(const quipu_options *options)
{
    const uint64_t hour_ns = UINT64_C(3600) * 1000000000;
    bool kept = options->path != NULL;

    if (kept && options->path[0] == 0) return false;
    if ((uint32_t)options->reads > QUIPU_READ_LATEST || options->flush_interval > hour_ns) {
        return false;
    }
    switch (options->durability) {
    case QUIPU_DURABILITY_DEFAULT: return true;
    case QUIPU_SYNCED:
    case QUIPU_BUFFERED: return kept;
    case QUIPU_IN_MEMORY: return !kept;
    }
    return false;
}

bool quipui_check_options(const quipu_options *options)
{
    const uint64_t most_accounts = (uint64_t)1 << 32, most_transfers = (uint64_t)1 << 33;

    return is_known(options->protocol) && is_sensible(options) &&
           options->account_capacity <= most_accounts &&
           options->transfer_capacity <= most_transfers &&
           options->failed_id_capacity <= most_transfers && options->prefault <= 1;
}

bool quipui_check_create(const quipu_ledger *ledger, const void *events, size_t count,
                         const quipu_result *results)
{
    struct lent in, out;

    return ledger != NULL && is_count(count) && LEND(&in, events, count) &&
           lend(&out, results, count, sizeof *results, _Alignof(quipu_result)) &&
           are_apart(&in, &out);
}

bool quipui_check_commit(const quipu_ledger *ledger, const quipu_expectation *expectations,
                         size_t expectation_count, const quipu_transfer *events, size_t count,
                         const quipu_result *results, const quipu_receipt *receipts)
{
    struct lent expected = {0, 0}, in, out, after;

    if (!quipui_check_create(ledger, events, count, results)) return false;
    if (expectation_count > QUIPU_BATCH_MAX) return false;
    if (expectation_count > 0 && !lend(&expected, expectations, expectation_count,
                                       sizeof *expectations, _Alignof(quipu_expectation))) {
        return false;
    }
    if (!lend_or_null(&after, receipts, count, sizeof *receipts, _Alignof(quipu_receipt))) {
        return false;
    }
    (void)LEND(&in, events, count);
    (void)lend(&out, results, count, sizeof *results, _Alignof(quipu_result));
    return are_apart(&expected, &out) && are_apart(&expected, &after) && are_apart(&in, &after) &&
           are_apart(&out, &after);
}

bool quipui_check_expectation(const quipu_expectation *expectation)
{
    return expectation->account_id != 0 && expectation->account_id != ID_MAX &&
           expectation->version != 0 && expectation->reserved == 0;
}

bool quipui_check_lookup(const quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                         const void *records, const void *versions, size_t version_bytes)
{
    struct lent in, out, beside;

    return ledger != NULL && is_count(count) &&
           lend(&in, ids, count, sizeof *ids, _Alignof(quipu_uint128)) &&
           LEND(&out, records, count) &&
           lend_or_null(&beside, versions, count, version_bytes, _Alignof(uint64_t)) &&
           are_apart(&in, &out) && are_apart(&in, &beside) && are_apart(&out, &beside);
}

/* 0 is open at either end. */
static bool is_span(uint64_t min, uint64_t max)
{
    return min <= TIMESTAMP_MAX && max <= TIMESTAMP_MAX && (max == 0 || min <= max);
}

static bool is_account_filter(const quipu_account_filter *filter)
{
    const uint32_t sides = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS;

    return filter->account_id != 0 && filter->account_id != ID_MAX && filter->limit != 0 &&
           (filter->flags & sides) != 0 &&
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

/* No more is written than what the filter lets through. */
static bool has_room(const struct check_room *room, uint32_t limit, const struct lent *filter)
{
    size_t most = room->capacity < limit ? room->capacity : limit;
    struct lent found, count, beside;

    return most > 0 &&
           lend(&found, room->records, most, room->record_bytes, _Alignof(quipu_transfer)) &&
           lend(&count, room->count, 1, sizeof *room->count, _Alignof(size_t)) &&
           lend_or_null(&beside, room->beside, 1, sizeof *room->beside, _Alignof(uint64_t)) &&
           are_apart(filter, &found) && are_apart(filter, &count) && are_apart(filter, &beside) &&
           are_apart(&found, &count) && are_apart(&found, &beside) && are_apart(&count, &beside);
}

bool quipui_check_account_filter(const quipu_ledger *ledger, const quipu_account_filter *filter,
                                 const struct check_room *room, quipu_account_filter *copy)
{
    struct lent in;

    if (ledger == NULL || !lend(&in, filter, 1, sizeof *filter, _Alignof(quipu_account_filter))) {
        return false;
    }
    copy_once(copy, filter);
    return is_account_filter(copy) && has_room(room, copy->limit, &in);
}

bool quipui_check_query_filter(const quipu_ledger *ledger, const quipu_query_filter *filter,
                               const struct check_room *room, quipu_query_filter *copy)
{
    struct lent in;

    if (ledger == NULL || !lend(&in, filter, 1, sizeof *filter, _Alignof(quipu_query_filter))) {
        return false;
    }
    copy_once(copy, filter);
    return is_query_filter(copy) && has_room(room, copy->limit, &in);
}

static bool is_change_filter(const quipu_change_filter *filter)
{
    return filter->limit != 0 && filter->after_timestamp <= TIMESTAMP_MAX &&
           filter->timestamp_max <= TIMESTAMP_MAX &&
           are_zero((const uint8_t *)filter->reserved, sizeof filter->reserved);
}

bool quipui_check_change_filter(const quipu_ledger *ledger, const quipu_change_filter *filter,
                                const struct check_room *room, quipu_change_filter *copy)
{
    struct lent in;

    if (ledger == NULL || !lend(&in, filter, 1, sizeof *filter, _Alignof(quipu_change_filter))) {
        return false;
    }
    copy_once(copy, filter);
    return is_change_filter(copy) && has_room(room, copy->limit, &in);
}

bool quipui_check_words(const quipu_ledger *ledger, const void *words, size_t bytes)
{
    struct lent out;

    return ledger != NULL && lend(&out, words, 1, bytes, _Alignof(uint64_t));
}

bool quipui_check_daemon(const quipu_ledger *ledger, const void *daemon, size_t bytes,
                         const struct check_room *room)
{
    struct lent out, found, count;

    return ledger != NULL && room->capacity > 0 &&
           lend(&out, daemon, 1, bytes, _Alignof(uint64_t)) &&
           lend(&found, room->records, room->capacity, room->record_bytes, _Alignof(uint64_t)) &&
           lend(&count, room->count, 1, sizeof *room->count, _Alignof(size_t)) &&
           are_apart(&out, &found) && are_apart(&out, &count) && are_apart(&found, &count);
}
