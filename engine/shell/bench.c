/* bench.c - `quipu bench`: every choice of protocol, threads, distribution and batch, or some. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "complain.h"
#include "drive.h"
#include "option.h"
#include "progress.h"
#include "workload.h"

static enum command_exit run(int argc, char **argv);

const struct command command_bench = {
    .name = "bench",
    .summary = "transfers per second by protocol, threads, distribution and batch",
    .text =
        "Without options: the four protocols; 1 thread, 2, and as many as there are processors;\n"
        "uniform, zipf (exponent 0.99) and hot (one account is in every transfer); calls of 1\n"
        "event and of 8190; about 20 seconds in all. Each option leaves one choice.\n"
        "\n"
        "All ids are new, all transfers succeed, and all are kept under their ids, in memory.\n"
        "Events are made up before each call, and only calls are timed. With several threads\n"
        "the rates are added up, and ns per transfer is one second by that sum. After each run\n"
        "the books must balance, or the exit code is 1.\n"
        "\n"
        "Exit code: 0 fine, 1 money does not add up, 2 usage, 3 system.\n",
    .run = run,
};

#define ACCOUNTS_DEFAULT 100000
#define ACCOUNTS_MAX 100000000
#define TRANSFERS_DEFAULT (1u << 24) /* some 3 GB */
#define TRANSFERS_MAX ((uint64_t)1 << 35)
#define SECONDS_IN_ALL 20.0
#define SECONDS_MAX 1.0

/* The choices: the first so many of each. */
struct sweep {
    quipu_protocol protocols[OPTION_PROTOCOL_COUNT];
    size_t protocol_count;
    uint64_t threads[3];
    size_t thread_choices;
    enum distribution distributions[DISTRIBUTION_COUNT];
    size_t distribution_count;
    uint64_t batches[2];
    size_t batch_count;
    uint64_t accounts, transfers_max;
    double seconds; /* a run */
    bool prefault;
};

static size_t run_count(const struct sweep *sweep)
{
    return sweep->protocol_count * sweep->thread_choices * sweep->distribution_count *
           sweep->batch_count;
}

static uint64_t processor_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 ? (uint64_t)count : 1;
}

static void sweep_all(struct sweep *sweep)
{
    uint64_t processors = processor_count();

    *sweep = (struct sweep){
        .protocols = {QUIPU_OPTIMISTIC, QUIPU_CAS, QUIPU_MUTEX, QUIPU_RCU},
        .protocol_count = OPTION_PROTOCOL_COUNT,
        .threads = {1, 2, processors},
        .thread_choices = processors > 2 && processors <= OPTION_THREADS_MAX ? 3 : 2,
        .distributions = {DISTRIBUTION_UNIFORM, DISTRIBUTION_ZIPF, DISTRIBUTION_HOT},
        .distribution_count = DISTRIBUTION_COUNT,
        .batches = {1, QUIPU_BATCH_MAX},
        .batch_count = 2,
        .accounts = ACCOUNTS_DEFAULT,
        .transfers_max = TRANSFERS_DEFAULT,
    };
}

static void report_row(const struct drive_order *order, const struct drive_score *score,
                       struct report *report)
{
    report_text(report, option_protocol_name(order->protocol));
    report_count(report, order->thread_count);
    report_count(report, order->workload->account_count);
    report_text(report, distribution_name(order->workload->distribution));
    report_count(report, order->batch);
    report_count(report, score->transfers);
    report_real(report, score->seconds, 3);
    report_count(report, (uint64_t)score->per_second);
    report_real(report, score->per_second > 0 ? 1e9 / score->per_second : 0, 1);
}

/* All threads and batches of one protocol and distribution. */
static enum command_exit measure_some(const struct sweep *sweep, struct drive_order *order,
                                      struct progress *progress, uint64_t *done,
                                      struct report *report)
{
    enum command_exit exit = COMMAND_FINE;

    for (size_t t = 0; t < sweep->thread_choices; t++) {
        for (size_t b = 0; b < sweep->batch_count && exit != COMMAND_SYSTEM; b++) {
            struct drive_score score;
            enum command_exit now;

            order->thread_count = sweep->threads[t];
            order->batch = sweep->batches[b];
            progress_tick(progress, (*done)++);
            now = drive_run(order, &score);
            if (now == COMMAND_FINE) report_row(order, &score, report);
            if (now != COMMAND_FINE) exit = now;
        }
    }
    return exit;
}

static enum command_exit measure_all(const struct sweep *sweep, struct report *report)
{
    struct progress progress;
    uint64_t done = 0;
    enum command_exit exit = COMMAND_FINE;

    progress_begin(&progress, "measuring", run_count(sweep));
    for (size_t d = 0; d < sweep->distribution_count; d++) {
        struct workload workload;

        workload_make(&workload, sweep->distributions[d], sweep->accounts);
        for (size_t p = 0; p < sweep->protocol_count && exit != COMMAND_SYSTEM; p++) {
            struct drive_order order = {
                .protocol = sweep->protocols[p],
                .transfers_max = sweep->transfers_max,
                .seconds = sweep->seconds,
                .prefault = sweep->prefault,
                .workload = &workload,
            };
            enum command_exit now = measure_some(sweep, &order, &progress, &done, report);

            if (now != COMMAND_FINE) exit = now;
        }
    }
    progress_end(&progress);
    return exit;
}

