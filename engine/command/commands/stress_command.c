/* stress_command.c - `quipu stress`: threads collide on purpose, and the checker judges what they
 * saw. */
#include <stdio.h>

#include "command/commands/all_commands.h"
#include "command/common/stopwatch.h"
#include "command/report/report.h"
#include "command/stress/stress_order.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"
#include "quipu/format.h"

static enum command_exit run(int argc, char **argv);

const struct command command_stress = {
    .name = "stress",
    .summary = "threads collide on few accounts; is every answer one that the protocol allows?",
    .text =
        "Each round has a fresh ledger with a few accounts, some with limits and all with little\n"
        "money. All threads start together, and each writes down what it asked, the answer, and\n"
        "when. Then the history is checked: versions have no gap, every balance is as replayed,\n"
        "every refusal is right, ids are used once, chains are whole, and there is an order of\n"
        "all calls that explains each answer and agrees with real time. `cas` promises less, and\n"
        "is checked for that: such an order per account, and never an overdraft.\n"
        "\n"
        "  transfer   one transfer               snapshot   all accounts at one instant\n"
        "  chain      two to four, all or none   commit     read two accounts, and move between\n"
        "  batch      several units in a call               them if both are as they were read\n"
        "  pending    reserve, post, void        skew       read two, and move on one if the\n"
        "  balancing  as much as there is                   other is as it was read\n"
        "  read       accounts read together     duplicate  under an id that others use too\n"
        "  find       transfers by id            closing    close an account, open it again\n"
        "\n"
        "The same seed draws the same operations; how threads meet differs each time.\n"
        "\n"
        "The first round with an anomaly ends the run. The anomaly is printed on standard error,\n"
        "with the smallest cycle that shows it. The history is saved, and `quipu verify FILE`\n"
        "finds the same.\n"
        "`unsafe` is the race itself, and is convicted in the first second.\n"
        "\n"
        "Exit code: 0 all is as promised, 1 an anomaly was found, 2 usage, 3 system.\n",
    .run = run,
};

static double per_second(uint64_t count, uint64_t ns)
{
    return ns > 0 ? (double)count / stopwatch_seconds(ns) : 0;
}

static void report_facts(const struct stress_order *order, const struct stress_score *score,
                         struct report *report)
{
    static const struct column columns[] = {
        {"protocol", COLUMN_TEXT},
        {"threads", COLUMN_COUNT},
        {"accounts", COLUMN_COUNT},
        {"mix", COLUMN_TEXT},
        {"seed", COLUMN_WORD},
        {"fence", COLUMN_TRUTH},
        {"timeouts", COLUMN_TRUTH},
        {"rounds", COLUMN_COUNT},
        {"operations", COLUMN_COUNT},
        {"operations_per_second", COLUMN_COUNT},
        {"checked_per_second", COLUMN_COUNT},
        {"transfers_created", COLUMN_COUNT},
        {"transfers_refused", COLUMN_COUNT},
        {"conflicts", COLUMN_COUNT},
        {"anomalies", COLUMN_COUNT},
        {"first_anomaly", COLUMN_TEXT},
        {"history", COLUMN_TEXT},
        {"verdict", COLUMN_TEXT},
    };
    bool convicted = score->verdict.anomaly_count > 0;

    report_sheet(report, SHEET_OF_FACTS, "stress", NULL, columns, sizeof columns / sizeof *columns);
    report_text(report, option_protocol_name(order->protocol));
    report_count(report, order->thread_count);
    report_count(report, order->account_count);
    report_text(report, order->mix.text);
    report_count(report, order->seed);
    report_truth(report, order->fence);
    report_truth(report, order->timeouts);
    report_count(report, score->rounds);
    report_count(report, score->operations);
    report_count(report, (uint64_t)per_second(score->operations, score->run_ns));
    report_count(report, (uint64_t)per_second(score->checked_calls, score->check_ns));
    report_count(report, score->tally.created);
    report_count(report, tally_failures(&score->tally));
    report_count(report, score->conflicts);
    report_count(report, score->verdict.anomaly_count);
    if (convicted) {
        report_text(report, anomaly_name(score->verdict.first));
    } else {
        report_blank(report);
    }
    if (score->saved) {
        report_text(report, order->save);
    } else {
        report_blank(report);
    }
    report_text(report, convicted ? "convicted: this is not what the protocol promises"
                                  : "all is as promised");
}

