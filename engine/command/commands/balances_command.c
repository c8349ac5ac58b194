/* balances_command.c - `quipu balances`: every account and its balance, now or month by month. */
#include "command/commands/all_commands.h"
#include "command/look/all_accounts.h"
#include "command/look/look.h"
#include "command/look/months.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_balances = {
    .name = "balances",
    .summary = "all accounts, after all transfers",
    .text =
        "Accounts are listed in order of creation. The balance is credits posted less debits\n"
        "posted (the other way round for an account whose normal side is debit); pending amounts\n"
        "do not count. --from, --to and --amount choose by creation and by balance.\n"
        "\n"
        "--monthly shows the balance at the end of each month instead, from the month of --from\n"
        "(or of the first transfer) to that of --to (or of the last transfer), in UTC.\n"
        "\n" VIEW_OPTIONS_TEXT "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

struct listing {
    struct view *view;
    uint64_t left;
    struct months *months; /* NULL: the balance of now */
    quipu_status status;
};

static bool passes(const struct view *view, const quipu_account *account)
{
    const struct view_filter *filter = &view->filter;
    bool is_named = filter->account_count == 0;
    quipu_signed balance = quipu_balance(account, book_normal(&view->book, account->id));

    if ((filter->code != 0 && account->code != filter->code) ||
        (filter->ledger != 0 && account->ledger != filter->ledger) ||
        (filter->has_amount && (balance.is_negative || balance.amount < filter->amount_min ||
                                balance.amount > filter->amount_max)))
        return false;
    if (!view->is_monthly && ((filter->from != 0 && account->timestamp < filter->from) ||
                              (filter->to != 0 && account->timestamp > filter->to)))
        return false;
    for (size_t i = 0; i < filter->account_count && !is_named; i++)
        is_named = account->id == filter->accounts[i];
    return is_named;
}

static bool add(void *context, const quipu_account *account)
{
    struct listing *listing = context;

    if (!passes(listing->view, account)) return true;
    if (listing->months != NULL) {
        listing->status = months_report(listing->months, listing->view, account);
    } else {
        look_report_account(listing->view, account);
    }
    return listing->status == QUIPU_OK && --listing->left > 0;
}

static enum command_exit list(struct listing *listing)
{
    struct view *view = listing->view;
    quipu_status status;

    listing->left = view->filter.limit > 0 ? view->filter.limit : UINT64_MAX;
    status = view->filter.is_reversed ? all_accounts_visit_reversed(view->ledger, add, listing)
                                      : all_accounts_visit(view->ledger, add, listing);
    if (status == QUIPU_OK) status = listing->status;
    if (status == QUIPU_OK) return COMMAND_FINE;
    /* Not reached by tests: if no hold is due, this takes no memory. */
    complain_of_status("reading all accounts", status);
    return COMMAND_SYSTEM;
}

static enum command_exit show(struct view *view)
{
    static const struct column columns[] = {LOOK_ACCOUNT_COLUMNS};
    struct listing listing = {.view = view, .status = QUIPU_OK};
    static struct months months; /* the report names its columns until it is printed */
    enum command_exit exit;

    if (!view->is_monthly) {
        report_sheet(&view->report, SHEET_OF_ROWS, "balances", NULL, columns,
                     sizeof columns / sizeof *columns);
        return list(&listing);
    }
    exit = months_begin(&months, view);
    listing.months = &months;
    return exit == COMMAND_FINE ? list(&listing) : exit;
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {
        .command = &command_balances,
        .has_months = true,
        .is_streamed = true,
        .show = show,
    };

    return look_run(&look, argc, argv);
}