static enum command_exit bench(const struct sweep *sweep, enum report_format format)
{
    static const struct column columns[] = {
        {"protocol", COLUMN_TEXT},        {"threads", COLUMN_COUNT},
        {"accounts", COLUMN_COUNT},       {"distribution", COLUMN_TEXT},
        {"batch", COLUMN_COUNT},          {"transfers", COLUMN_COUNT},
        {"seconds", COLUMN_REAL},         {"transfers_per_second", COLUMN_COUNT},
        {"ns_per_transfer", COLUMN_REAL},
    };
    struct report report = {0};
    char title[128];
    enum command_exit exit;

    (void)snprintf(title, sizeof title, "quipu %d.%d.%d, %llu processors, in memory",
                   QUIPU_VERSION_MAJOR, QUIPU_VERSION_MINOR, QUIPU_VERSION_PATCH,
                   (unsigned long long)processor_count());
    report_sheet(&report, SHEET_OF_ROWS, "bench", title, columns, sizeof columns / sizeof *columns);
    exit = measure_all(sweep, &report);
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    return exit;
}

static bool read_distribution(const struct arg_str *option, struct sweep *sweep)
{
    if (option->count == 0) return true;
    for (int i = 0; i < DISTRIBUTION_COUNT; i++) {
        if (strcmp(option->sval[0], distribution_name((enum distribution)i)) != 0) continue;
        sweep->distributions[0] = (enum distribution)i;
        sweep->distribution_count = 1;
        return true;
    }
    complain("--distribution=%s: it takes uniform, zipf or hot", option->sval[0]);
    return false;
}

struct bench_options {
    struct arg_str *protocol, *threads, *accounts, *distribution, *batch, *seconds, *transfers,
        *form;
    struct arg_lit *prefault;
};

static bool read_options(const struct bench_options *options, struct sweep *sweep,
                         enum report_format *format)
{
    sweep_all(sweep);
    if (!option_protocol(options->protocol, &sweep->protocols[0]) ||
        !option_count(options->threads, 1, OPTION_THREADS_MAX, &sweep->threads[0]) ||
        !option_count(options->accounts, 2, ACCOUNTS_MAX, &sweep->accounts) ||
        !read_distribution(options->distribution, sweep) ||
        !option_count(options->batch, 1, QUIPU_BATCH_MAX, &sweep->batches[0]) ||
        !option_count(options->transfers, 1, TRANSFERS_MAX, &sweep->transfers_max) ||
        !option_format(options->form, format))
        return false;
    sweep->prefault = options->prefault->count > 0;
    if (options->protocol->count > 0) sweep->protocol_count = 1;
    if (options->threads->count > 0) sweep->thread_choices = 1;
    if (options->batch->count > 0) sweep->batch_count = 1;

    sweep->seconds = SECONDS_IN_ALL / (double)run_count(sweep);
    if (sweep->seconds > SECONDS_MAX) sweep->seconds = SECONDS_MAX;
    if (options->transfers->count > 0) sweep->seconds = 86400; /* the count ends it */
    return option_seconds(options->seconds, &sweep->seconds);
}

static enum command_exit run(int argc, char **argv)
{
    const struct bench_options options = {
        .protocol = arg_str0(NULL, "protocol", "P", OPTION_PROTOCOLS " (all)"),
        .threads = arg_str0(NULL, "threads", "N", "threads (1, 2 and all processors)"),
        .accounts = arg_str0(NULL, "accounts", "N", "accounts (100000)"),
        .distribution = arg_str0(NULL, "distribution", "D", "uniform, zipf or hot (all)"),
        .batch = arg_str0(NULL, "batch", "N", "events a call, 1 to 8190 (1 and 8190)"),
        .seconds = arg_str0(NULL, "seconds", "S", "in calls, a run (20 in all, 1 at most)"),
        .transfers = arg_str0(NULL, "transfers", "N", "the most a run (2^24, some 3 GB)"),
        .form = arg_str0(NULL, "format", "F", "table, csv or json (table)"),
        .prefault = arg_lit0(NULL, "prefault", "take memory for --transfers before, not in calls"),
    };
    struct arg_lit *help = arg_lit0("h", "help", "show this");
    struct arg_end *end = arg_end(8);
    void *table[] = {options.protocol,
                     options.threads,
                     options.accounts,
                     options.distribution,
                     options.batch,
                     options.seconds,
                     options.transfers,
                     options.form,
                     options.prefault,
                     help,
                     end};
    enum option_next next = option_parse(&command_bench, table, help, end, argc, argv);
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;
    struct sweep sweep;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (read_options(&options, &sweep, &format)) {
        exit = bench(&sweep, format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