static void report_refusals(const struct stress_score *score, struct report *report)
{
    static const struct column columns[] = {
        {"outcome", COLUMN_TEXT},
        {"transfers", COLUMN_COUNT},
    };
    char name[TALLY_NAME_BYTES];

    report_sheet(report, SHEET_OF_ROWS, "refusals", "refused transfers", columns, 2);
    for (uint32_t i = 0; i < TALLY_OUTCOMES; i++) {
        if (score->tally.other[i] == 0) continue;
        report_text(report, tally_outcome_name(RECORD_TRANSFER, tally_outcome(i), name));
        report_count(report, score->tally.other[i]);
    }
}

static enum command_exit stress(const struct stress_order *order, enum report_format format)
{
    struct report report = {0};
    struct stress_score score;

    if (!stress_run(order, &score)) return COMMAND_SYSTEM;
    report_facts(order, &score, &report);
    report_refusals(&score, &report);
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    return score.verdict.anomaly_count > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

struct stress_options {
    struct arg_str *protocol, *threads, *accounts, *mix, *seconds, *operations, *round, *seed;
    struct arg_lit *fence, *timeouts;
    struct arg_file *save;
    struct arg_str *form;
};

static bool read_options(const struct stress_options *options, struct stress_order *order,
                         enum report_format *format)
{
    static char save[64];

    /* Short, so that a user can type it again. */
    order->seed = (uint32_t)quipu_id();
    if (!option_protocol_or_unsafe(options->protocol, &order->protocol) ||
        !option_count(options->threads, 1, OPTION_THREADS_MAX, &order->thread_count) ||
        !option_count(options->accounts, STRESS_ACCOUNTS_MIN, STRESS_ACCOUNTS_MAX,
                      &order->account_count) ||
        !stress_mix_read(options->mix, order->protocol, &order->mix) ||
        !option_seconds(options->seconds, &order->seconds) ||
        !option_count(options->operations, 1, UINT64_MAX >> 1, &order->operations) ||
        !option_count(options->round, 1, STRESS_ROUND_MAX, &order->round) ||
        !option_count(options->seed, 0, UINT64_MAX >> 1, &order->seed) ||
        !format_read(options->form, format))
        return false;
    if (options->seconds->count > 0 && options->operations->count > 0) {
        complain("--seconds and --operations both say when to end; leave one out");
        return false;
    }
    order->fence = options->fence->count > 0;
    order->timeouts = options->timeouts->count > 0;
    (void)snprintf(save, sizeof save, "quipu-stress-%s.csv", option_protocol_name(order->protocol));
    order->always_save = options->save->count > 0;
    order->save = order->always_save ? options->save->filename[0] : save;
    return true;
}

static enum command_exit run(int argc, char **argv)
{
    const struct stress_options options = {
        .protocol =
            arg_str0(NULL, "protocol", "P", "optimistic, cas, mutex, rcu or unsafe (optimistic)"),
        .threads = arg_str0(NULL, "threads", "N", "how many collide (4)"),
        .accounts = arg_str0(NULL, "accounts", "N", "on how many accounts, 2 to 1024 (8)"),
        .mix = arg_str0(NULL, "mix", "NAMES", "operations, joined by commas (all)"),
        .seconds = arg_str0(NULL, "seconds", "S", "for how long, with the checks (10)"),
        .operations = arg_str0(NULL, "operations", "N", "or how many operations"),
        .round = arg_str0(NULL, "round", "N", "operations a round (4000)"),
        .seed = arg_str0(NULL, "seed", "X", "draw the same again (a new one each time)"),
        .fence = arg_lit0(NULL, "fence", "a full fence at both ends of each call"),
        .timeouts = arg_lit0(NULL, "timeouts", "holds expire, by a fast clock"),
        .save = arg_file0(NULL, "save", "FILE",
                          "save the last round there (quipu-stress-PROTOCOL.csv, if convicted)"),
        .form = format_option(),
    };
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {options.protocol,
                     options.threads,
                     options.accounts,
                     options.mix,
                     options.seconds,
                     options.operations,
                     options.round,
                     options.seed,
                     options.fence,
                     options.timeouts,
                     options.save,
                     options.form,
                     help,
                     end};
    enum option_next next;
    struct stress_order order = {
        .thread_count = 4, .account_count = 8, .seconds = 10, .round = 4000};
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    next = option_parse(&command_stress, table, help, end, argc, argv);
    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (read_options(&options, &order, &format)) {
        exit = stress(&order, format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
