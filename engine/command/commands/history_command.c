/* history_command.c - `quipu history`: the transfers of one account, with its totals after each, or
 * of several. */
#include "command/commands/all_commands.h"
#include "command/look/account_pages.h"
#include "command/look/look.h"
#include "command/look/register.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_history = {
    .name = "history",
    .summary = "the transfers of one account, with running balances; or of several",
    .text =
        "The oldest comes first. The version is the one that the transfer gave the account; the\n"
        "totals are those right after it; the balance is credits posted less debits posted (the\n"
        "other way round if the account's normal side is debit).\n"
        "\n"
        "Of several accounts of one ledger it is a register: each row moves one of them, and the\n"
        "total is the sum of their balances.\n"
        "\n" VIEW_OPTIONS_TEXT "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static void report_entry(struct view *view, const quipu_account *account,
                         const struct account_pages *pages, size_t entry)
{
    struct report *report = &view->report;
    const quipu_transfer *transfer = &pages->transfers[entry];
    const quipu_account_balance *after = &pages->balances[entry];
    bool is_debit = transfer->debit_account_id == account->id;
    quipu_account then = *account;
    char flags[FLAG_TEXT_BYTES];

    then.debits_pending = after->debits_pending;
    then.debits_posted = after->debits_posted;
    then.credits_pending = after->credits_pending;
    then.credits_posted = after->credits_posted;
    report_time(report, transfer->timestamp);
    report_count(report, is_debit ? pages->versions[entry].debit : pages->versions[entry].credit);
    report_id(report, transfer->id);
    report_text(report, is_debit ? "debit" : "credit");
    look_report_party(view, is_debit ? transfer->credit_account_id : transfer->debit_account_id);
    report_money(report, quipu_sum_of(transfer->amount), book_scale(&view->book, transfer->ledger));
    report_id(report, transfer->pending_id);
    look_report_code(view, transfer->code);
    report_text(report, flag_write(RECORD_TRANSFER, transfer->flags, flags));
    look_report_totals(view, &then);
    report_name(report, notes_of(&view->notes, transfer->id));
}

static enum command_exit show_one(struct view *view)
{
    static const struct column columns[] = {
        {"timestamp", COLUMN_WORD},
        {"version", COLUMN_WORD},
        {"transfer_id", COLUMN_AMOUNT},
        {"side", COLUMN_TEXT},
        {"other_account_id", COLUMN_AMOUNT},
        {"other_account", COLUMN_NAME},
        {"amount", COLUMN_AMOUNT},
        {"pending_id", COLUMN_AMOUNT},
        {"code", COLUMN_COUNT},
        {"code_name", COLUMN_NAME},
        {"flags", COLUMN_TEXT},
        {"debits_pending", COLUMN_AMOUNT},
        {"debits_posted", COLUMN_AMOUNT},
        {"credits_pending", COLUMN_AMOUNT},
        {"credits_posted", COLUMN_AMOUNT},
        {"balance", COLUMN_AMOUNT},
        {"description", COLUMN_NAME},
    };
    struct account_pages pages = {0};
    quipu_account account;
    uint64_t version;
    quipu_status status = QUIPU_OK;
    enum command_exit exit = look_up(view->ledger, view->ids[0], &account, &version);

    if (exit != COMMAND_FINE) return exit;
    report_sheet(&view->report, SHEET_OF_ROWS, "history", NULL, columns,
                 sizeof columns / sizeof *columns);
    account_pages_begin(&pages, view, account.id);
    while ((status = account_pages_next(&pages)) == QUIPU_OK && pages.count > 0) {
        for (size_t entry = 0; entry < pages.count; entry++)
            report_entry(view, &account, &pages, entry);
    }
    account_pages_end(&pages);
    if (status == QUIPU_OK) return COMMAND_FINE;
    complain_of_status("reading a history", status);
    return COMMAND_SYSTEM;
}

static enum command_exit show(struct view *view)
{
    return view->id_count == 1 ? show_one(view) : register_show(view);
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {
        .command = &command_history,
        .of = "ACCOUNT",
        .least_ids = 1,
        .most_ids = VIEW_ACCOUNTS_MAX,
        .ids_are_accounts = true,
        .is_streamed = true,
        .show = show,
    };

    return look_run(&look, argc, argv);
}
