/* lookups.c - how many accounts a second one thread looks up, by protocol and by ids a call, while
 * no other thread writes.
 *
 * Ids are drawn uniformly before the clock starts. Protocols and counts take turns; each line of
 * JSON is the median of the rounds. Every account that is found is checked. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/stopwatch.h"
#include "command/measure/workload.h"
#include "quipu/quipu.h"

enum { COUNT_MAX = 8190, COUNTS_MAX = 16, ROUNDS_MAX = 100, DRAWN = 1 << 20, BATCH = 1000 };

#define PROTOCOLS 4

static const char *const names[PROTOCOLS] = {"optimistic", "cas", "mutex", "rcu"};

struct bench {
    bool measured[PROTOCOLS];
    quipu_ledger *ledgers[PROTOCOLS];
    uint64_t accounts, rounds, counts[COUNTS_MAX]; /* counts: ids a call */
    size_t count_count;
    uint64_t next;        /* of the drawn ids */
    quipu_uint128 *drawn; /* DRAWN ids, and the first ones once more */
    double ns[PROTOCOLS][COUNTS_MAX][ROUNDS_MAX];
};

static void require(bool claim, const char *what)
{
    if (claim) return;
    (void)fprintf(stderr, "bench_lookups: %s\n", what);
    exit(1);
}

static void create_accounts(quipu_ledger *ledger, uint64_t accounts)
{
    static quipu_account batch[BATCH];
    static quipu_result results[BATCH];

    for (uint64_t made = 0; made < accounts; made += BATCH) {
        size_t count = accounts - made < BATCH ? (size_t)(accounts - made) : BATCH;

        memset(batch, 0, sizeof batch);
        for (size_t i = 0; i < count; i++) {
            batch[i].id = workload_account_id(made + i);
            batch[i].ledger = batch[i].code = 1;
        }
        require(quipu_create_accounts(ledger, batch, count, results) == QUIPU_OK &&
                    results[count - 1].status == QUIPU_CREATED,
                "cannot create the accounts");
    }
}

static void open_bench(struct bench *bench)
{
    struct random random = {random_mix(12)};

    for (int i = 0; i < PROTOCOLS; i++) {
        const quipu_options options = {.protocol = (quipu_protocol)i,
                                       .account_capacity = bench->accounts,
                                       .transfer_capacity = 1000,
                                       .prefault = 1};

        if (!bench->measured[i]) continue;
        require(quipu_open(&options, &bench->ledgers[i]) == QUIPU_OK, "no ledger");
        create_accounts(bench->ledgers[i], bench->accounts);
    }
    bench->drawn = malloc((DRAWN + COUNT_MAX) * sizeof *bench->drawn);
    require(bench->drawn != NULL, "no memory");
    for (size_t i = 0; i < DRAWN + COUNT_MAX; i++)
        bench->drawn[i] = i < DRAWN ? workload_account_id(random_below(&random, bench->accounts))
                                    : bench->drawn[i - DRAWN];
}

static void close_bench(struct bench *bench)
{
    for (int i = 0; i < PROTOCOLS; i++) {
        if (bench->measured[i]) require(quipu_close(bench->ledgers[i]) == QUIPU_OK, "not closed");
    }
    free(bench->drawn);
}

