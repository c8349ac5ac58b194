/* look.c - parses the options, loads the files, and prints what a look shows. */
#include "command/look/look.h"

#include <string.h>

#include "command/csv/flag_names.h"
#include "command/terminal/complain.h"
#include "quipu/format.h"

enum command_exit look_show(look_function *show, const struct load_order *order, quipu_uint128 id,
                            enum report_format format)
{
    struct report report = {0};
    struct load load;
    enum command_exit exit = load_run(order, &load), shown;

    if (load.ledger != NULL) {
        shown = show(load.ledger, id, &report);

        if (shown != COMMAND_FINE || load_owns_output(order)) {
            report_free(&report);
        } else if (!report_end(&report, format)) {
            shown = COMMAND_SYSTEM;
        }
        if (shown != COMMAND_FINE) exit = shown;
    }
    shown = load_free(&load);
    return shown != COMMAND_FINE ? shown : exit;
}

enum command_exit look_run(const struct look *look, int argc, char **argv)
{
    struct pair_options pair = pair_options_new();
    struct arg_str *id_option = arg_str1(NULL, NULL, "ID", "the account");
    void *table_of_one[] = {id_option, PAIR_OPTIONS_TABLE(pair)};
    void **table = look->of_one ? table_of_one : table_of_one + 1;
    enum option_next next = option_parse(look->command, table, pair.help, pair.end, argc, argv);
    struct load_order order;
    enum report_format format;
    quipu_uint128 id = 0;
    enum command_exit exit;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (!pair_options_read(&pair, look->command, PAIR_SHOWS, &order, &format) ||
               (look->of_one && !option_id(id_option, &id))) {
        exit = COMMAND_USAGE;
    } else {
        exit = look_show(look->show, &order, id, format);
    }
    arg_freetable(table_of_one, sizeof table_of_one / sizeof *table_of_one);
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

void look_report_totals(struct report *report, quipu_uint128 debits_pending,
                        quipu_uint128 debits_posted, quipu_uint128 credits_pending,
                        quipu_uint128 credits_posted)
{
    report_amount(report, quipu_sum_of(debits_pending));
    report_amount(report, quipu_sum_of(debits_posted));
    report_amount(report, quipu_sum_of(credits_pending));
    report_amount(report, quipu_sum_of(credits_posted));
    report_text(report, quipu_signed_text(quipu_difference(credits_posted, debits_posted), 0).text);
}

void look_report_account(struct report *report, const quipu_account *account)
{
    char flags[FLAG_TEXT_BYTES];

    report_amount(report, quipu_sum_of(account->id));
    report_count(report, account->ledger);
    report_count(report, account->code);
    report_text(report, flag_write(RECORD_ACCOUNT, account->flags, flags));
    look_report_totals(report, account->debits_pending, account->debits_posted,
                       account->credits_pending, account->credits_posted);
}
