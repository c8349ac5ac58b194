/* account_command.c - `quipu account`: all fields of one account. */
#include "command/commands/all_commands.h"
#include "command/look/look.h"

static enum command_exit run(int argc, char **argv);

const struct command command_account = {
    .name = "account",
    .summary = "one account, with its version",
    .text = "The version counts the changes of the account, from 1 at its creation. What is\n"
            "available is the balance less what is held of it.\n"
            "\n" VIEW_FORM_TEXT "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static enum command_exit show(struct view *view)
{
    static const struct column columns[] = {
        LOOK_ACCOUNT_COLUMNS,
        {"version", COLUMN_WORD},
        {"user_data_128", COLUMN_AMOUNT},
        {"user_data_64", COLUMN_AMOUNT},
        {"user_data_32", COLUMN_COUNT},
        {"available", COLUMN_AMOUNT},
        {"timestamp", COLUMN_WORD},
    };
    struct report *report = &view->report;
    quipu_account account;
    uint64_t version;
    enum command_exit exit = look_up(view->ledger, view->ids[0], &account, &version);

    if (exit != COMMAND_FINE) return exit;
    report_sheet(report, SHEET_OF_FACTS, "account", NULL, columns,
                 sizeof columns / sizeof *columns);
    look_report_account(view, &account);
    report_count(report, version);
    report_amount(report, quipu_sum_of(account.user_data_128));
    report_count(report, account.user_data_64);
    report_count(report, account.user_data_32);
    report_signed_money(report, quipu_available(&account, book_normal(&view->book, account.id)),
                        book_scale(&view->book, account.ledger));
    report_time(report, account.timestamp);
    return COMMAND_FINE;
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {
        .command = &command_account,
        .of = "ACCOUNT",
        .least_ids = 1,
        .most_ids = 1,
        .ids_are_accounts = true,
        .show = show,
    };

    return look_run(&look, argc, argv);
}
