/* import_command.c - `quipu import`: loads a pair of files, and draws the trial balance. */
#include "command/commands/all_commands.h"
#include "command/common/stopwatch.h"
#include "command/load/outcome_tally.h"
#include "command/load/pair_options.h"
#include "command/look/all_accounts.h"
#include "command/look/trial_balance.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_import = {
    .name = "import",
    .summary = "put accounts and transfers into a ledger and draw the trial balance",
    .text = PAIR_OPTIONS_TEXT
    "\n"
    "It prints the trial balance by ledger and code, the transfers per second (the time in\n"
    "the ledger, without reading the files), and the failures by outcome.\n"
    "\n"
    "JSON is an object with a member for each of these. CSV is one table with the columns of\n"
    "all of them; the first column names the part that a row belongs to.\n"
    "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static void report_run(const struct load_order *order, const struct load *load,
                       struct report *report)
{
    static const struct column columns[] = {
        {"protocol", COLUMN_TEXT},          {"threads", COLUMN_COUNT},
        {"account_rows", COLUMN_COUNT},     {"accounts_created", COLUMN_COUNT},
        {"transfer_rows", COLUMN_COUNT},    {"transfers_created", COLUMN_COUNT},
        {"transfers_failed", COLUMN_COUNT}, {"bad_rows", COLUMN_COUNT},
        {"skipped_rows", COLUMN_COUNT},     {"seconds", COLUMN_REAL},
        {"seconds_in_ledger", COLUMN_REAL}, {"transfers_per_second", COLUMN_COUNT},
    };
    uint64_t failed = tally_failures(&load->transfers.tally);
    uint64_t judged = load->transfers.tally.created + failed;
    double seconds = stopwatch_seconds(load->transfers_ns);

    report_sheet(report, SHEET_OF_FACTS, "run", "Import", columns,
                 sizeof columns / sizeof *columns);
    report_text(report, option_protocol_name(order->protocol));
    report_count(report, order->thread_count);
    report_count(report, load->accounts.row_count);
    report_count(report, load->accounts.tally.created);
    report_count(report, load->transfers.row_count);
    report_count(report, load->transfers.tally.created);
    report_count(report, failed);
    report_count(report, load->accounts.bad_count + load->transfers.bad_count);
    report_count(report, load->accounts.skipped_count + load->transfers.skipped_count);
    report_real(report, stopwatch_seconds(load->total_ns), 3);
    report_real(report, seconds, 3);
    report_count(report, seconds > 0 ? (uint64_t)((double)judged / seconds) : 0);
}

static void report_failure(struct report *report, enum record_kind kind, uint32_t outcome,
                           uint64_t count)
{
    char name[TALLY_NAME_BYTES];

    if (count == 0) return;
    report_text(report, kind == RECORD_ACCOUNT ? "account" : "transfer");
    report_text(report, tally_outcome_name(kind, outcome, name));
    report_count(report, count);
    report_text(report, kind == RECORD_ACCOUNT ? quipu_create_account_text(outcome)
                                               : quipu_create_transfer_text(outcome));
}

static void report_failures(const struct load *load, struct report *report)
{
    static const struct column columns[] = {
        {"event", COLUMN_TEXT},
        {"outcome", COLUMN_TEXT},
        {"count", COLUMN_COUNT},
        {"meaning", COLUMN_TEXT},
    };

    report_sheet(report, SHEET_OF_ROWS, "failures", "Failures by outcome", columns,
                 sizeof columns / sizeof *columns);
    for (int kind = RECORD_ACCOUNT; kind <= RECORD_TRANSFER; kind++) {
        const struct tally *tally =
            kind == RECORD_ACCOUNT ? &load->accounts.tally : &load->transfers.tally;

        for (uint32_t i = 0; i < TALLY_OUTCOMES; i++)
            report_failure(report, (enum record_kind)kind, tally_outcome(i), tally->other[i]);
        report_failure(report, (enum record_kind)kind, UINT32_MAX - 1, tally->unknown);
    }
}

static enum command_exit show(const struct load_order *order, const struct load *load,
                              enum report_format format)
{
    struct report report = {0};
    struct trial trial;
    bool balances;

    if (!trial_take(load->ledger, &trial)) return COMMAND_SYSTEM;
    balances = trial_balances(&trial);
    trial_report(&trial, &report);
    report_run(order, load, &report);
    report_failures(load, &report);
    trial_free(&trial);
    if (load_owns_output(order)) {
        report_free(&report);
    } else if (!report_end(&report, format)) {
        return COMMAND_SYSTEM;
    }
    if (!balances)
        complain("the books do not balance: debits and credits differ in a ledger above");
    return balances ? COMMAND_FINE : COMMAND_REFUSED;
}

static enum command_exit import(const struct load_order *order, enum report_format format)
{
    struct load load;
    enum command_exit exit = load_run(order, &load);

    if (load.ledger != NULL) {
        enum command_exit shown = show(order, &load, format);

        if (shown != COMMAND_FINE) exit = shown;
    }
    load_free(&load);
    return exit;
}

static enum command_exit run(int argc, char **argv)
{
    struct pair_options pair = pair_options_new();
    void *table[] = {PAIR_OPTIONS_TABLE(pair)};
    enum option_next next = option_parse(&command_import, table, pair.help, pair.end, argc, argv);
    struct load_order order;
    enum report_format format;
    enum command_exit exit;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else {
        exit = pair_options_read(&pair, &order, &format) ? import(&order, format) : COMMAND_USAGE;
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
