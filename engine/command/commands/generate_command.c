/* generate_command.c - `quipu generate`: the month of a small bank, as a pair of files. */
#include <stdio.h>

#include "command/bank/small_bank.h"
#include "command/commands/all_commands.h"
#include "command/csv/csv_writer.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"

static enum command_exit run(int argc, char **argv);

const struct command command_generate = {
    .name = "generate",
    .summary = "write the month of a small bank, as a pair of files",
    .text =
        "DIR gets accounts.csv and transfers.csv, for `quipu import`: salaries, card holds that\n"
        "are posted whole or in part, voided or left, payments, fees, currency exchange as\n"
        "linked chains over two ledgers, a hot settlement account, payments that are more than\n"
        "there is, and rows sent twice. The same options write the same bytes.\n"
        "\n"
        "The files appear when they are complete, and are not written through symbolic links.\n"
        "\n"
        "It prints how many transfers of each outcome a ledger should report.\n"
        "\n"
        "Exit code: 0 fine, 2 usage, 3 system.\n",
    .run = run,
};

static enum command_exit write_bank(const struct bank_order *order, const char *folder,
                                    enum report_format format)
{
    static const struct column columns[] = {
        {"accounts_file", COLUMN_TEXT},
        {"transfers_file", COLUMN_TEXT},
        {"accounts", COLUMN_COUNT},
        {"transfers", COLUMN_COUNT},
        {"created", COLUMN_COUNT},
        {"exceeds_credits", COLUMN_COUNT},
        {"linked_event_failed", COLUMN_COUNT},
        {"exists", COLUMN_COUNT},
    };
    struct report report = {0};
    struct bank_forecast forecast;
    struct writer writer;

    if (!writer_open(&writer, folder, WRITER_COLUMNS_OF_A_BANK)) return COMMAND_SYSTEM;
    if (!bank_run(order, &writer, &forecast)) {
        complain("out of memory for %llu customers; ask for fewer",
                 (unsigned long long)order->customer_count);
        writer_drop(&writer);
        return COMMAND_SYSTEM;
    }
    if (!writer_close(&writer)) return COMMAND_SYSTEM;

    report_sheet(&report, SHEET_OF_FACTS, "generated", NULL, columns,
                 sizeof columns / sizeof *columns);
    report_text(&report, writer.accounts.path);
    report_text(&report, writer.transfers.path);
    report_count(&report, writer.account_count);
    report_count(&report, writer.transfer_count);
    report_count(&report, forecast.created);
    report_count(&report, forecast.exceeds_credits);
    report_count(&report, forecast.linked_event_failed);
    report_count(&report, forecast.exists);
    return report_end(&report, format) ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_str *out = arg_str1(NULL, "out", "DIR", "the folder to write to; made if missing");
    struct arg_str *seed = arg_str0(NULL, "seed", "N", "another seed, another month (1)");
    struct arg_str *customers = arg_str0(NULL, "customers", "N", "how many (500)");
    struct arg_str *days = arg_str0(NULL, "days", "N", "how long (30)");
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {out, seed, customers, days, form, help, end};
    enum option_next next = option_parse(&command_generate, table, help, end, argc, argv);
    struct bank_order order = {.seed = 1, .customer_count = 500, .day_count = 30};
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (option_count(seed, 0, UINT64_MAX, &order.seed) &&
               option_count(customers, 2, 10000000, &order.customer_count) &&
               option_count(days, 1, 3660, &order.day_count) && format_read(form, &format)) {
        exit = write_bank(&order, out->sval[0], format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
