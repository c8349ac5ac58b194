/* queue.c - `bench_queue [ROUNDS]`: what it costs to make a call by a queue, in memory.
 *
 * Plain calls, and the same calls as a submit and a reap, take turns, a thousand at a time; the
 * medians count, as lines of JSON. Every answer is looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/stopwatch.h"
#include "quipu/queue.h"

enum { ROUNDS = 400, ROUNDS_MAX = 1000, CALLS = 1000, ACCOUNTS = 1000 };

struct bench {
    quipu_ledger *ledger;
    quipu_queue *queue;
    uint64_t drawn;
    quipu_transfer event;
    quipu_result result;
    quipu_uint128 id;
    quipu_account account;
};

static void require(bool claim, const char *what)
{
    if (claim) return;
    (void)fprintf(stderr, "bench_queue: %s\n", what);
    exit(1);
}

static void open_bench(struct bench *bench)
{
    const quipu_options options = {
        .account_capacity = ACCOUNTS, .transfer_capacity = 2 * ROUNDS_MAX * CALLS, .prefault = 1};
    quipu_account accounts[ACCOUNTS];
    static quipu_result results[ACCOUNTS];

    memset(accounts, 0, sizeof accounts);
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        accounts[i].id = i + 1;
        accounts[i].ledger = accounts[i].code = 1;
    }
    require(quipu_open(&options, &bench->ledger) == QUIPU_OK &&
                quipu_create_accounts(bench->ledger, accounts, ACCOUNTS, results) == QUIPU_OK &&
                quipu_queue_open(bench->ledger, 64, &bench->queue) == QUIPU_OK,
            "no ledger");
}

static void draw(struct bench *bench)
{
    uint64_t n = ++bench->drawn * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t debit = (uint32_t)(n >> 32) % ACCOUNTS;

    bench->id = 1 + debit;
    bench->event = (quipu_transfer){.id = n,
                                    .debit_account_id = 1 + debit,
                                    .credit_account_id = 1 + (debit + 1) % ACCOUNTS,
                                    .amount = 1,
                                    .ledger = 1,
                                    .code = 1};
}

/* One call, plain or by the queue. */
static quipu_status call(struct bench *bench, bool reads, bool by_queue)
{
    quipu_completion completion;
    quipu_status status;

    if (!by_queue) {
        return reads ? quipu_lookup_accounts(bench->ledger, &bench->id, 1, &bench->account, NULL)
                     : quipu_create_transfers(bench->ledger, &bench->event, 1, &bench->result);
    }
    status = reads ? quipu_submit_lookup_accounts(bench->queue, &bench->id, 1, &bench->account,
                                                  NULL, bench)
                   : quipu_submit_create_transfers(bench->queue, &bench->event, 1, &bench->result,
                                                   bench);
    if (status != QUIPU_OK || quipu_reap(bench->queue, &completion, 1) != 1) return QUIPU_BUSY;
    return completion.context == bench ? completion.status : QUIPU_BUSY;
}

static bool is_right(const struct bench *bench, bool reads)
{
    return reads ? bench->account.id == bench->id : bench->result.status == QUIPU_CREATED;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* ns a call, in the median of `rounds`. Drawing is timed, too: of both alike. */
static void measure(struct bench *bench, bool reads, unsigned rounds)
{
    double *ns[2] = {malloc(rounds * sizeof(double)), malloc(rounds * sizeof(double))};

    require(ns[0] != NULL && ns[1] != NULL, "no memory");
    for (unsigned round = 0; round < 2 * rounds; round++) {
        bool by_queue = round % 2 != 0;
        uint64_t begin = stopwatch_ns();

        for (unsigned i = 0; i < CALLS; i++) {
            draw(bench);
            require(call(bench, reads, by_queue) == QUIPU_OK && is_right(bench, reads),
                    "a call failed");
        }
        ns[by_queue][round / 2] = (double)(stopwatch_ns() - begin) / CALLS;
    }
    qsort(ns[0], rounds, sizeof(double), by_size);
    qsort(ns[1], rounds, sizeof(double), by_size);
    (void)printf("{\"call\": \"%s\", \"plain_ns\": %.1f, \"queue_ns\": %.1f, "
                 "\"more_ns\": %.1f}\n",
                 reads ? "lookup_accounts" : "create_transfers", ns[0][rounds / 2],
                 ns[1][rounds / 2], ns[1][rounds / 2] - ns[0][rounds / 2]);
    free(ns[0]);
    free(ns[1]);
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    static struct bench bench;

    if (argc > 2 || rounds == 0 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: %s [ROUNDS, at most %d]\n", argv[0], ROUNDS_MAX);
        return 2;
    }
    open_bench(&bench);
    measure(&bench, false, (unsigned)rounds);
    measure(&bench, true, (unsigned)rounds);
    require(quipu_queue_close(bench.queue) == QUIPU_OK && quipu_close(bench.ledger) == QUIPU_OK,
            "it does not close");
    return 0;
}
