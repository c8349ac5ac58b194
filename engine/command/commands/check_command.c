/* check_command.c - `quipu check`: is all that a kept ledger has as it should be? */
#include "command/commands/all_commands.h"
#include "command/load/kept_run.h"
#include "command/look/ledger_check.h"
#include "command/terminal/complain.h"
#include "command/terminal/pulse.h"

static enum command_exit run(int argc, char **argv);

const struct command command_check = {
    .name = "check",
    .summary = "check a kept ledger: files, versions, books",
    .text =
        "1. Its files are read, without a change to any: checksums, and that nothing is missing.\n"
        "2. It is opened, which cuts off what was being written when its process was killed.\n"
        "3. Each account begins with version 1, and each of its changes gives it the next one.\n"
        "4. The totals of both accounts after each transfer are those before it, moved by the\n"
        "   transfer alone; those after the last transfer are those of the account.\n"
        "5. Debits equal credits in every ledger.\n"
        "\n"
        "The report says what there is, and what is wrong, at most 20 findings.\n"
        "\n" KEPT_TEXT_IN_USE "\n"
        "Exit code: 0 fine, 1 something is wrong, 2 usage, 3 system, or another process has the\n"
        "ledger.\n",
    .run = run,
};

static void report_facts(const char *path, bool files_are_fine, const struct check_result *result,
                         struct report *report)
{
    static const struct column columns[] = {
        {"ledger", COLUMN_TEXT},         {"files_are_fine", COLUMN_TRUTH},
        {"accounts", COLUMN_COUNT},      {"transfers", COLUMN_COUNT},
        {"expiries", COLUMN_COUNT},      {"failed_ids", COLUMN_COUNT},
        {"books_balance", COLUMN_TRUTH}, {"findings", COLUMN_COUNT},
        {"verdict", COLUMN_TEXT},
    };

    report_sheet(report, SHEET_OF_FACTS, "check", NULL, columns, sizeof columns / sizeof *columns);
    report_text(report, path);
    report_truth(report, files_are_fine);
    if (files_are_fine) {
        report_count(report, result->accounts);
        report_count(report, result->transfers);
        report_count(report, result->expiries);
        report_count(report, result->failed_ids);
        report_truth(report, result->books_balance);
    } else {
        for (int i = 0; i < 5; i++)
            report_blank(report);
    }
    report_count(report, result->finding_count);
    report_text(report, !files_are_fine             ? "its files are damaged"
                        : result->finding_count > 0 ? "it contradicts itself"
                                                    : "all is as it should be");
}

static enum command_exit print(const char *path, bool files_are_fine,
                               const struct check_result *result, enum report_format format)
{
    static const struct column columns[] = {{"claim", COLUMN_TEXT}, {"finding", COLUMN_TEXT}};
    struct report report = {0};

    report_facts(path, files_are_fine, result, &report);
    report_sheet(&report, SHEET_OF_ROWS, "findings", "Findings", columns, 2);
    for (uint64_t i = 0; i < result->finding_count && i < CHECK_FINDINGS_MAX; i++) {
        report_text(&report, result->findings[i].claim);
        report_text(&report, result->findings[i].words);
    }
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    if (result->finding_count == 0) return COMMAND_FINE;
    complain("%s: %s", path, result->findings[0].words);
    return COMMAND_REFUSED;
}

/* COMMAND_REFUSED: the files are damaged, and there is a finding; no complaint then. */
static enum command_exit check_files(const char *path, struct check_result *result)
{
    struct check_finding *finding = &result->findings[0];
    struct pulse pulse;
    quipu_status status;

    pulse_begin(&pulse, "reading");
    status = quipu_diagnose(NULL, path, finding->words, sizeof finding->words);
    pulse_end(&pulse);
    if (status == QUIPU_OK || status == QUIPU_NO_SPACE || status == QUIPU_NO_MEMORY)
        return COMMAND_FINE; /* it has the default capacities; the opening has those of the user */
    if (status == QUIPU_BUSY) {
        kept_complain_busy(path);
        return COMMAND_SYSTEM;
    }
    if (status != QUIPU_CORRUPT) {
        complain("cannot check %s: %s", path, finding->words);
        return COMMAND_SYSTEM;
    }
    result->finding_count = 1;
    finding->claim = "files";
    return COMMAND_REFUSED;
}

static enum command_exit check(const quipu_options *options, const char *out,
                               enum report_format format)
{
    struct check_result result = {0};
    quipu_ledger *ledger = NULL;
    enum command_exit exit, closed;

    (void)out;
    if (!kept_is_there(options->path)) return COMMAND_SYSTEM;
    exit = check_files(options->path, &result);
    if (exit == COMMAND_REFUSED) return print(options->path, false, &result, format);
    if (exit != COMMAND_FINE) return exit;
    exit = kept_open(options, &ledger);
    if (exit != COMMAND_FINE) return exit;
    exit = ledger_check(ledger, &result);
    if (exit == COMMAND_FINE) exit = print(options->path, true, &result, format);
    closed = kept_close(ledger);
    return closed != COMMAND_FINE ? closed : exit;
}

static enum command_exit run(int argc, char **argv)
{
    const quipu_options options = {.protocol = QUIPU_OPTIMISTIC};

    return kept_run(&command_check, &options, NULL, check, argc, argv);
}
