/* test_instants.c - several accounts read together are of one instant. Not for cas: no promise.
 *
 * One writer moves amounts between 1 and 2, one between 3 and 4, one around the ring 5, 6, 7 by
 * chains. Readers read all seven by lookup, by query or by snapshot.
 *
 *   T1  a transfer is never half there: debits of 1 and 2 are their credits, and so are 3 and 4's
 *   T2  a chain is never half there: the members of the ring have the same totals
 *   T3  what had returned before the read is in it
 *   T4  no two reads disagree about the order of things: of any two, by whichever readers, one is
 *       nowhere older than the other */
#include <stdlib.h>
#include <string.h>

#include "support/ledger.h"
#include "support/meanwhile.h"
#include "support/random.h"
#include "support/threads.h"

enum { WRITERS = 3, READERS = 2, ACCOUNTS = 7, SAMPLES = 4000, LOOKS = 100 };

struct view {
    quipu_account accounts[ACCOUNTS];
    uint64_t versions[ACCOUNTS];
    size_t count;
};

struct instants {
    quipu_ledger *ledger;
    bool (*read)(quipu_ledger *ledger, struct view *view);
    unsigned steps;
    uint64_t running;       /* writers */
    uint64_t awaited;       /* readers that have not seen enough */
    uint64_t done[WRITERS]; /* units that had returned */
    uint64_t (*seen[READERS])[ACCOUNTS];
    size_t seen_count[READERS];
    uint64_t looks[READERS];
    const char *wrong[READERS];
};

static bool by_lookup(quipu_ledger *ledger, struct view *view)
{
    static const quipu_uint128 ids[ACCOUNTS] = {1, 2, 3, 4, 5, 6, 7};

    view->count = ACCOUNTS;
    return quipu_lookup_accounts(ledger, ids, ACCOUNTS, view->accounts, view->versions) == QUIPU_OK;
}

/* A query gives no versions. */
static bool by_query(quipu_ledger *ledger, struct view *view)
{
    const quipu_query_filter filter = {.limit = ACCOUNTS};

    memset(view->versions, 0, sizeof(view->versions));
    return quipu_query_accounts(ledger, &filter, view->accounts, ACCOUNTS, &view->count) ==
           QUIPU_OK;
}

static bool keep(void *context, const quipu_account *account, uint64_t version)
{
    struct view *view = context;

    if (view->count == ACCOUNTS) return false;
    view->accounts[view->count] = *account;
    view->versions[view->count++] = version;
    return true;
}

static bool by_snapshot(quipu_ledger *ledger, struct view *view)
{
    view->count = 0;
    return quipu_snapshot(ledger, keep, view) == QUIPU_OK;
}

static bool (*const reads[])(quipu_ledger *, struct view *) = {by_lookup, by_query, by_snapshot};

static void write_on(struct instants *instants, unsigned writer)
{
    struct random random = {writer};

    for (unsigned i = 0; meanwhile_goes_on(&instants->awaited, i, instants->steps); i++) {
        quipu_uint128 id = 1 + 3 * ((quipu_uint128)i * WRITERS + writer);
        quipu_uint128 amount = random_below(&random, 100), low = 1 + 2 * writer;
        bool back = random_one_in(&random, 2);
        quipu_transfer events[3] = {a_transfer(id, low + back, low + !back, amount)};
        quipu_result results[3];
        size_t count = 1;

        if (writer == 2) {
            for (unsigned leg = 0; leg < 3; leg++) {
                events[leg] = a_flagged_transfer(id + leg, 5 + leg, 5 + (leg + 1) % 3, amount,
                                                 leg < 2 ? QUIPU_TRANSFER_LINKED : 0);
            }
            count = 3;
        }
        if (quipu_create_transfers(instants->ledger, events, count, results) != QUIPU_OK ||
            results[0].status != QUIPU_CREATED) {
            break;
        }
        (void)shared_add(&instants->done[writer], 1);
    }
    (void)shared_add(&instants->running, (uint64_t)-1);
}

/* T1 and T2 of one view; NULL or what is wrong. */
static const char *judge(const struct view *view)
{
    const quipu_account *a = view->accounts;

    if (view->count != ACCOUNTS) return "an account is missing";
    for (int low = 0; low < 4; low += 2) {
        if (a[low].debits_posted + a[low + 1].debits_posted !=
            a[low].credits_posted + a[low + 1].credits_posted) {
            return "a transfer is half there";
        }
    }
    for (int i = 4; i < ACCOUNTS; i++) {
        if (a[i].debits_posted != a[4].debits_posted || a[i].credits_posted != a[4].debits_posted) {
            return "a chain is half there";
        }
    }
    return NULL;
}

