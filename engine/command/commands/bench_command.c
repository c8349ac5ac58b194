/* bench_command.c - `quipu bench`: measures every combination of protocol, threads, distribution
 * and batch, or some. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <unistd.h>

#include "command/commands/all_commands.h"
#include "command/measure/commit_retry.h"
#include "command/measure/drive.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"
#include "command/terminal/interrupt.h"
#include "command/terminal/options.h"
#include "command/terminal/progress.h"

static enum command_exit run(int argc, char **argv);

const struct command command_bench = {
    .name = "bench",
    .summary = "transfers per second by protocol, threads, distribution and batch",
    .text =
        "Without options: the four protocols; 1 thread, 2, and as many as there are processors;\n"
        "uniform, zipf (exponent 0.99) and hot (one account is in every transfer); calls of 1\n"
        "event and of 8190; about 20 seconds in all. Options that take a list, joined by commas,\n"
        "are measured in all their combinations.\n"
        "\n"
        "Kinds of transfers:\n"
        "  limited    plain, between accounts that must not be overdrawn, and never are\n"
        "  plain      the same without limits\n"
        "  pending    a pending transfer, then its post\n"
        "  pair       linked in twos\n"
        "  chain      linked in fours\n"
        "  duplicate  one in ten repeats the one before it\n"
        "  refused    every second asks for more than there is\n"
        "  commit     each call reads its accounts and commits if none has changed since, or\n"
        "             tries again; at most 4095 transfers a call. cas refuses this kind, so it is\n"
        "             left out unless it is named. `conflicts` counts the tries that failed.\n"
        "\n"
        "All transfers are kept under their ids, in memory. Events are made before each call,\n"
        "and only calls are timed. With several threads the rates are added up, and ns per\n"
        "transfer is one second divided by that sum. After each run every outcome must be as\n"
        "expected and the books must balance; if not, the exit code is 1.\n"
        "\n"
        "--latency times each call, which costs a reading of the clock a call: p50 and the like\n"
        "are percentiles of the time of a call. Bytes are what the process grew by; they are\n"
        "blank with --prefault.\n"
        "\n"
        "--ledger DIR measures ledgers that are kept: each run makes one in a fresh directory in\n"
        "DIR, and removes it afterwards (not if it is killed). --durability buffered lets calls\n"
        "return before they are on disk. QUIPU_LEDGER means nothing here.\n"
        "\n"
        "Exit code: 0 fine, 1 money does not add up, 2 usage, 3 system.\n",
    .run = run,
};

#define ACCOUNTS_DEFAULT 100000
#define ACCOUNTS_MAX 100000000
#define TRANSFERS_DEFAULT (1u << 24) /* some 3 GB */
#define TRANSFERS_MAX ((uint64_t)1 << 35)
#define READERS_MAX 64
#define SECONDS_IN_ALL 20.0
#define SECONDS_MAX 1.0

enum axis {
    AXIS_DISTRIBUTION,
    AXIS_ACCOUNTS,
    AXIS_KIND,
    AXIS_PROTOCOL,
    AXIS_THREADS,
    AXIS_BATCH,
    AXIS_READERS,
    AXIS_COUNT
};

/* The axes are measured in all combinations, the last axis changes fastest. The other fields are
 * the same for all runs. */
struct sweep {
    struct option_counts axes[AXIS_COUNT];
    const char *folder; /* NULL: in memory */
    quipu_durability durability;
    uint64_t transfers_max, reading;
    double seconds; /* a run */
    bool prefault, latency;
};

static uint64_t run_count(const struct sweep *sweep)
{
    uint64_t count = 1;

    for (int axis = 0; axis < AXIS_COUNT; axis++)
        count *= sweep->axes[axis].count;
    return count;
}

/* The value of each axis for a run. */
static void place_of(const struct sweep *sweep, uint64_t run_number, uint64_t at[AXIS_COUNT])
{
    for (int axis = AXIS_COUNT - 1; axis >= 0; axis--) {
        const struct option_counts *values = &sweep->axes[axis];

        at[axis] = values->values[run_number % values->count];
        run_number /= values->count;
    }
}

