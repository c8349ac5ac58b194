/* api_reads.c - lookups, histories, queries and snapshots with every kind of argument. */
#include "machines/fuzz/api.h"

#include <string.h>

enum { IDS_MAX = 16, FOUND_MAX = 4096 };

/* For a read, what was due may have expired. Whether it did cannot be told from outside, nor how
 * far that moved the ledger's clock: so ours must not go back behind it. */
static void settle_clock(struct session *s)
{
    s->twin.floor = s->twin.now;
}

/* A call that ran out of memory has nothing to compare. */
static bool worked(struct session *s, quipu_status got, quipu_status want)
{
    settle_clock(s);
    answer(s, got);
    if (faults_explain(s, got)) return false;
    claim(got == want, "%s: \"%s\", not \"%s\"", twin_name(&s->twin), quipu_status_text(got),
          quipu_status_text(want));
    return got == QUIPU_OK;
}

static void same(struct session *s, const char *what, const void *got, const void *want,
                 size_t bytes)
{
    claim(memcmp(got, want, bytes) == 0, "%s: %s is not as the model has it", twin_name(&s->twin),
          what);
}

static size_t read_ids(struct session *s, quipu_uint128 *ids, bool accounts)
{
    size_t count = 1 + bytes_take(&s->bytes) % IDS_MAX;

    for (size_t i = 0; i < count; i++) {
        uint8_t byte = bytes_take(&s->bytes);

        ids[i] = accounts ? read_account_id(byte) : read_transfer_id(byte);
    }
    return count;
}

void call_lookup_accounts(struct session *s)
{
    quipu_uint128 ids[IDS_MAX];
    quipu_account got[IDS_MAX], want[IDS_MAX];
    uint64_t got_versions[IDS_MAX], want_versions[IDS_MAX];
    bool versions = bytes_take(&s->bytes) & 1;
    size_t count = read_ids(s, ids, true);

    if (!worked(
            s,
            quipu_lookup_accounts(s->twin.ledger, ids, count, got, versions ? got_versions : NULL),
            QUIPU_OK))
        return;
    model_lookup_accounts(s->twin.model, s->twin.now, ids, count, want, want_versions);
    same(s, "a lookup", got, want, count * sizeof *got);
    if (versions) same(s, "a version", got_versions, want_versions, count * sizeof *got_versions);
}

static void look_up_holds(struct session *s, const quipu_uint128 *ids, size_t count)
{
    quipu_hold got[IDS_MAX], want[IDS_MAX];

    if (!worked(s, quipu_lookup_holds(s->twin.ledger, ids, count, got), QUIPU_OK)) return;
    model_lookup_holds(s->twin.model, s->twin.now, ids, count, want);
    same(s, "a hold", got, want, count * sizeof *got);
}

void call_lookup_transfers(struct session *s)
{
    quipu_uint128 ids[IDS_MAX];
    quipu_transfer got[IDS_MAX], want[IDS_MAX];
    quipu_transfer_versions got_versions[IDS_MAX], want_versions[IDS_MAX];
    bool versions = bytes_take(&s->bytes) & 1;
    size_t count = read_ids(s, ids, false);

    if (!worked(
            s,
            quipu_lookup_transfers(s->twin.ledger, ids, count, got, versions ? got_versions : NULL),
            QUIPU_OK))
        return;
    model_lookup_transfers(s->twin.model, ids, count, want, want_versions);
    look_up_holds(s, ids, count);
    same(s, "a transfer", got, want, count * sizeof *got);
    if (versions) same(s, "a version", got_versions, want_versions, count * sizeof *got_versions);
}

/* Open, or around the timestamp of some transfer. */
static uint64_t read_bound(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);
    size_t all = model_transfer_count(s->twin.model);
    quipu_transfer_versions versions;
    quipu_transfer found;
    quipu_uint128 id;

    if (byte < 64) return byte >= 60 ? (uint64_t)INT64_MAX + (byte & 3) - 1 : byte & 1;
    if (all == 0) return s->twin.now;
    id = model_transfer_id(s->twin.model, (byte & 63) % all);
    model_lookup_transfers(s->twin.model, &id, 1, &found, &versions);
    return found.timestamp + (byte >> 6) - 2;
}

