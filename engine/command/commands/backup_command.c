/* backup_command.c - `quipu backup`: a copy of a kept ledger in another directory. */
#include "command/book/book_copy.h"
#include "command/commands/all_commands.h"
#include "command/load/kept_run.h"
#include "command/terminal/complain.h"
#include "command/terminal/pulse.h"

static enum command_exit run(int argc, char **argv);

const struct command command_backup = {
    .name = "backup",
    .summary = "copy a kept ledger to another directory",
    .text = "OUT is made if it is not there; otherwise it must be empty. The copy is the ledger as "
            "of one\n"
            "instant and is opened as any other: quipu check OUT reads all of it. A program that "
            "has\n"
            "the ledger open makes one by quipu_backup(), while it goes on. The names and the\n"
            "descriptions (`quipu name`) are copied, too.\n"
            "\n" KEPT_TEXT_IN_USE "\n"
            "Exit code: 0 fine, 1 OUT has something in it, or the ledger is damaged, 2 usage,\n"
            "3 system, or another process has the ledger.\n",
    .run = run,
};

static enum command_exit print(const char *path, const char *copy, const quipu_counters *counters,
                               enum report_format format)
{
    static const struct column columns[] = {
        {"ledger", COLUMN_TEXT},     {"copy", COLUMN_TEXT},        {"accounts", COLUMN_COUNT},
        {"transfers", COLUMN_COUNT}, {"failed_ids", COLUMN_COUNT},
    };
    struct report report = {0};

    report_sheet(&report, SHEET_OF_FACTS, "backup", NULL, columns,
                 sizeof columns / sizeof *columns);
    report_text(&report, path);
    report_text(&report, copy);
    report_count(&report, counters->accounts);
    report_count(&report, counters->transfers);
    report_count(&report, counters->failed_ids);
    return report_end(&report, format) ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit complain_of_copy(const char *copy, quipu_ledger *ledger,
                                          quipu_status status)
{
    if (status == QUIPU_INVALID) {
        complain("%s is no empty directory; a copy needs one", copy);
        return COMMAND_REFUSED;
    }
    if (status == QUIPU_BUSY) {
        complain("%s is a ledger that is open; a copy needs an empty directory", copy);
        return COMMAND_REFUSED;
    }
    (void)kept_complain(ledger, "copying the ledger", status);
    return status == QUIPU_CORRUPT ? COMMAND_REFUSED : COMMAND_SYSTEM;
}

/* The counters are those of the copy: no other process or thread writes to the ledger. */
static enum command_exit copy_ledger(quipu_ledger *ledger, const char *copy,
                                     quipu_counters *counters)
{
    struct pulse pulse;
    quipu_status status;

    pulse_begin(&pulse, "copying");
    status = quipu_backup(ledger, copy);
    pulse_end(&pulse);
    if (status != QUIPU_OK) return complain_of_copy(copy, ledger, status);
    status = quipu_get_counters(ledger, counters);
    return status == QUIPU_OK ? COMMAND_FINE : kept_complain(ledger, "counting", status);
}

static enum command_exit back_up(const quipu_options *options, const char *copy,
                                 enum report_format format)
{
    quipu_counters counters = {0};
    quipu_ledger *ledger = NULL;
    enum command_exit exit, closed;

    if (!kept_is_there(options->path)) return COMMAND_SYSTEM;
    switch (kept_look(copy)) {
    case KEPT_NOTHING: break;
    case KEPT_SOMETHING: return complain_of_copy(copy, NULL, QUIPU_INVALID);
    case KEPT_UNREADABLE: return COMMAND_SYSTEM;
    }
    exit = kept_open(options, &ledger);
    if (exit != COMMAND_FINE) return exit;
    exit = copy_ledger(ledger, copy, &counters);
    if (exit == COMMAND_FINE && !book_copy(options->path, copy)) exit = COMMAND_SYSTEM;
    if (exit == COMMAND_FINE) exit = print(options->path, copy, &counters, format);
    closed = kept_close(ledger);
    return closed != COMMAND_FINE ? closed : exit;
}

static enum command_exit run(int argc, char **argv)
{
    const quipu_options options = {.protocol = QUIPU_OPTIMISTIC, .checkpoint_bytes = UINT64_MAX};

    return kept_run(&command_backup, &options, "where the copy goes", back_up, argc, argv);
}
