/* export_command.c - `quipu export`: a kept ledger as files of other programs. */
#include "command/commands/all_commands.h"
#include "command/csv/csv_writer.h"
#include "command/exchange/export_text.h"
#include "command/load/kept_ledger.h"
#include "command/look/all_accounts.h"
#include "command/look/look.h"
#include "command/look/transfer_scan.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

static enum command_exit run(int argc, char **argv);

const struct command command_export = {
    .name = "export",
    .summary = "a kept ledger as a journal of hledger, ledger or beancount, or as CSV",
    .text =
        "  quipu export --ledger books --to hledger >books.journal\n"
        "\n"
        "hledger, ledger and beancount get a transaction for each transfer that moved money, with\n"
        "names, decimals and descriptions; pending and void transfers are left out. csv\n"
        "writes accounts.csv and transfers.csv, which `quipu import` reads, into the folder "
        "--out.\n"
        "jsonl prints the transfers, an object a line.\n"
        "\n" VIEW_OPTIONS_TEXT "\n" KEPT_TEXT_IN_USE KEPT_TEXT_SERVED "\n"
        "Exit code: 0 fine, 1 the ledger is damaged, 2 usage, 3 system, or another process has\n"
        "the ledger.\n",
    .run = run,
};

enum target { TO_HLEDGER, TO_LEDGER, TO_BEANCOUNT, TO_CSV, TO_JSONL };

static bool write_account(void *writer, const quipu_account *account)
{
    writer_account(writer, account);
    return true;
}

static bool write_transfer(void *writer, const quipu_transfer *transfer)
{
    writer_transfer(writer, transfer);
    return true;
}

static enum command_exit to_csv(struct view *view, const char *folder)
{
    struct writer writer = {.columns = WRITER_COLUMNS_ALL};
    quipu_status status;
    enum command_exit exit;

    if (!writer_open(&writer, folder, WRITER_COLUMNS_ALL)) return COMMAND_SYSTEM;
    status = all_accounts_visit(view->ledger, write_account, &writer);
    if (status != QUIPU_OK) complain_of_status("reading all accounts", status);
    exit = status == QUIPU_OK ? transfer_scan(view, write_transfer, &writer) : COMMAND_SYSTEM;
    if (exit == COMMAND_FINE) return writer_close(&writer) ? COMMAND_FINE : COMMAND_SYSTEM;
    writer_drop(&writer);
    return exit;
}

static bool add(void *context, const quipu_transfer *transfer)
{
    look_report_transfer(context, transfer);
    return true;
}

static enum command_exit to_lines(struct view *view)
{
    static const struct column columns[] = {LOOK_TRANSFER_COLUMNS};
    enum command_exit exit;

    view->report.is_streamed = true;
    report_sheet(&view->report, SHEET_OF_ROWS, "transfers", NULL, columns,
                 sizeof columns / sizeof *columns);
    exit = transfer_scan(view, add, view);
    if (exit != COMMAND_FINE) return exit;
    return report_end(&view->report, REPORT_JSONL) ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit to_journal(struct view *view, enum target target)
{
    enum command_exit exit = export_journal(view,
                                            target == TO_BEANCOUNT ? EXPORT_BEANCOUNT
                                            : target == TO_LEDGER  ? EXPORT_LEDGER
                                                                   : EXPORT_HLEDGER,
                                            stdout);

    return output_flush() ? exit : COMMAND_SYSTEM;
}

struct order {
    enum target target;
    const char *folder; /* of csv */
};

static enum command_exit export_to(struct view *view, const void *context)
{
    const struct order *order = context;

    switch (order->target) {
    case TO_CSV: return to_csv(view, order->folder);
    case TO_JSONL: return to_lines(view);
    case TO_HLEDGER:
    case TO_LEDGER:
    case TO_BEANCOUNT: break;
    }
    return to_journal(view, order->target);
}

static enum command_exit open_and_export(const struct arg_file *place, const struct arg_str *to,
                                         const struct arg_file *folder,
                                         const struct view_options *options)
{
    static const char *const names[] = {"hledger", "ledger", "beancount", "csv", "jsonl"};
    const char *directory = kept_path(place);
    size_t target = TO_HLEDGER;
    struct view view;
    struct order order;
    enum command_exit exit;

    if (!option_name(to, names, sizeof names / sizeof *names, &target)) return COMMAND_USAGE;
    if (directory == NULL || (target == TO_CSV) != (folder->count > 0)) {
        complain("export: %s; try `quipu export --help`",
                 directory == NULL ? "it needs --ledger" : "--out FOLDER is for --to csv");
        return COMMAND_USAGE;
    }
    if (!kept_is_there(directory)) return COMMAND_SYSTEM;
    exit = view_open(&view, options, directory, REPORT_JSONL);
    order = (struct order){(enum target)target, folder->count > 0 ? folder->filename[0] : NULL};
    return view_run(&view, exit, export_to, &order);
}

static enum command_exit run(int argc, char **argv)
{
    struct view_options options = view_options_new();
    struct arg_file *place = kept_option();
    struct arg_str *to = arg_str1(NULL, "to", "FORM", "hledger, ledger, beancount, csv or jsonl");
    struct arg_file *folder = arg_file0(NULL, "out", "FOLDER", "where the CSV files go");
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {place, to, folder, VIEW_OPTIONS_TABLE(options), help, end};
    enum option_next next = option_parse(&command_export, table, help, end, argc, argv);
    enum command_exit exit =
        next != OPTION_GO ? option_exit(next) : open_and_export(place, to, folder, &options);

    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
