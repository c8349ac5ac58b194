/* look.c - parses the options, loads the files, and prints what a look shows. */
#include "command/look/look.h"

#include <string.h>

#include "command/book/spoken.h"
#include "command/csv/flag_names.h"
#include "command/terminal/complain.h"

enum command_exit look_show(look_function *show, struct view *view)
{
    enum report_format format = view->report.format;
    enum command_exit exit = show(view);

    if (exit != COMMAND_FINE) {
        report_free(&view->report);
        return exit;
    }
    return report_end(&view->report, format) ? COMMAND_FINE : COMMAND_SYSTEM;
}

/* Show, but print nothing: the rejects have standard output. */
static enum command_exit show_nothing(look_function *show, struct view *view)
{
    enum command_exit exit;

    view->report.is_streamed = false;
    exit = show(view);
    report_free(&view->report);
    return exit;
}

enum command_exit look_load(look_function *show, const struct load_order *order, struct view *view)
{
    struct load load;
    enum command_exit exit = load_run(order, &load), shown;

    if (load.ledger != NULL) {
        view->ledger = load.ledger;
        shown = load_owns_output(order) ? show_nothing(show, view) : look_show(show, view);
        if (shown != COMMAND_FINE) exit = shown;
    }
    shown = load_free(&load);
    return shown != COMMAND_FINE ? shown : exit;
}

static bool read_ids(const struct look *look, const struct arg_str *option, struct view *view)
{
    for (int i = 0; i < option->count; i++) {
        quipu_uint128 *id = &view->ids[view->id_count++];

        if (!(look->ids_are_accounts ? spoken_account(&view->book, look->of, option->sval[i], id)
                                     : spoken_id(look->of, option->sval[i], id)))
            return false;
    }
    return true;
}

static enum command_exit look_at(const struct look *look, const struct pair_options *pair,
                                 const struct view_options *options, const struct arg_str *ids,
                                 bool is_monthly)
{
    struct load_order order;
    enum report_format format;
    struct view view;
    enum command_exit exit;

    if (!pair_options_read(pair, look->command, PAIR_SHOWS, &order, &format)) return COMMAND_USAGE;
    exit = view_open(&view, options, order.ledger_path, format);
    if (exit == COMMAND_FINE && !read_ids(look, ids, &view)) exit = COMMAND_USAGE;
    if (exit == COMMAND_FINE) {
        view.is_monthly = is_monthly;
        view.report.is_streamed = look->is_streamed;
        exit = look_load(look->show, &order, &view);
    }
    view_free(&view);
    return exit;
}

enum command_exit look_run(const struct look *look, int argc, char **argv)
{
    struct pair_options pair = pair_options_new();
    struct view_options options = view_options_new();
    struct arg_str *ids =
        arg_strn(NULL, NULL, look->of, look->least_ids, look->most_ids + (look->most_ids == 0),
                 look->ids_are_accounts ? "an account: a name or an id" : "an id");
    struct arg_lit *monthly = arg_lit0(NULL, "monthly", "a column for each month");
    void *all[] = {ids, monthly, VIEW_OPTIONS_TABLE(options), PAIR_OPTIONS_TABLE(pair)};
    size_t count = sizeof all / sizeof *all, used = 0;
    void *table[sizeof all / sizeof *all];
    enum option_next next;
    enum command_exit exit;

    for (size_t i = 0; i < count; i++) {
        if ((i > 0 || look->most_ids > 0) && (i != 1 || look->has_months)) table[used++] = all[i];
    }
    next = option_parse(look->command, table, pair.help, pair.end, argc, argv);
    exit = next != OPTION_GO ? option_exit(next)
                             : look_at(look, &pair, &options, ids, monthly->count > 0);
    arg_freetable(all, count);
    return exit;
}

enum command_exit look_up(quipu_ledger *ledger, quipu_uint128 id, quipu_account *account,
                          uint64_t *version)
{
    quipu_status status = quipu_lookup_accounts(ledger, &id, 1, account, version);

    if (status != QUIPU_OK) { /* not reached by tests: this takes no memory */
        complain_of_status("looking an account up", status);
        return COMMAND_SYSTEM;
    }
    if (account->id == 0) {
        complain("no account %s: it was never created, or was refused", quipu_number_text(id).text);
        return COMMAND_REFUSED;
    }
    return COMMAND_FINE;
}

void look_report_party(struct view *view, quipu_uint128 id)
{
    report_id(&view->report, id);
    report_name(&view->report, book_account_name(&view->book, id));
}

void look_report_ledger(struct view *view, uint32_t ledger)
{
    report_count(&view->report, ledger);
    report_name(&view->report, book_ledger_name(&view->book, ledger));
}

void look_report_code(struct view *view, uint16_t code)
{
    report_count(&view->report, code);
    report_name(&view->report, book_code_name(&view->book, code));
}

void look_report_totals(struct view *view, const quipu_account *account)
{
    struct report *report = &view->report;
    unsigned scale = book_scale(&view->book, account->ledger);
    quipu_normal normal = book_normal(&view->book, account->id);

    report_money(report, quipu_sum_of(account->debits_pending), scale);
    report_money(report, quipu_sum_of(account->debits_posted), scale);
    report_money(report, quipu_sum_of(account->credits_pending), scale);
    report_money(report, quipu_sum_of(account->credits_posted), scale);
    report_signed_money(report, quipu_balance(account, normal), scale);
}

void look_report_account(struct view *view, const quipu_account *account)
{
    char flags[FLAG_TEXT_BYTES];

    look_report_party(view, account->id);
    look_report_ledger(view, account->ledger);
    look_report_code(view, account->code);
    report_text(&view->report, flag_write(RECORD_ACCOUNT, account->flags, flags));
    look_report_totals(view, account);
}

void look_report_transfer(struct view *view, const quipu_transfer *transfer)
{
    struct report *report = &view->report;
    char flags[FLAG_TEXT_BYTES];

    report_time(report, transfer->timestamp);
    report_id(report, transfer->id);
    look_report_party(view, transfer->debit_account_id);
    look_report_party(view, transfer->credit_account_id);
    report_money(report, quipu_sum_of(transfer->amount), book_scale(&view->book, transfer->ledger));
    look_report_ledger(view, transfer->ledger);
    look_report_code(view, transfer->code);
    report_text(report, flag_write(RECORD_TRANSFER, transfer->flags, flags));
    report_id(report, transfer->pending_id);
    report_name(report, notes_of(&view->notes, transfer->id));
}
