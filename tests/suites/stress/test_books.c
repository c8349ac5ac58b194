/* test_books.c - many writers and readers over few accounts; then the books are checked.
 *
 *   T1  debits equal credits, pending and posted, over all accounts
 *   T2  no limit is broken, at rest, and in no read while writers run (cas: in no read by what is
 *       posted; transfers in flight show as pending, also those of a chain that funds itself)
 *   T3  versions are gapless: every change of an account has its own, nothing was lost
 *   T4  an account's totals, and the balances of its history, are what its transfers make
 *   T5  timestamps increase in version order, are unique, and follow real time
 *   T6  every read of one account shows it as it was at the version it shows (cas: each total by
 *       itself; so there posted totals only grow from read to read) */
#include <stdlib.h>
#include <string.h>

#include "support/checks.h"
#include "support/random.h"
#include "support/traffic.h"

enum { WRITERS = 4, READERS = 2, ACCOUNTS = 6, SAMPLES = 5000, LOOKS = 100 };

struct sample {
    quipu_account account;
    uint64_t version;
};

struct books {
    struct traffic traffic;
    quipu_protocol protocol;
    struct sample *samples[READERS];
    size_t sample_count[READERS];
    uint64_t overdrawn, shrunk;
};

static bool keeps_limits(const struct books *books, quipu_account account)
{
    if (books->protocol == QUIPU_CAS) account.debits_pending = account.credits_pending = 0;
    return check_within_limits(&account);
}

static void read_on(struct books *books, unsigned reader)
{
    struct onlooker onlooker = {&books->traffic.awaited, LOOKS};
    struct random random = {77 + reader};
    quipu_account last[ACCOUNTS + 1] = {0};

    while (traffic_goes_on(&books->traffic)) {
        quipu_uint128 id = 1 + random_below(&random, ACCOUNTS);
        struct sample sample;

        if (quipu_lookup_accounts(books->traffic.ledger, &id, 1, &sample.account,
                                  &sample.version) != QUIPU_OK) {
            (void)shared_add(&books->traffic.failed_calls, 1);
            break;
        }
        if (!keeps_limits(books, sample.account)) (void)shared_add(&books->overdrawn, 1);
        if (sample.account.debits_posted < last[id].debits_posted ||
            sample.account.credits_posted < last[id].credits_posted) {
            (void)shared_add(&books->shrunk, 1);
        }
        last[id] = sample.account;
        if (books->sample_count[reader] < SAMPLES) {
            books->samples[reader][books->sample_count[reader]++] = sample;
        }
        onlooker_saw(&onlooker);
    }
    onlooker_leaves(&onlooker);
}

static void run(void *context, unsigned index)
{
    struct books *books = context;

    if (index < WRITERS) {
        traffic_write(&books->traffic, index);
    } else {
        read_on(books, index - WRITERS);
    }
}

/* T6: the balance right after the transfer that made the version. Balances are in version order
 * and gapless by now (T3). */
static void check_samples(struct books *books, quipu_uint128 id)
{
    const quipu_account_filter filter = {
        .account_id = id,
        .limit = UINT32_MAX,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS,
    };
    uint64_t version;
    size_t count, room;
    quipu_account_balance *history;

    (void)ledger_account(books->traffic.ledger, id, &version);
    room = (size_t)version;
    history = calloc(room, sizeof(*history));
    cr_assert_not_null(history);
    /* [0] stays zero: version 1 is the account as it was created. */
    cr_assert_eq(
        quipu_get_account_balances(books->traffic.ledger, &filter, history + 1, room, &count),
        QUIPU_OK);
    cr_assert_eq(count, room - 1);
    for (int r = 0; r < READERS; r++) {
        for (size_t i = 0; i < books->sample_count[r]; i++) {
            const struct sample *sample = &books->samples[r][i];
            const quipu_account_balance *was;

            if (sample->account.id != id) continue;
            cr_assert(sample->version >= 1 && sample->version <= version);
            was = &history[sample->version - 1];
            cr_assert(sample->account.debits_pending == was->debits_pending &&
                          sample->account.debits_posted == was->debits_posted &&
                          sample->account.credits_pending == was->credits_pending &&
                          sample->account.credits_posted == was->credits_posted,
                      "account %llu never was at version %llu as it was read",
                      (unsigned long long)id, (unsigned long long)sample->version);
        }
    }
    free(history);
}

static void keep_books(quipu_protocol protocol, uint64_t seed, unsigned batches)
{
    static struct books books;
    const char *verdict;

    memset(&books, 0, sizeof(books));
    books.protocol = protocol;
    traffic_open(&books.traffic, protocol, ACCOUNTS, NULL);
    books.traffic.batches = batches;
    books.traffic.seed = seed;
    books.traffic.writers = WRITERS;
    books.traffic.awaited = READERS;
    for (int r = 0; r < READERS; r++) {
        books.samples[r] = malloc(SAMPLES * sizeof(struct sample));
        cr_assert_not_null(books.samples[r]);
    }
    threads_run(WRITERS + READERS, run, &books);

    verdict = traffic_verdict(&books.traffic);
    if (verdict == NULL) verdict = check_ledger(books.traffic.ledger, ACCOUNTS, false);
    cr_assert_null(verdict, "%s, seed %llu: %s", protocol_name(protocol), (unsigned long long)seed,
                   verdict);
    cr_assert_eq(books.overdrawn, 0, "%s: overdrawn in a read", protocol_name(protocol));
    cr_assert_eq(books.shrunk, 0, "%s: posted totals shrank", protocol_name(protocol));
    for (int r = 0; r < READERS; r++)
        cr_assert_geq(books.sample_count[r], LOOKS, "hardly anything was read meanwhile");
    for (unsigned id = 1; id <= ACCOUNTS && protocol != QUIPU_CAS; id++) {
        check_samples(&books, id);
    }
    for (int r = 0; r < READERS; r++) {
        free(books.samples[r]);
    }
    traffic_close(&books.traffic);
}

EVERY_PROTOCOL(books, are_kept, .timeout = 240)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        keep_books(protocols[*protocol_index], seed, threads_work(10000));
    }
}