/* Look up about `ids` ids, `count` a call; returns ns an id. */
static double look_up(struct bench *bench, quipu_ledger *ledger, size_t count, uint64_t ids)
{
    static quipu_account found[COUNT_MAX];
    uint64_t calls = (ids + count - 1) / count, wrong = 0, started_ns = stopwatch_ns();

    for (uint64_t i = 0; i < calls; i++) {
        const quipu_uint128 *asked = &bench->drawn[bench->next];

        bench->next = (bench->next + count) % DRAWN;
        wrong += quipu_lookup_accounts(ledger, asked, count, found, NULL) != QUIPU_OK;
        for (size_t j = 0; j < count; j++)
            wrong += found[j].id != asked[j];
    }
    started_ns = stopwatch_ns() - started_ns;
    require(wrong == 0, "a lookup found another account");
    return (double)started_ns / (double)(calls * count);
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static void print(struct bench *bench, int protocol, size_t which)
{
    double *ns = bench->ns[protocol][which], middle;

    qsort(ns, bench->rounds, sizeof *ns, by_size);
    middle = ns[bench->rounds / 2];
    (void)printf("{\"protocol\": \"%s\", \"accounts\": %llu, \"ids\": %llu, "
                 "\"calls_per_second\": %.0f, \"ids_per_second\": %.0f, \"ns_a_call\": %.1f}\n",
                 names[protocol], (unsigned long long)bench->accounts,
                 (unsigned long long)bench->counts[which],
                 1e9 / middle / (double)bench->counts[which], 1e9 / middle,
                 middle * (double)bench->counts[which]);
}

static void measure(struct bench *bench, uint64_t ids)
{
    for (uint64_t round = 0; round < bench->rounds; round++)
        for (size_t which = 0; which < bench->count_count; which++)
            for (int i = 0; i < PROTOCOLS; i++)
                if (bench->measured[i]) {
                    bench->ns[i][which][round] =
                        look_up(bench, bench->ledgers[i], bench->counts[which], ids);
                }
    for (int i = 0; i < PROTOCOLS; i++)
        for (size_t which = 0; which < bench->count_count && bench->measured[i]; which++)
            print(bench, i, which);
}

static int usage(void)
{
    (void)fputs("usage: bench_lookups [--accounts N] [--rounds N] [--lookups N] [--only LIST]\n"
                "                     [--ids LIST]\n"
                "\n"
                "  --accounts N  accounts a ledger (1000000)\n"
                "  --rounds N    rounds, at most 100 (11)\n"
                "  --lookups N   ids a round (1000000)\n"
                "  --only LIST   protocols (optimistic,cas,mutex,rcu)\n"
                "  --ids LIST    ids a call, each at most 8190 (1,2,32,1024)\n",
                stderr);
    return 2;
}

/* Returns false for a word that is no protocol. */
static bool choose(struct bench *bench, char *list)
{
    for (char *rest, *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        int i = 0;

        while (i < PROTOCOLS && strcmp(word, names[i]) != 0)
            i++;
        if (i == PROTOCOLS) return false;
        bench->measured[i] = true;
    }
    return true;
}

/* Returns false for a count that no call takes. */
static bool choose_counts(struct bench *bench, char *list)
{
    for (char *rest, *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        uint64_t count = strtoull(word, NULL, 10);

        if (count == 0 || count > COUNT_MAX || bench->count_count == COUNTS_MAX) return false;
        bench->counts[bench->count_count++] = count;
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"accounts", 1, NULL, 'a'}, {"rounds", 1, NULL, 'r'}, {"lookups", 1, NULL, 'l'},
        {"only", 1, NULL, 'o'},     {"ids", 1, NULL, 'i'},    {NULL, 0, NULL, 0},
    };
    static char all[] = "optimistic,cas,mutex,rcu", usual[] = "1,2,32,1024";
    static struct bench bench = {.accounts = 1000000, .rounds = 11};
    char *only = all, *counts = usual;
    uint64_t ids = 1000000;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'a': bench.accounts = strtoull(optarg, NULL, 10); break;
        case 'r': bench.rounds = strtoull(optarg, NULL, 10); break;
        case 'l': ids = strtoull(optarg, NULL, 10); break;
        case 'o': only = optarg; break;
        case 'i': counts = optarg; break;
        default: return usage();
        }
    }
    if (optind < argc || bench.accounts == 0 || bench.rounds == 0 || bench.rounds > ROUNDS_MAX ||
        ids == 0 || !choose(&bench, only) || !choose_counts(&bench, counts)) {
        return usage();
    }
    open_bench(&bench);
    measure(&bench, ids);
    close_bench(&bench);
    return 0;
}
