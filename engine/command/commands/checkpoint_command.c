/* checkpoint_command.c - `quipu checkpoint`: makes a checkpoint of a kept ledger. */
#include "command/commands/all_commands.h"
#include "command/load/kept_files.h"
#include "command/load/kept_run.h"
#include "command/terminal/pulse.h"

static enum command_exit run(int argc, char **argv);

const struct command command_checkpoint = {
    .name = "checkpoint",
    .summary = "make a checkpoint of a kept ledger",
    .text =
        "The ledger then opens without the journal from before. Whole files of journal that are\n"
        "not needed any more are removed, and transfers that are decided go to files of their\n"
        "own, 65,536 each. A ledger does so by itself after each GiB of journal.\n"
        "\n"
        "The report says how many bytes the directory then has: of journal, most of which may be\n"
        "zeros that wait to be written; of the checkpoint; and of pieces of history.\n"
        "\n" KEPT_TEXT_IN_USE "\n"
        "Exit code: 0 fine, 1 the ledger is damaged, 2 usage, 3 system, or another process has\n"
        "the ledger.\n",
    .run = run,
};

static enum command_exit print(const char *path, const struct kept_files *files,
                               enum report_format format)
{
    static const struct column columns[] = {
        {"ledger", COLUMN_TEXT},         {"journal_files", COLUMN_COUNT},
        {"journal_bytes", COLUMN_COUNT}, {"checkpoint_bytes", COLUMN_COUNT},
        {"pieces", COLUMN_COUNT},        {"piece_bytes", COLUMN_COUNT},
    };
    struct report report = {0};

    report_sheet(&report, SHEET_OF_FACTS, "checkpoint", NULL, columns,
                 sizeof columns / sizeof *columns);
    report_text(&report, path);
    report_count(&report, files->journal_count);
    report_count(&report, files->journal_bytes);
    report_count(&report, files->checkpoint_bytes);
    report_count(&report, files->piece_count);
    report_count(&report, files->piece_bytes);
    return report_end(&report, format) ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit make(quipu_ledger *ledger)
{
    struct pulse pulse;
    quipu_status status;

    pulse_begin(&pulse, "writing");
    status = quipu_checkpoint(ledger);
    pulse_end(&pulse);
    if (status == QUIPU_OK) return COMMAND_FINE;
    (void)kept_complain(ledger, "making a checkpoint", status);
    return status == QUIPU_CORRUPT ? COMMAND_REFUSED : COMMAND_SYSTEM;
}

static enum command_exit make_and_print(const quipu_options *options, const char *out,
                                        enum report_format format)
{
    struct kept_files files = {0};
    quipu_ledger *ledger = NULL;
    enum command_exit exit, closed;

    (void)out;
    if (!kept_is_there(options->path)) return COMMAND_SYSTEM;
    exit = kept_open(options, &ledger);
    if (exit != COMMAND_FINE) return exit;
    exit = make(ledger);
    closed = kept_close(ledger);
    if (exit == COMMAND_FINE) exit = closed;
    if (exit == COMMAND_FINE && !kept_files_count(options->path, &files)) exit = COMMAND_SYSTEM;
    return exit == COMMAND_FINE ? print(options->path, &files, format) : exit;
}

static enum command_exit run(int argc, char **argv)
{
    const quipu_options options = {.protocol = QUIPU_OPTIMISTIC, .checkpoint_bytes = UINT64_MAX};

    return kept_run(&command_checkpoint, &options, NULL, make_and_print, argc, argv);
}
