/* twin_audit.c - every way of reading the ledger, held against the model. */
#include <stdlib.h>
#include <string.h>

#include "support/follower.h"
#include "support/twin.h"

/* Of so many accounts, the oldest: each costs as much as there are transfers. */
#define HISTORIES 50

static void *room_for(size_t count, size_t bytes)
{
    void *memory = malloc((count + 1) * bytes);

    cr_assert_not_null(memory);
    memset(memory, 0xa5, (count + 1) * bytes);
    return memory;
}

#define SAY(what, i)                                                                               \
    "%s, audit at line %d: %s %zu differs", twin_name(twin), twin->line, (what), (i)

static void compare_account(struct twin *twin, const char *what, size_t i, const quipu_account *got,
                            const quipu_account *want)
{
    cr_assert(got->id == want->id, SAY(what, i));
    if (memcmp(got, want, sizeof(*got)) == 0) return;
    cr_assert_fail("%s, audit at line %d: %s %llu: pending %lld-%lld posted %lld-%lld flags %x, "
                   "the model says pending %lld-%lld posted %lld-%lld flags %x",
                   twin_name(twin), twin->line, what, (unsigned long long)got->id,
                   (long long)got->debits_pending, (long long)got->credits_pending,
                   (long long)got->debits_posted, (long long)got->credits_posted, got->flags,
                   (long long)want->debits_pending, (long long)want->credits_pending,
                   (long long)want->debits_posted, (long long)want->credits_posted, want->flags);
}

void twin_audit_accounts_at(struct twin *twin, int line)
{
    size_t count = model_account_count(twin->model);
    quipu_uint128 *ids = room_for(count, sizeof(*ids));
    quipu_account *got = room_for(count, sizeof(*got)), *want = room_for(count, sizeof(*want));
    uint64_t *got_versions = room_for(count, sizeof(*got_versions));
    uint64_t *want_versions = room_for(count, sizeof(*want_versions));

    twin->line = line;
    for (size_t i = 0; i < count; i++)
        ids[i] = model_account_id(twin->model, i);
    ids[count] = 0x6e6f6e65; /* no such account */
    model_lookup_accounts(twin->model, twin->now, ids, count + 1, want, want_versions);
    cr_assert_eq(quipu_lookup_accounts(twin->ledger, ids, count + 1, got, got_versions), QUIPU_OK);
    for (size_t i = 0; i <= count; i++) {
        compare_account(twin, "account", i, &got[i], &want[i]);
        cr_assert_eq(got_versions[i], want_versions[i],
                     "%s, audit at line %d: account %llu has version %llu, the model says %llu",
                     twin_name(twin), twin->line, (unsigned long long)ids[i],
                     (unsigned long long)got_versions[i], (unsigned long long)want_versions[i]);
    }
    free(ids);
    free(got);
    free(want);
    free(got_versions);
    free(want_versions);
}

/* Lookups take so many ids at a time. */
static void audit_transfers(struct twin *twin)
{
    enum { PAGE = 1000 };
    static quipu_uint128 ids[PAGE];
    static quipu_transfer got[PAGE], want[PAGE];
    static quipu_transfer_versions got_versions[PAGE], want_versions[PAGE];
    size_t all = model_transfer_count(twin->model);

    for (size_t from = 0; from < all; from += PAGE) {
        size_t count = all - from < PAGE ? all - from : PAGE;

        for (size_t i = 0; i < count; i++)
            ids[i] = model_transfer_id(twin->model, from + i);
        model_lookup_transfers(twin->model, ids, count, want, want_versions);
        cr_assert_eq(quipu_lookup_transfers(twin->ledger, ids, count, got, got_versions), QUIPU_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(memcmp(&got[i], &want[i], sizeof(want[i])), 0, SAY("transfer", from + i));
            cr_assert_eq(got_versions[i].debit, want_versions[i].debit,
                         SAY("debit version of transfer", from + i));
            cr_assert_eq(got_versions[i].credit, want_versions[i].credit,
                         SAY("credit version of transfer", from + i));
        }
    }
}

static void audit_history(struct twin *twin, quipu_uint128 id, uint32_t flags)
{
    quipu_account_filter filter = {.account_id = id, .limit = UINT32_MAX, .flags = flags};
    size_t capacity = model_transfer_count(twin->model) + 1, count, want_count;
    quipu_transfer *got = room_for(capacity, sizeof(*got)),
                   *want = room_for(capacity, sizeof(*want));
    quipu_account_balance *got_after = room_for(capacity, sizeof(*got_after));
    quipu_account_balance *want_after = room_for(capacity, sizeof(*want_after));

    want_count = model_account_transfers(twin->model, &filter, want, capacity);
    cr_assert_eq(quipu_get_account_transfers(twin->ledger, &filter, got, capacity, &count),
                 QUIPU_OK);
    cr_assert_eq(count, want_count, SAY("length of the history of account", (size_t)id));
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(memcmp(&got[i], &want[i], sizeof(want[i])), 0,
                     SAY("transfer in the history of account", (size_t)id));
    }

    (void)model_account_balances(twin->model, &filter, want_after, capacity);
    cr_assert_eq(quipu_get_account_balances(twin->ledger, &filter, got_after, capacity, &count),
                 QUIPU_OK);
    cr_assert_eq(count, want_count, SAY("number of balances of account", (size_t)id));
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(memcmp(&got_after[i], &want_after[i], sizeof(want_after[i])), 0,
                     "%s, audit at line %d: balance %zu of account %llu", twin_name(twin),
                     twin->line, i, (unsigned long long)id);
    }
    free(got);
    free(want);
    free(got_after);
    free(want_after);
}