static uint64_t processor_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 ? (uint64_t)count : 1;
}

static void sweep_all(struct sweep *sweep)
{
    uint64_t processors = processor_count();
    bool more = processors > 2 && processors <= OPTION_THREADS_MAX;

    *sweep = (struct sweep){
        .axes = {[AXIS_DISTRIBUTION] = {{DISTRIBUTION_UNIFORM, DISTRIBUTION_ZIPF, DISTRIBUTION_HOT},
                                        DISTRIBUTION_COUNT},
                 [AXIS_ACCOUNTS] = {{ACCOUNTS_DEFAULT}, 1},
                 [AXIS_KIND] = {{KIND_LIMITED}, 1},
                 [AXIS_PROTOCOL] = {{QUIPU_OPTIMISTIC, QUIPU_CAS, QUIPU_MUTEX, QUIPU_RCU},
                                    OPTION_PROTOCOL_COUNT},
                 [AXIS_THREADS] = {{1, 2, processors}, more ? 3 : 2},
                 [AXIS_BATCH] = {{1, QUIPU_BATCH_MAX}, 2},
                 [AXIS_READERS] = {{0}, 1}},
        .transfers_max = TRANSFERS_DEFAULT,
    };
}

static void report_ns(struct report *report, const struct drive_order *order, uint64_t ns)
{
    if (order->latency)
        report_count(report, ns);
    else
        report_blank(report);
}

static void report_bytes(struct report *report, double bytes)
{
    if (bytes > 0)
        report_real(report, bytes, 1);
    else
        report_blank(report);
}

static const char *durability_name(const struct drive_order *order)
{
    if (order->folder == NULL) return "in_memory";
    return order->durability == QUIPU_BUFFERED ? "buffered" : "synced";
}

static void report_row(const struct drive_order *order, const struct drive_score *score,
                       struct report *report)
{
    report_text(report, option_protocol_name(order->protocol));
    report_count(report, order->thread_count);
    report_count(report, order->workload->account_count);
    report_text(report, distribution_names[order->workload->distribution]);
    report_text(report, kind_names[order->kind]);
    report_count(report, order->batch);
    report_count(report, order->reader_count);
    report_count(report, score->transfers);
    report_real(report, score->seconds, 3);
    report_count(report, (uint64_t)score->per_second);
    report_real(report, score->per_second > 0 ? 1e9 / score->per_second : 0, 1);
    if (order->reader_count > 0)
        report_count(report, (uint64_t)score->reads_per_second);
    else
        report_blank(report);
    if (order->kind == KIND_COMMIT)
        report_count(report, score->conflicts);
    else
        report_blank(report);
    report_ns(report, order, score->p50_ns);
    report_ns(report, order, score->p99_ns);
    report_ns(report, order, score->p999_ns);
    report_ns(report, order, score->longest_ns);
    report_bytes(report, score->bytes_per_account);
    report_bytes(report, score->bytes_per_transfer);
    report_text(report, durability_name(order));
}

static enum command_exit measure(const struct sweep *sweep, const uint64_t at[AXIS_COUNT],
                                 struct workload *workload, struct report *report)
{
    uint64_t batch_max = at[AXIS_KIND] == KIND_COMMIT ? RETRY_TRANSFERS_MAX : QUIPU_BATCH_MAX;
    const struct drive_order order = {
        .protocol = (quipu_protocol)at[AXIS_PROTOCOL],
        .folder = sweep->folder,
        .durability = sweep->durability,
        .thread_count = at[AXIS_THREADS],
        .batch = at[AXIS_BATCH] < batch_max ? at[AXIS_BATCH] : batch_max,
        .transfers_max = sweep->transfers_max,
        .seconds = sweep->seconds,
        .prefault = sweep->prefault,
        .latency = sweep->latency,
        .kind = (enum kind)at[AXIS_KIND],
        .reader_count = at[AXIS_READERS],
        .reading = (enum reading)sweep->reading,
        .workload = workload,
    };
    struct drive_score score;
    enum command_exit exit;

