/* kept.c - `bench_kept FOLDER [TRANSFERS [CHECKPOINT_BYTES]]`: what a kept ledger costs when it
 * makes checkpoints, and when it is opened, as a line of JSON.
 *
 * One thread posts transfers in the largest calls into a new ledger in FOLDER/kept; it is closed,
 * and opened again. CHECKPOINT_BYTES of journal bring about a checkpoint (none). Only calls are
 * timed. An opening must bring back what was posted. Files are removed. */
#define _DEFAULT_SOURCE 1 /* getrusage(); a feature test macro */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/common/stopwatch.h"
#include "command/measure/workload.h"
#include "quipu/quipu.h"

enum { ACCOUNTS = 100000, BATCH = QUIPU_BATCH_MAX, FINE = 0, MONEY = 1, USAGE = 2, SYSTEM = 3 };

static char path[4096];
static quipu_options options = {.path = path, .account_capacity = ACCOUNTS};
static quipu_account accounts[BATCH];
static quipu_transfer transfers[BATCH];
static quipu_result results[BATCH];

struct figures {
    uint64_t posted, ns, longest_ns, journal_bytes, open_ns, open_cpu_ns, disk_bytes;
};

/* Say what is wrong, and end. */
_Noreturn static void fail(int code, const char *what, const char *why)
{
    (void)fprintf(stderr, "bench: %s: %s: %s\n", path, what, why);
    exit(code);
}

static void want(const char *call, quipu_status status)
{
    if (status != QUIPU_OK) fail(SYSTEM, call, quipu_status_text(status));
}

static quipu_ledger *open_ledger(void)
{
    quipu_ledger *ledger;

    want("quipu_open", quipu_open(&options, &ledger));
    return ledger;
}

static void make_accounts(quipu_ledger *ledger)
{
    for (uint64_t from = 0; from < ACCOUNTS; from += BATCH) {
        size_t count = ACCOUNTS - from < BATCH ? (size_t)(ACCOUNTS - from) : BATCH;

        for (size_t i = 0; i < count; i++) {
            accounts[i] =
                (quipu_account){.id = workload_account_id(from + i), .ledger = 1, .code = 1};
        }
        want("quipu_create_accounts", quipu_create_accounts(ledger, accounts, count, results));
    }
}

static void post(quipu_ledger *ledger, uint64_t count, struct figures *figures)
{
    struct workload workload;
    struct workload_source source;

    workload_make(&workload, DISTRIBUTION_UNIFORM, ACCOUNTS);
    workload_begin(&source, &workload, 1);
    while (figures->posted < count) {
        uint64_t started, ns;

        workload_fill(&source, transfers, BATCH);
        started = stopwatch_ns();
        want("quipu_create_transfers", quipu_create_transfers(ledger, transfers, BATCH, results));
        ns = stopwatch_ns() - started;
        for (size_t i = 0; i < BATCH; i++) {
            if (results[i].status == QUIPU_CREATED) continue;
            fail(MONEY, "a transfer", quipu_create_transfer_text(results[i].status));
        }
        figures->posted += BATCH;
        figures->ns += ns;
        if (ns > figures->longest_ns) figures->longest_ns = ns;
    }
}

/* Appended since the ledger was opened. */
static uint64_t journal_bytes(quipu_ledger *ledger)
{
    quipu_counters counters;

    want("quipu_get_counters", quipu_get_counters(ledger, &counters));
    return counters.journal_bytes;
}

/* Of this process, all threads. */
static uint64_t cpu_ns(void)
{
    struct rusage use;

    (void)getrusage(RUSAGE_SELF, &use);
    return (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000000 +
           (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000;
}

static quipu_ledger *open_again(struct figures *figures)
{
    uint64_t cpu = cpu_ns(), started = stopwatch_ns();
    quipu_ledger *ledger = open_ledger();
    quipu_counters counters;

    figures->open_ns = stopwatch_ns() - started;
    figures->open_cpu_ns = cpu_ns() - cpu;
    want("quipu_get_counters", quipu_get_counters(ledger, &counters));
    if (counters.transfers != figures->posted) fail(MONEY, "an opening", "transfers are missing");
    return ledger;
}

/* Count the bytes of all files, or remove them. */
static uint64_t sweep(bool removes)
{
    const struct dirent *entry;
    DIR *directory = opendir(path);
    uint64_t bytes = 0;
    struct stat about;

    if (directory == NULL) return 0;
    while ((entry = readdir(directory)) != NULL) {
        if (fstatat(dirfd(directory), entry->d_name, &about, 0) != 0) continue;
        if (!S_ISREG(about.st_mode)) continue;
        bytes += (uint64_t)about.st_size;
        if (removes) (void)unlinkat(dirfd(directory), entry->d_name, 0);
    }
    (void)closedir(directory);
    if (removes) (void)rmdir(path);
    return bytes;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 4000000;
    struct figures figures = {0};
    quipu_ledger *ledger;

    options.checkpoint_bytes = argc > 3 ? strtoull(argv[3], NULL, 10) : UINT64_MAX;
    if (argc < 2 || argc > 4 || count == 0 || strlen(argv[1]) + 6 > sizeof path) {
        (void)fprintf(stderr, "usage: %s FOLDER [TRANSFERS [CHECKPOINT_BYTES]]\n", argv[0]);
        return USAGE;
    }
    (void)snprintf(path, sizeof path, "%s/kept", argv[1]);
    if (access(path, F_OK) == 0) fail(USAGE, "it is there", "remove it, or name another folder");
    ledger = open_ledger();
    make_accounts(ledger);
    figures.journal_bytes = journal_bytes(ledger);
    post(ledger, count, &figures);
    figures.journal_bytes = journal_bytes(ledger) - figures.journal_bytes;
    want("quipu_close", quipu_close(ledger));
    ledger = open_again(&figures);
    figures.disk_bytes = sweep(false);
    want("quipu_close", quipu_close(ledger));
    (void)sweep(true);
    (void)printf(
        "{\"transfers\": %llu, \"checkpoint_bytes\": %llu, \"transfers_per_second\": %.0f, "
        "\"longest_ns\": %llu, \"journal_bytes\": %llu, \"open_ns\": %llu, "
        "\"open_cpu_ns\": %llu, \"disk_bytes\": %llu}\n",
        (unsigned long long)figures.posted, (unsigned long long)options.checkpoint_bytes,
        (double)figures.posted / (double)figures.ns * 1e9, (unsigned long long)figures.longest_ns,
        (unsigned long long)figures.journal_bytes, (unsigned long long)figures.open_ns,
        (unsigned long long)figures.open_cpu_ns, (unsigned long long)figures.disk_bytes);
    return FINE;
}
