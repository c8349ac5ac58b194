/* kept_run.c - see kept_run.h. */
#include "command/load/kept_run.h"

#include "command/terminal/options.h"

enum { ARGUMENTS_MAX = 7 };

enum command_exit kept_run(const struct command *command, const quipu_options *options,
                           const char *about_out, kept_work *work, int argc, char **argv)
{
    struct arg_file *path = arg_file1(NULL, NULL, "DIR", "the ledger");
    struct arg_file *out = about_out != NULL ? arg_file1(NULL, NULL, "OUT", about_out) : NULL;
    struct arg_str *accounts = arg_str0(NULL, "accounts-max", "N", "room for so many accounts");
    struct arg_str *transfers = arg_str0(NULL, "transfers-max", "N", "room for so many transfers");
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *with_out[ARGUMENTS_MAX] = {path, out, accounts, transfers, form, help, end};
    void *without[ARGUMENTS_MAX - 1] = {path, accounts, transfers, form, help, end};
    void **table = out != NULL ? with_out : without;
    enum option_next next = option_parse(command, table, help, end, argc, argv);
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;
    quipu_options said = *options;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (option_count(accounts, 1, KEPT_ACCOUNTS_MAX, &said.account_capacity) &&
               option_count(transfers, 1, KEPT_TRANSFERS_MAX, &said.transfer_capacity) &&
               format_read(form, &format)) {
        said.path = path->filename[0];
        exit = work(&said, out != NULL ? out->filename[0] : NULL, format);
    }
    arg_freetable(table, out != NULL ? ARGUMENTS_MAX : ARGUMENTS_MAX - 1);
    return exit;
}