    /* Zipf's sums take a while: they are kept from run to run. */
    if (workload->account_count != at[AXIS_ACCOUNTS] ||
        workload->distribution != (enum distribution)at[AXIS_DISTRIBUTION])
        workload_make(workload, (enum distribution)at[AXIS_DISTRIBUTION], at[AXIS_ACCOUNTS]);
    exit = drive_run(&order, &score);
    if (exit == COMMAND_FINE) report_row(&order, &score, report);
    return exit;
}

static enum command_exit measure_all(const struct sweep *sweep, struct report *report)
{
    struct progress progress;
    struct workload workload = {.account_count = 0};
    enum command_exit exit = COMMAND_FINE;

    progress_begin(&progress, "measuring", run_count(sweep));
    for (uint64_t i = 0; i < run_count(sweep) && exit != COMMAND_SYSTEM; i++) {
        uint64_t at[AXIS_COUNT];
        enum command_exit now;

        if (interrupt_came(0)) {
            complain("interrupted: this is what was measured until then");
            break;
        }
        progress_tick(&progress, i);
        place_of(sweep, i, at);
        now = measure(sweep, at, &workload, report);
        if (now != COMMAND_FINE) exit = now;
    }
    progress_end(&progress);
    return exit;
}

static enum command_exit bench(const struct sweep *sweep, enum report_format format)
{
    static const struct column columns[] = {
        {"protocol", COLUMN_TEXT},
        {"threads", COLUMN_COUNT},
        {"accounts", COLUMN_COUNT},
        {"distribution", COLUMN_TEXT},
        {"kind", COLUMN_TEXT},
        {"batch", COLUMN_COUNT},
        {"readers", COLUMN_COUNT},
        {"transfers", COLUMN_COUNT},
        {"seconds", COLUMN_REAL},
        {"transfers_per_second", COLUMN_COUNT},
        {"ns_per_transfer", COLUMN_REAL},
        {"reads_per_second", COLUMN_COUNT},
        {"conflicts", COLUMN_COUNT},
        {"p50_ns", COLUMN_COUNT},
        {"p99_ns", COLUMN_COUNT},
        {"p999_ns", COLUMN_COUNT},
        {"max_ns", COLUMN_COUNT},
        {"bytes_per_account", COLUMN_REAL},
        {"bytes_per_transfer", COLUMN_REAL},
        {"durability", COLUMN_TEXT},
    };
    struct report report = {0};
    char title[128];
    enum command_exit exit;

    (void)snprintf(title, sizeof title, "quipu %s, %llu processors, %s", quipu_version(),
                   (unsigned long long)processor_count(),
                   sweep->folder != NULL ? "kept on disk" : "in memory");
    report_sheet(&report, SHEET_OF_ROWS, "bench", title, columns, sizeof columns / sizeof *columns);
    interrupt_begin();
    exit = measure_all(sweep, &report);
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    return exit;
}

struct bench_options {
    struct arg_str *protocol, *threads, *accounts, *distribution, *kind, *batch, *readers, *reading,
        *seconds, *transfers, *durability, *form;
    struct arg_file *ledger;
    struct arg_lit *prefault, *latency;
};

static bool has(const struct option_counts *values, uint64_t value)
{
    for (size_t i = 0; i < values->count; i++)
        if (values->values[i] == value) return true;
    return false;
}

static struct option_counts without(const struct option_counts *values, uint64_t value)
{
    struct option_counts rest = {.count = 0};

    for (size_t i = 0; i < values->count; i++)
        if (values->values[i] != value) rest.values[rest.count++] = values->values[i];
    return rest;
}

/* Where the ledgers are made, and when their calls return. */
static bool read_durability(const struct bench_options *options, struct sweep *sweep)
{
    static const char *const names[] = {"synced", "buffered"};
    size_t chosen = 0;

    if (!option_name(options->durability, names, 2, &chosen)) return false;
    if (options->ledger->count == 0) {
        if (options->durability->count == 0) return true;
        complain("--durability is for kept ledgers: say where by --ledger DIR");
        return false;
    }
    sweep->folder = options->ledger->filename[0];
    sweep->durability = chosen == 0 ? QUIPU_SYNCED : QUIPU_BUFFERED;
    return true;
}

