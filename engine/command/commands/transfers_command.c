/* transfers_command.c - `quipu transfers`: transfers by time, account, code, amount. */
#include "command/commands/all_commands.h"
#include "command/look/look.h"
#include "command/look/transfer_scan.h"

static enum command_exit run(int argc, char **argv);

const struct command command_transfers = {
    .name = "transfers",
    .summary = "transfers, by time, account, code or amount",
    .text = "A transfer that names any --account is shown. The description is the one that an "
            "import\n"
            "of a bank's file has kept.\n"
            "\n" VIEW_OPTIONS_TEXT "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static bool add(void *context, const quipu_transfer *transfer)
{
    look_report_transfer(context, transfer);
    return true;
}

static enum command_exit show(struct view *view)
{
    static const struct column columns[] = {LOOK_TRANSFER_COLUMNS};

    report_sheet(&view->report, SHEET_OF_ROWS, "transfers", NULL, columns,
                 sizeof columns / sizeof *columns);
    return transfer_scan(view, add, view);
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {.command = &command_transfers, .is_streamed = true, .show = show};

    return look_run(&look, argc, argv);
}
