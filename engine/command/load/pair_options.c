/* pair_options.c - turns the options of a pair of files into an order to load. */
#include "command/load/pair_options.h"

#include <string.h>

#include "command/terminal/complain.h"

struct pair_options pair_options_new(void)
{
    return (struct pair_options){
        .accounts = arg_file1(NULL, "accounts", "A.csv", "the accounts; - is standard input"),
        .transfers = arg_file1(NULL, "transfers", "T.csv", "the transfers; - is standard input"),
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

/* The most that quipu_options allows. */
#define ACCOUNTS_MAX ((uint64_t)1 << 32)
#define TRANSFERS_MAX ((uint64_t)1 << 33)

bool pair_options_read(const struct pair_options *pair, struct load_order *order,
                       enum report_format *format)
{
    *order = (struct load_order){
        .accounts_path = pair->accounts->filename[0],
        .transfers_path = pair->transfers->filename[0],
        .rejects_path = pair->rejects->count > 0 ? pair->rejects->filename[0] : NULL,
        .protocol = QUIPU_OPTIMISTIC,
        .thread_count = 1,
        .strict = pair->strict->count > 0,
        .allow_refusals = pair->allow_refusals->count > 0,
        .accept_unterminated = pair->accept_unterminated->count > 0,
    };
    *format = REPORT_TABLE;
    if (strcmp(order->accounts_path, "-") == 0 && strcmp(order->transfers_path, "-") == 0) {
        complain("--accounts and --transfers are both -: standard input is one file");
        return false;
    }
    return option_protocol(pair->protocol, &order->protocol) &&
           option_count(pair->threads, 1, OPTION_THREADS_MAX, &order->thread_count) &&
           option_count(pair->accounts_max, 1, ACCOUNTS_MAX, &order->accounts_max) &&
           option_count(pair->transfers_max, 1, TRANSFERS_MAX, &order->transfers_max) &&
           format_read(pair->format, format);
}