static void audit_queries(struct twin *twin)
{
    quipu_query_filter filter = {.limit = UINT32_MAX};
    size_t capacity = model_transfer_count(twin->model) + model_account_count(twin->model) + 1;
    quipu_transfer *got = room_for(capacity, sizeof(*got)),
                   *want = room_for(capacity, sizeof(*want));
    quipu_account *got_accounts = room_for(capacity, sizeof(*got_accounts));
    quipu_account *want_accounts = room_for(capacity, sizeof(*want_accounts));
    size_t count, want_count;

    want_count = model_query_transfers(twin->model, &filter, want, capacity);
    cr_assert_eq(quipu_query_transfers(twin->ledger, &filter, got, capacity, &count), QUIPU_OK);
    cr_assert_eq(count, want_count, SAY("number of all transfers", count));
    cr_assert_eq(memcmp(got, want, count * sizeof(*got)), 0, SAY("query of transfers", count));

    want_count = model_query_accounts(twin->model, twin->now, &filter, want_accounts, capacity);
    cr_assert_eq(quipu_query_accounts(twin->ledger, &filter, got_accounts, capacity, &count),
                 QUIPU_OK);
    cr_assert_eq(count, want_count, SAY("number of all accounts", count));
    for (size_t i = 0; i < count; i++) {
        compare_account(twin, "queried account", i, &got_accounts[i], &want_accounts[i]);
    }
    free(got);
    free(want);
    free(got_accounts);
    free(want_accounts);
}

struct visit {
    struct twin *twin;
    size_t seen;
};

static bool compare_visited(void *context, const quipu_account *account, uint64_t version)
{
    struct visit *visit = context;
    struct twin *twin = visit->twin;
    quipu_account want;
    uint64_t want_version;
    quipu_uint128 id;

    cr_assert_lt(visit->seen, model_account_count(twin->model),
                 SAY("a snapshot's length", visit->seen));
    id = model_account_id(twin->model, visit->seen);
    model_lookup_accounts(twin->model, twin->now, &id, 1, &want, &want_version);
    compare_account(twin, "visited account", visit->seen, account, &want);
    cr_assert_eq(version, want_version, SAY("version of visited account", visit->seen));
    visit->seen++;
    return true;
}

static void audit_snapshot(struct twin *twin)
{
    struct visit visit = {twin, 0};
    quipu_status want = twin->protocol != QUIPU_CAS ? QUIPU_OK : QUIPU_UNSUPPORTED;

    cr_assert_eq(quipu_snapshot(twin->ledger, compare_visited, &visit), want);
    if (want == QUIPU_OK) {
        cr_assert_eq(visit.seen, model_account_count(twin->model), SAY("snapshot", visit.seen));
    } else {
        cr_assert_eq(visit.seen, 0);
    }
}

/* All changes from the beginning, in pages of this many. */
static void audit_changes(struct twin *twin, uint32_t page)
{
    struct follower follower;
    const char *wrong;

    /* A hold that falls due in the next ns keeps the horizon below what happened in this one. */
    if (model_may_move(twin->model, twin->now, 2)) return;
    follower_start(&follower);
    wrong = follower_finish(&follower, twin->ledger, page);
    cr_assert(wrong == NULL, "%s, audit at line %d: changes: %s", twin_name(twin), twin->line,
              wrong);
    cr_assert_eq(follower.transfers, model_transfer_count(twin->model),
                 SAY("transfers among the changes", (size_t)follower.transfers));
    cr_assert_eq(follower.account_count, model_account_count(twin->model),
                 SAY("accounts among the changes", follower.account_count));
    follower_stop(&follower);
}

void twin_audit_at(struct twin *twin, int line)
{
    twin_audit_accounts_at(twin, line);
    audit_transfers(twin);
    for (size_t i = 0; i < model_account_count(twin->model) && i < HISTORIES; i++) {
        quipu_uint128 id = model_account_id(twin->model, i);

        audit_history(twin, id, QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS);
        audit_history(twin, id, QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED);
    }
    audit_queries(twin);
    audit_changes(twin, FOLLOWER_PAGE);
    audit_snapshot(twin);
    twin_audit_holds(twin);
    twin_audit_pages(twin);
}
