/* twin.c - calls made on both; the audits are in twin_audit.c. */
#include "support/twin.h"

#include <stdio.h>
#include <string.h>

void twin_open(struct twin *twin, int protocol_index)
{
    twin_open_small(twin, protocol_index, 0, 0, 0);
}

void twin_open_small(struct twin *twin, int protocol_index, uint64_t accounts, uint64_t transfers,
                     uint64_t failed_ids)
{
    quipu_options options = {.protocol = protocols[protocol_index],
                             .account_capacity = accounts > 0 ? accounts : 1 << 16,
                             .transfer_capacity = transfers > 0 ? transfers : 1 << 22,
                             .failed_id_capacity = failed_ids > 0 ? failed_ids : 1 << 22,
                             .clock = ledger_clock,
                             .clock_context = &twin->now};

    memset(twin, 0, sizeof(*twin));
    twin->protocol = protocols[protocol_index];
    twin->now = NOON;
    twin->step = 10000;
    twin->model = model_open();
    model_limit_failed_ids(twin->model, options.failed_id_capacity);
    cr_assert_eq(quipu_open(&options, &twin->ledger), QUIPU_OK, "a ledger opens");
}

void twin_close(struct twin *twin)
{
    twin_audit_at(twin, twin->line);
    ledger_close(twin->ledger);
    model_close(twin->model);
}

const char *twin_name(const struct twin *twin)
{
    static char name[64];

    if (twin->seed == 0) return protocol_name(twin->protocol);
    (void)snprintf(name, sizeof(name), "%s, QUIPU_SEED=%llu", protocol_name(twin->protocol),
                   (unsigned long long)twin->seed);
    return name;
}

void twin_pass(struct twin *twin, uint64_t ns)
{
    twin->now += ns;
}

static void compare(struct twin *twin, const quipu_result *got, const quipu_result *want,
                    size_t count, const char *(*text)(uint32_t))
{
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(got[i].status, want[i].status,
                     "%s, line %d, event %zu: \"%s\" (%u), the model says \"%s\" (%u)",
                     twin_name(twin), twin->line, i, text(got[i].status), got[i].status,
                     text(want[i].status), want[i].status);
        cr_assert_eq(got[i].timestamp, want[i].timestamp,
                     "%s, line %d, event %zu (%s): timestamp %llu, the model says %llu",
                     twin_name(twin), twin->line, i, text(got[i].status),
                     (unsigned long long)got[i].timestamp, (unsigned long long)want[i].timestamp);
        cr_assert_eq(got[i].reserved, 0);
    }
}

static bool ran_short(const struct twin *twin, quipu_status status)
{
    return twin->may_run_short && (status == QUIPU_NO_MEMORY || status == QUIPU_NO_SPACE);
}

/* How many events were reached: the first ones. */
static size_t reached(struct twin *twin, quipu_status status, const quipu_result *results,
                      size_t count)
{
    size_t done = 0;

    cr_assert(status == QUIPU_OK || ran_short(twin, status), "%s, line %d: \"%s\"", twin_name(twin),
              twin->line, quipu_status_text(status));
    if (status == QUIPU_OK) return count;
    while (done < count && results[done].status != 0)
        done++;
    for (size_t i = done; i < count; i++) {
        cr_assert_eq(results[i].status, 0, "%s, line %d: event %zu was reached, %zu was not",
                     twin_name(twin), twin->line, i, done);
    }
    return done;
}

/* How many timestamps a ledger drew in vain cannot be told from outside: let them pass. */
static void settle_clock(struct twin *twin, bool moved)
{
    if (moved) twin->floor = twin->now = model_base(twin->model, twin->now) + 4 * QUIPU_BATCH_MAX;
}

quipu_status twin_accounts_at(struct twin *twin, int line, const quipu_account *events,
                              size_t count, quipu_result *results)
{
    static quipu_result want[QUIPU_BATCH_MAX];
    quipu_status status;
    size_t done;

    twin->line = line;
    twin->now += twin->step;
    memset(results, 0xa5, count * sizeof(*results));
    status = quipu_create_accounts(twin->ledger, events, count, results);
    done = reached(twin, status, results, count);
    if (done > 0) model_create_accounts(twin->model, twin->now, events, done, want);
    compare(twin, results, want, done, quipu_create_account_text);
    settle_clock(twin, done < count);
    return status;
}

/* The timestamps that the ledger gave the events, where its answers tell. */
static const uint64_t *times_of(const quipu_transfer *events, const quipu_result *results,
                                size_t count)
{
    static uint64_t times[QUIPU_BATCH_MAX];
    bool imports = (events[0].flags & QUIPU_TRANSFER_IMPORTED) != 0;

    for (size_t i = 0; i < count; i++) {
        bool exists = results[i].status == QUIPU_CREATE_TRANSFER_EXISTS;

        times[i] = exists || imports ? 0 : results[i].timestamp;
    }
    return times;
}