static uint32_t read_limit(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);

    return byte >= 128 ? UINT32_MAX - byte + 128 : byte;
}

static bool zero(const uint8_t *bytes, size_t count)
{
    while (count > 0 && bytes[count - 1] == 0)
        count--;
    return count == 0;
}

static bool is_span(uint64_t min, uint64_t max)
{
    return min <= INT64_MAX && max <= INT64_MAX && (max == 0 || min <= max);
}

static void read_account_filter(struct session *s, quipu_account_filter *f)
{
    uint8_t byte = bytes_take(&s->bytes), mask = bytes_take(&s->bytes);

    memset(f, 0, sizeof *f);
    f->account_id = read_account_id(byte);
    f->flags = byte >> 4 & 7;
    f->limit = read_limit(s);
    f->timestamp_min = read_bound(s);
    f->timestamp_max = read_bound(s);
    if (mask & 1) f->user_data_128 = bytes_take(&s->bytes);
    if (mask & 2) f->user_data_64 = bytes_take(&s->bytes);
    if (mask & 4) f->user_data_32 = bytes_take(&s->bytes);
    if (mask & 8) f->code = bytes_take(&s->bytes);
    if (mask & 16) f->flags |= 1u << (bytes_take(&s->bytes) & 31);
    if (mask & 32) f->reserved[bytes_take(&s->bytes) % sizeof f->reserved] = 1;
}

static bool account_filter_is_valid(const quipu_account_filter *f)
{
    const uint32_t either = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS;

    return f->account_id != 0 && f->account_id != ID_MAX && f->limit != 0 &&
           (f->flags & either) != 0 && (f->flags & ~(either | QUIPU_FILTER_REVERSED)) == 0 &&
           is_span(f->timestamp_min, f->timestamp_max) && zero(f->reserved, sizeof f->reserved);
}

void call_account_history(struct session *s)
{
    static quipu_transfer got[FOUND_MAX], want[FOUND_MAX];
    static quipu_account_balance got_after[FOUND_MAX], want_after[FOUND_MAX];
    static quipu_hold got_holds[FOUND_MAX], want_holds[FOUND_MAX];
    size_t capacity = bytes_take(&s->bytes) * 16u, count = 0, want_count;
    quipu_account_filter filter;
    quipu_status status;

    read_account_filter(s, &filter);
    status = capacity > 0 && account_filter_is_valid(&filter) ? QUIPU_OK : QUIPU_INVALID;
    if (worked(s, quipu_get_account_transfers(s->twin.ledger, &filter, got, capacity, &count),
               status)) {
        want_count = model_account_transfers(s->twin.model, &filter, want, capacity);
        claim(count == want_count, "%s: %zu transfers of an account, not %zu", twin_name(&s->twin),
              count, want_count);
        same(s, "the history of an account", got, want, count * sizeof *got);
    }
    if (worked(s, quipu_get_account_balances(s->twin.ledger, &filter, got_after, capacity, &count),
               status)) {
        want_count = model_account_balances(s->twin.model, &filter, want_after, capacity);
        claim(count == want_count, "%s: %zu balances of an account, not %zu", twin_name(&s->twin),
              count, want_count);
        same(s, "the balances of an account", got_after, want_after, count * sizeof *got_after);
    }
    if (worked(s, quipu_get_account_holds(s->twin.ledger, &filter, got_holds, capacity, &count),
               status)) {
        want_count = model_account_holds(s->twin.model, s->twin.now, &filter, want_holds, capacity);
        claim(count == want_count, "%s: %zu open holds, not %zu", twin_name(&s->twin), count,
              want_count);
        same(s, "the open holds of an account", got_holds, want_holds, count * sizeof *got_holds);
    }
}