static void read_on(struct instants *instants, unsigned reader)
{
    struct onlooker onlooker = {&instants->awaited, LOOKS};

    while (shared_read(&instants->running) > 0 && instants->wrong[reader] == NULL) {
        uint64_t before[WRITERS];
        struct view view;

        for (int w = 0; w < WRITERS; w++)
            before[w] = shared_read(&instants->done[w]);
        if (!instants->read(instants->ledger, &view)) {
            instants->wrong[reader] = "a read failed";
            break;
        }
        instants->wrong[reader] = judge(&view);
        instants->looks[reader]++;
        onlooker_saw(&onlooker);
        if (view.versions[0] == 0) continue;
        if (view.versions[0] < 1 + before[0] || view.versions[2] < 1 + before[1] ||
            view.versions[4] < 1 + 2 * before[2]) {
            instants->wrong[reader] = "what had returned is not in it";
        }
        if (instants->seen_count[reader] < SAMPLES) {
            memcpy(instants->seen[reader][instants->seen_count[reader]++], view.versions,
                   sizeof(view.versions));
        }
    }
    onlooker_leaves(&onlooker);
}

static void run(void *context, unsigned index)
{
    if (index < WRITERS) {
        write_on(context, index);
    } else {
        read_on(context, index - WRITERS);
    }
}

static uint64_t sum_of(const uint64_t *versions)
{
    uint64_t sum = 0;

    for (int i = 0; i < ACCOUNTS; i++)
        sum += versions[i];
    return sum;
}

static int by_sum(const void *a, const void *b)
{
    uint64_t x = sum_of(a), y = sum_of(b);

    return (x > y) - (x < y);
}

/* T4: ordered by their sums, no view may be older than the one before it anywhere. */
static void check_order(const struct instants *instants)
{
    uint64_t(*all)[ACCOUNTS] = malloc(READERS * SAMPLES * sizeof(*all));
    size_t count = 0;

    cr_assert_not_null(all);
    for (int r = 0; r < READERS; r++) {
        memcpy(all[count], instants->seen[r], instants->seen_count[r] * sizeof(*all));
        count += instants->seen_count[r];
    }
    qsort(all, count, sizeof(*all), by_sum);
    for (size_t i = 1; i < count; i++) {
        for (int a = 0; a < ACCOUNTS; a++) {
            cr_assert_leq(all[i - 1][a], all[i][a], "two reads disagree about account %d", a + 1);
        }
    }
    free(all);
}

static void read_together(quipu_protocol protocol, bool (*read)(quipu_ledger *, struct view *))
{
    struct instants instants = {.ledger = ledger_open(protocol, NULL),
                                .read = read,
                                .steps = threads_work(50000),
                                .running = WRITERS,
                                .awaited = READERS};
    quipu_account events[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (unsigned i = 0; i < ACCOUNTS; i++)
        events[i] = an_account(1 + i);
    cr_assert_eq(quipu_create_accounts(instants.ledger, events, ACCOUNTS, results), QUIPU_OK);
    for (int r = 0; r < READERS; r++) {
        instants.seen[r] = malloc(SAMPLES * sizeof(*instants.seen[r]));
        cr_assert_not_null(instants.seen[r]);
    }
    threads_run(WRITERS + READERS, run, &instants);
    for (int r = 0; r < READERS; r++) {
        cr_assert_null(instants.wrong[r], "%s: %s", protocol_name(protocol), instants.wrong[r]);
        cr_assert_geq(instants.looks[r], LOOKS, "hardly anything was read meanwhile");
    }
    for (int w = 0; w < WRITERS; w++)
        cr_assert_geq(instants.done[w], instants.steps);
    check_order(&instants);
    for (int r = 0; r < READERS; r++)
        free(instants.seen[r]);
    ledger_close(instants.ledger);
}

EVERY_PROTOCOL(instants, are_one_in_every_read, .timeout = 240)
{
    if (protocols[*protocol_index] == QUIPU_CAS) return;
    for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
        read_together(protocols[*protocol_index], reads[i]);
    }
}
