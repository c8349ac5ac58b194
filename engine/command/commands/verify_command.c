/* verify_command.c - `quipu verify`: does a history keep the ledger's promise? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/checker.h"
#include "checker/history_file.h"
#include "command/commands/all_commands.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"
#include "command/terminal/output.h"
#include "command/terminal/pulse.h"

static enum command_exit run(int argc, char **argv);

const struct command command_verify = {
    .name = "verify",
    .summary = "check a recorded history: could these answers come from one ledger, in some order?",
    .text =
        "A history says what threads asked of a ledger, when, and what it answered. `-` is\n"
        "standard input. Histories are CSV: see docs/history-format.md.\n"
        "\n"
        "A history is checked for what its header promises: `serializable` (optimistic, mutex,\n"
        "rcu) for an order of all units, the same for all accounts, that agrees with real time;\n"
        "`per-account` (cas) for one per account. Also: every version given once, every value as\n"
        "replayed, every refusal right, limits kept, money conserved, ids counted once, chains\n"
        "whole. An anomaly has the name that databases give it, and the operations that show it.\n"
        "\n"
        "Exit code: 0 as promised, 1 an anomaly, 2 usage or not a history, 3 system.\n",
    .run = run,
};

static const struct column summary_columns[] = {
    {"promise", COLUMN_TEXT}, {"threads", COLUMN_COUNT}, {"calls", COLUMN_COUNT},
    {"units", COLUMN_COUNT},  {"edges", COLUMN_COUNT},   {"anomalies", COLUMN_COUNT},
    {"verdict", COLUMN_TEXT},
};

static const struct column anomaly_columns[] = {
    {"anomaly", COLUMN_TEXT},
    {"description", COLUMN_TEXT},
};

static void report_summary(const struct history *history, const struct verdict *verdict,
                           struct report *report)
{
    report_sheet(report, SHEET_OF_FACTS, "verify", NULL, summary_columns,
                 sizeof summary_columns / sizeof *summary_columns);
    report_text(report, history->promise == HISTORY_PER_ACCOUNT ? "per-account" : "serializable");
    report_count(report, history->tape_count);
    report_count(report, verdict->calls);
    report_count(report, verdict->units);
    report_count(report, verdict->edges);
    report_count(report, verdict->anomaly_count);
    report_text(report, verdict->anomaly_count == 0 ? "as promised" : anomaly_name(verdict->first));
}

static bool report_anomaly(const struct checker *checker, uint64_t number, struct report *report)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    enum anomaly anomaly;

    if (stream == NULL) return false;
    anomaly = checker_describe(checker, number, stream);
    if (fclose(stream) != 0) { /* not reached by tests: the C library takes this memory */
        free(text);
        return false;
    }
    report_text(report, anomaly_name(anomaly));
    report_text(report, text);
    free(text);
    return true;
}

/* For programs, as a sheet; people read the anomalies below the table. */
static bool report_anomalies(const struct checker *checker, struct report *report)
{
    report_sheet(report, SHEET_OF_ROWS, "anomalies", NULL, anomaly_columns,
                 sizeof anomaly_columns / sizeof *anomaly_columns);
    for (uint64_t i = 0; i < checker_kept(checker); i++) {
        if (!report_anomaly(checker, i, report)) return false;
    }
    return true;
}

static enum command_exit judge(struct checker *checker, const struct history *history,
                               enum report_format format)
{
    struct report report = {0};
    struct verdict verdict;
    struct pulse pulse;
    bool done;

    pulse_begin(&pulse, "checking");
    done = checker_run(checker, history, &verdict);
    pulse_end(&pulse);
    if (!done) {
        complain("out of memory for the history");
        return COMMAND_SYSTEM;
    }
    report_summary(history, &verdict, &report);
    /* Not reached by tests: see report_anomaly(). */
    if (format != REPORT_TABLE && !report_anomalies(checker, &report)) {
        complain("out of memory for the report");
        report_free(&report);
        return COMMAND_SYSTEM;
    }
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    if (format == REPORT_TABLE && verdict.anomaly_count > 0) {
        (void)printf("\n");
        checker_print(checker, history, stdout);
        if (!output_flush()) return COMMAND_SYSTEM;
    }
    return verdict.anomaly_count == 0 ? COMMAND_FINE : COMMAND_REFUSED;
}

static enum command_exit read_and_judge(FILE *from, const char *name, enum report_format format)
{
    enum command_exit exit = COMMAND_SYSTEM;
    struct checker *checker;
    struct history_fault fault;
    struct history history;
    struct pulse pulse;
    bool done;

    pulse_begin(&pulse, "reading");
    done = history_read(&history, from, &fault);
    pulse_end(&pulse);
    if (!done) {
        if (fault.line == 0) {
            complain("%s: %s", name, fault.reason);
            return COMMAND_SYSTEM;
        }
        complain_at(name, fault.line, 0, "%s", fault.reason);
        return COMMAND_USAGE;
    }
    checker = checker_new();
    if (checker == NULL) {
        complain("out of memory for the checker");
    } else {
        exit = judge(checker, &history, format);
    }
    checker_free(checker);
    history_close(&history);
    return exit;
}

static enum command_exit verify(const char *path, enum report_format format)
{
    enum command_exit exit;
    FILE *from;

    if (strcmp(path, "-") == 0) return read_and_judge(stdin, "standard input", format);
    from = fopen(path, "r");
    if (from == NULL) {
        complain("%s: %s", path, strerror(errno));
        return COMMAND_SYSTEM;
    }
    exit = read_and_judge(from, path, format);
    (void)fclose(from);
    return exit;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_file *file = arg_file1(NULL, NULL, "FILE", "the history; - is standard input");
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {file, form, help, end};
    enum option_next next = option_parse(&command_verify, table, help, end, argc, argv);
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (format_read(form, &format)) {
        exit = verify(file->filename[0], format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