/* A conflict has no answers to tell by. If they were moved, it was by one draw. */
static const uint64_t *times_of_conflict(const struct twin *twin, const quipu_transfer *events,
                                         size_t count)
{
    static uint64_t times[QUIPU_BATCH_MAX];

    if (events[0].flags & QUIPU_TRANSFER_IMPORTED) return NULL;
    for (size_t i = 0; i < count; i++)
        times[i] = model_base(twin->model, twin->now) + count + i;
    return times;
}

quipu_status twin_transfers_at(struct twin *twin, int line, const quipu_transfer *events,
                               size_t count, quipu_result *results)
{
    static quipu_result want[QUIPU_BATCH_MAX];
    quipu_status status;
    size_t done;
    bool moved;

    twin->line = line;
    twin->now += twin->step;
    memset(results, 0xa5, count * sizeof(*results));
    status = quipu_create_transfers(twin->ledger, events, count, results);
    done = reached(twin, status, results, count);
    moved = model_may_move(twin->model, twin->now, count);
    if (done > 0) {
        if (twin->may_run_short) model_hear(twin->model, results);
        model_create_transfers(twin->model, twin->now, events, done,
                               times_of(events, results, done), want);
    }
    compare(twin, results, want, done, quipu_create_transfer_text);
    settle_clock(twin, moved || done < count);
    return status;
}

/* Whether an account was looked at before some refusals is the ledger's own affair. */
static bool may_be_unseen(uint32_t status)
{
    switch (status) {
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_LEDGER:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CODE:
    case QUIPU_CREATE_TRANSFER_EXCEEDS_PENDING_TRANSFER_AMOUNT:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT: return true;
    default: return false;
    }
}

static void compare_receipts(struct twin *twin, const quipu_receipt *got, const quipu_receipt *want,
                             const quipu_result *results, size_t count)
{
    static const quipu_receipt unseen;

    for (size_t i = 0; i < count; i++) {
        if (may_be_unseen(results[i].status) && memcmp(&got[i], &unseen, sizeof(unseen)) == 0) {
            continue;
        }
        cr_assert_eq(got[i].debit_version, want[i].debit_version,
                     "%s, line %d, receipt %zu: debit version", twin_name(twin), twin->line, i);
        cr_assert_eq(got[i].credit_version, want[i].credit_version,
                     "%s, line %d, receipt %zu: credit version", twin_name(twin), twin->line, i);
        cr_assert_eq(memcmp(&got[i], &want[i], sizeof(want[i])), 0,
                     "%s, line %d, receipt %zu (status %u)", twin_name(twin), twin->line, i,
                     results[i].status);
    }
}

quipu_status twin_commit_at(struct twin *twin, int line, const quipu_expectation *expectations,
                            size_t expectation_count, const quipu_transfer *events, size_t count,
                            quipu_result *results, quipu_receipt *receipts)
{
    static quipu_result want_results[QUIPU_BATCH_MAX];
    static quipu_receipt want_receipts[QUIPU_BATCH_MAX];
    const uint64_t *times;
    quipu_status want, got;

    twin->line = line;
    twin->now += twin->step;
    if (receipts != NULL) memset(receipts, 0xa5, count * sizeof(*receipts));
    memset(results, 0xa5, count * sizeof(*results));
    got = quipu_commit(twin->ledger, expectations, expectation_count, events, count, results,
                       receipts);
    if (twin->protocol == QUIPU_CAS) {
        cr_assert_eq(got, QUIPU_UNSUPPORTED);
        return got;
    }
    if (ran_short(twin, got)) {
        settle_clock(twin, true);
        return got;
    }

    times =
        got == QUIPU_OK ? times_of(events, results, count) : times_of_conflict(twin, events, count);
    if (twin->may_run_short && got == QUIPU_OK) model_hear(twin->model, results);
    want = model_commit(twin->model, twin->now, expectations, expectation_count, events, count,
                        times, want_results, want_receipts);
    cr_assert_eq(got, want, "%s, line %d: \"%s\", the model says \"%s\"", twin_name(twin), line,
                 quipu_status_text(got), quipu_status_text(want));
    settle_clock(twin, true);
    if (got == QUIPU_OK) {
        compare(twin, results, want_results, count, quipu_create_transfer_text);
        if (receipts != NULL) compare_receipts(twin, receipts, want_receipts, results, count);
    }
    return got;
}

void twin_account_at(struct twin *twin, int line, quipu_account event, uint32_t expected)
{
    quipu_result result;

    twin_accounts_at(twin, line, &event, 1, &result);
    cr_assert_eq(result.status, expected, "%s, line %d: \"%s\", not \"%s\"", twin_name(twin), line,
                 quipu_create_account_text(result.status), quipu_create_account_text(expected));
}

void twin_transfer_at(struct twin *twin, int line, quipu_transfer event, uint32_t expected)
{
    quipu_result result;

    twin_transfers_at(twin, line, &event, 1, &result);
    cr_assert_eq(result.status, expected, "%s, line %d: \"%s\", not \"%s\"", twin_name(twin), line,
                 quipu_create_transfer_text(result.status), quipu_create_transfer_text(expected));
}

quipu_account twin_look(struct twin *twin, quipu_uint128 id, uint64_t *version)
{
    twin_audit_accounts_at(twin, twin->line);
    return ledger_account(twin->ledger, id, version);
}