static void read_query_filter(struct session *s, quipu_query_filter *f)
{
    uint8_t mask = bytes_take(&s->bytes);

    memset(f, 0, sizeof *f);
    f->limit = read_limit(s);
    f->timestamp_min = read_bound(s);
    f->timestamp_max = read_bound(s);
    if (mask & 1) f->user_data_128 = bytes_take(&s->bytes);
    if (mask & 2) f->user_data_64 = bytes_take(&s->bytes);
    if (mask & 4) f->user_data_32 = bytes_take(&s->bytes);
    if (mask & 8) f->code = bytes_take(&s->bytes);
    if (mask & 16) f->ledger = bytes_take(&s->bytes);
    if (mask & 32) f->flags = QUIPU_QUERY_REVERSED;
    if (mask & 64) f->flags |= 1u << (bytes_take(&s->bytes) & 31);
    if (mask & 128) f->reserved[bytes_take(&s->bytes) % sizeof f->reserved] = 1;
}

static bool query_filter_is_valid(const quipu_query_filter *f)
{
    return f->limit != 0 && (f->flags & ~(uint32_t)QUIPU_QUERY_REVERSED) == 0 &&
           is_span(f->timestamp_min, f->timestamp_max) && zero(f->reserved, sizeof f->reserved);
}

void call_query(struct session *s)
{
    static quipu_transfer got[FOUND_MAX], want[FOUND_MAX];
    static quipu_account got_accounts[FOUND_MAX], want_accounts[FOUND_MAX];
    size_t capacity = bytes_take(&s->bytes) * 16u, count = 0, want_count;
    quipu_query_filter filter;
    quipu_status status;

    read_query_filter(s, &filter);
    status = capacity > 0 && query_filter_is_valid(&filter) ? QUIPU_OK : QUIPU_INVALID;
    if (worked(s, quipu_query_transfers(s->twin.ledger, &filter, got, capacity, &count), status)) {
        want_count = model_query_transfers(s->twin.model, &filter, want, capacity);
        claim(count == want_count, "%s: %zu transfers, not %zu", twin_name(&s->twin), count,
              want_count);
        same(s, "a query of transfers", got, want, count * sizeof *got);
    }
    if (worked(s, quipu_query_accounts(s->twin.ledger, &filter, got_accounts, capacity, &count),
               status)) {
        want_count =
            model_query_accounts(s->twin.model, s->twin.now, &filter, want_accounts, capacity);
        claim(count == want_count, "%s: %zu accounts, not %zu", twin_name(&s->twin), count,
              want_count);
        same(s, "a query of accounts", got_accounts, want_accounts, count * sizeof *got_accounts);
    }
}

struct visit {
    struct session *session;
    size_t seen, enough;
};

/* Is it as the model has it, and as it is found when it is looked up again, from within? */
static bool visit(void *context, const quipu_account *account, uint64_t version)
{
    struct visit *visit = context;
    struct session *s = visit->session;
    quipu_account again, want;
    uint64_t version_again, want_version;
    quipu_status status =
        quipu_lookup_accounts(s->twin.ledger, &account->id, 1, &again, &version_again);

    model_lookup_accounts(s->twin.model, s->twin.now, &account->id, 1, &want, &want_version);
    claim(version == want_version, "%s: a visited version", twin_name(&s->twin));
    same(s, "a visited account", account, &want, sizeof want);
    if (!faults_explain(s, status)) {
        claim(status == QUIPU_OK);
        claim(version == version_again, "%s: a snapshot of version %llu", twin_name(&s->twin),
              (unsigned long long)version);
        same(s, "a visited account, looked up,", account, &again, sizeof again);
    }
    return ++visit->seen < visit->enough;
}

void call_snapshot(struct session *s)
{
    struct visit to_come = {s, 0, 1 + bytes_take(&s->bytes) % 32u};
    size_t all = model_account_count(s->twin.model);
    quipu_status want = s->twin.protocol == QUIPU_CAS ? QUIPU_UNSUPPORTED : QUIPU_OK;
    quipu_status got = quipu_snapshot(s->twin.ledger, visit, &to_come);

    settle_clock(s);
    if (faults_explain(s, got)) {
        claim(to_come.seen == 0, "%s: a snapshot without memory", twin_name(&s->twin));
        return;
    }
    claim(got == want, "%s: a snapshot: \"%s\"", twin_name(&s->twin), quipu_status_text(got));
    if (got == QUIPU_OK) {
        claim(to_come.seen == (all < to_come.enough ? all : to_come.enough),
              "%s: a snapshot of %zu accounts out of %zu", twin_name(&s->twin), to_come.seen, all);
    }
}
