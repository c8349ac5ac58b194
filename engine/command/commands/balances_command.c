/* balances_command.c - `quipu balances`: every account and its balance. */
#include "command/commands/all_commands.h"
#include "command/look/all_accounts.h"
#include "command/look/look.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_balances = {
    .name = "balances",
    .summary = "all accounts of a pair of files, after all transfers",
    .text = "Accounts are listed in order of creation. The balance is credits posted less debits\n"
            "posted; pending amounts do not count.\n"
            "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static bool add(void *context, const quipu_account *account)
{
    look_report_account(context, account);
    return true;
}

static enum command_exit show(quipu_ledger *ledger, quipu_uint128 id, struct report *report)
{
    static const struct column columns[] = {LOOK_ACCOUNT_COLUMNS};
    quipu_status status;

    (void)id;
    report_sheet(report, SHEET_OF_ROWS, "balances", NULL, columns,
                 sizeof columns / sizeof *columns);
    status = all_accounts_visit(ledger, add, report);
    if (status == QUIPU_OK) return COMMAND_FINE;
    /* Not reached by tests: if no hold is due, this takes no memory. */
    complain_of_status("reading all accounts", status);
    return COMMAND_SYSTEM;
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {&command_balances, false, show};

    return look_run(&look, argc, argv);
}
