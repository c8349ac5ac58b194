/* pair_options.c - turns the options of a pair of files into an order to load. */
#include "command/load/pair_options.h"

#include <string.h>

#include "command/terminal/complain.h"

struct pair_options pair_options_new(void)
{
    return (struct pair_options){
        .ledger = kept_option(),
        .accounts = arg_file0(NULL, "accounts", "A.csv", "the accounts; - is standard input"),
        .transfers = arg_file0(NULL, "transfers", "T.csv", "the transfers; - is standard input"),
        .rejects = arg_file0(NULL, "rejects", "FILE", "write bad and refused rows there; -"),
        .allow_refusals = arg_lit0(NULL, "allow-refusals", "refused rows are exit code 0"),
        .accept_unterminated =
            arg_lit0(NULL, "accept-unterminated", "the last row may lack its line end"),
        .accounts_max = arg_str0(NULL, "accounts-max", "N", "room for so many accounts"),
        .transfers_max = arg_str0(NULL, "transfers-max", "N", "room for so many transfers"),
        .protocol = arg_str0(NULL, "protocol", "P", OPTION_PROTOCOLS " (optimistic)"),
        .threads = arg_str0(NULL, "threads", "N", "threads that put transfers in (1)"),
        .format = format_option(),
        .strict = arg_lit0(NULL, "strict", "stop at the first bad row"),
        .help = option_help(),
        .end = arg_end(8),
    };
}

static const char *path_of(const struct arg_file *option)
{
    return option->count > 0 ? option->filename[0] : NULL;
}

static bool complain_of_use(const struct command *command, const char *text)
{
    complain("%s: %s", command->name, text);
    complain("Try `quipu %s --help`.", command->name);
    return false;
}

/* Which ledger, and do the files fit it? */
static bool choose_ledger(const struct pair_options *pair, const struct command *command,
                          enum pair_use use, struct load_order *order)
{
    bool all = order->accounts_path != NULL && order->transfers_path != NULL;
    bool any = order->accounts_path != NULL || order->transfers_path != NULL;

    /* QUIPU_LEDGER does not keep a command from showing a pair of files. */
    if (use == PAIR_LOADS || pair->ledger->count > 0 || !any)
        order->ledger_path = kept_path(pair->ledger);
    if (order->ledger_path == NULL) {
        return all || complain_of_use(command, use == PAIR_LOADS
                                                   ? "it needs --accounts and --transfers"
                                                   : "it needs --accounts and --transfers, or "
                                                     "--ledger");
    }
    if (use == PAIR_LOADS)
        return any || complain_of_use(command, "it needs --accounts, --transfers or both");
    order->ledger_is_old = true;
    if (any)
        return complain_of_use(command, "--ledger shows what is kept; `quipu import` adds files");
    return order->rejects_path == NULL ||
           complain_of_use(command, "--rejects is for rows of files, not for a kept ledger");
}

bool pair_options_read(const struct pair_options *pair, const struct command *command,
                       enum pair_use use, struct load_order *order, enum report_format *format)
{
    *order = (struct load_order){
        .accounts_path = path_of(pair->accounts),
        .transfers_path = path_of(pair->transfers),
        .rejects_path = path_of(pair->rejects),
        .protocol = QUIPU_OPTIMISTIC,
        .thread_count = 1,
        .strict = pair->strict->count > 0,
        .allow_refusals = pair->allow_refusals->count > 0,
        .accept_unterminated = pair->accept_unterminated->count > 0,
    };
    *format = REPORT_TABLE;
    if (!choose_ledger(pair, command, use, order)) return false;
    if (order->accounts_path != NULL && order->transfers_path != NULL &&
        strcmp(order->accounts_path, "-") == 0 && strcmp(order->transfers_path, "-") == 0) {
        complain("--accounts and --transfers are both -: standard input is one file");
        return false;
    }
    return option_protocol(pair->protocol, &order->protocol) &&
           option_count(pair->threads, 1, OPTION_THREADS_MAX, &order->thread_count) &&
           option_count(pair->accounts_max, 1, KEPT_ACCOUNTS_MAX, &order->accounts_max) &&
           option_count(pair->transfers_max, 1, KEPT_TRANSFERS_MAX, &order->transfers_max) &&
           format_read(pair->format, format);
}
