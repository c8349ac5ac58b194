/* account_command.c - `quipu account`: all fields of one account. */
#include "command/commands/all_commands.h"
#include "command/look/look.h"

static enum command_exit run(int argc, char **argv);

const struct command command_account = {
    .name = "account",
    .summary = "one account, with its version",
    .text = "The version counts the changes of the account, from 1 at its creation.\n"
            "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static enum command_exit show(quipu_ledger *ledger, quipu_uint128 id, struct report *report)
{
    static const struct column columns[] = {
        LOOK_ACCOUNT_COLUMNS,
        {"version", COLUMN_WORD},
        {"user_data_128", COLUMN_AMOUNT},
        {"user_data_64", COLUMN_AMOUNT},
        {"user_data_32", COLUMN_COUNT},
        {"timestamp", COLUMN_WORD},
    };
    quipu_account account;
    uint64_t version;
    enum command_exit exit = look_up(ledger, id, &account, &version);

    if (exit != COMMAND_FINE) return exit;
    report_sheet(report, SHEET_OF_FACTS, "account", NULL, columns,
                 sizeof columns / sizeof *columns);
    look_report_account(report, &account);
    report_count(report, version);
    report_amount(report, quipu_sum_of(account.user_data_128));
    report_count(report, account.user_data_64);
    report_count(report, account.user_data_32);
    report_count(report, account.timestamp);
    return COMMAND_FINE;
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {&command_account, true, show};

    return look_run(&look, argc, argv);
}