static bool read_options(const struct bench_options *options, struct sweep *sweep,
                         enum report_format *format)
{
    struct option_counts *axes = sweep->axes, reading = {{READING_LOOKUPS}, 1};

    sweep_all(sweep);
    if (!option_names(options->protocol, option_protocol_names, OPTION_PROTOCOL_COUNT,
                      &axes[AXIS_PROTOCOL]) ||
        !option_counts(options->threads, 1, OPTION_THREADS_MAX, &axes[AXIS_THREADS]) ||
        !option_counts(options->accounts, 2, ACCOUNTS_MAX, &axes[AXIS_ACCOUNTS]) ||
        !option_names(options->distribution, distribution_names, DISTRIBUTION_COUNT,
                      &axes[AXIS_DISTRIBUTION]) ||
        !option_names(options->kind, kind_names, KIND_COUNT, &axes[AXIS_KIND]) ||
        !option_counts(options->batch, 1, QUIPU_BATCH_MAX, &axes[AXIS_BATCH]) ||
        !option_counts(options->readers, 0, READERS_MAX, &axes[AXIS_READERS]) ||
        !option_names(options->reading, reading_names, READING_COUNT, &reading) ||
        !option_count(options->transfers, 1, TRANSFERS_MAX, &sweep->transfers_max) ||
        !read_durability(options, sweep) || !format_read(options->form, format))
        return false;
    if (options->protocol->count == 0 && has(&axes[AXIS_KIND], KIND_COMMIT))
        axes[AXIS_PROTOCOL] = without(&axes[AXIS_PROTOCOL], QUIPU_CAS);
    sweep->reading = reading.values[0];
    sweep->prefault = options->prefault->count > 0;
    sweep->latency = options->latency->count > 0;
    sweep->seconds = SECONDS_IN_ALL / (double)run_count(sweep);
    if (sweep->seconds > SECONDS_MAX) sweep->seconds = SECONDS_MAX;
    if (options->transfers->count > 0) sweep->seconds = 86400; /* the count ends it */
    return option_seconds(options->seconds, &sweep->seconds);
}

static enum command_exit run(int argc, char **argv)
{
    const struct bench_options options = {
        .protocol = arg_str0(NULL, "protocol", "LIST", OPTION_PROTOCOLS " (all)"),
        .threads = arg_str0(NULL, "threads", "LIST", "threads (1, 2 and all processors)"),
        .accounts = arg_str0(NULL, "accounts", "LIST", "accounts (100000)"),
        .distribution = arg_str0(NULL, "distribution", "LIST", "uniform, zipf or hot (all)"),
        .kind = arg_str0(NULL, "kind", "LIST", "see below (limited)"),
        .batch = arg_str0(NULL, "batch", "LIST", "events a call, 1 to 8190 (1 and 8190)"),
        .readers = arg_str0(NULL, "readers", "LIST", "threads that read meanwhile (0)"),
        .reading = arg_str0(NULL, "reading", "WHAT",
                            "lookups, of two accounts, groups of 1024, or snapshots"),
        .seconds = arg_str0(NULL, "seconds", "S", "time in calls, a run (20 in all, 1 at most)"),
        .transfers = arg_str0(NULL, "transfers", "N", "at most so many a run (2^24, some 3 GB)"),
        .ledger = arg_file0(NULL, "ledger", "DIR", "make ledgers in DIR that are kept on disk"),
        .durability = arg_str0(NULL, "durability", "D", "synced or buffered (synced)"),
        .form = format_option(),
        .prefault = arg_lit0(NULL, "prefault", "take memory for --transfers before, not in calls"),
        .latency = arg_lit0(NULL, "latency", "time each call"),
    };
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {options.protocol,
                     options.threads,
                     options.accounts,
                     options.distribution,
                     options.kind,
                     options.batch,
                     options.readers,
                     options.reading,
                     options.seconds,
                     options.transfers,
                     options.ledger,
                     options.durability,
                     options.form,
                     options.prefault,
                     options.latency,
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
