/* post_command.c - `quipu post`: one transfer from the options. */
#include "command/book/spoken.h"
#include "command/commands/all_commands.h"
#include "command/load/kept_ledger.h"
#include "command/load/outcome_tally.h"
#include "command/load/shortfall.h"
#include "command/look/look.h"
#include "command/look/transfer_line.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_post = {
    .name = "post",
    .summary = "one transfer into a kept ledger, from options",
    .text =
        "  quipu post --ledger books --debit expenses:food --credit assets:bank --amount 12.50\n"
        "\n" TRANSFER_LINE_TEXT "\n"
        "It says what became of the transfer, and both balances afterwards. If it is refused "
        "for an\n"
        "amount, it says what was needed and what was available. Repeat it with the same --id "
        "if it\n"
        "is not known whether it was posted: `exists` is no refusal.\n"
        "\n" VIEW_FORM_TEXT "\n" KEPT_TEXT_IN_USE KEPT_TEXT_SERVED "\n"
        "Exit code: 0 fine, 1 refused, or the ledger is damaged, 2 usage, 3 system, or another\n"
        "process has the ledger.\n",
    .run = run,
};

static enum command_exit report_outcome(struct view *view, const quipu_transfer *transfer,
                                        const quipu_result *result)
{
    static const struct column columns[] = {
        {"id", COLUMN_AMOUNT},           {"outcome", COLUMN_TEXT},
        {"meaning", COLUMN_TEXT},        {"timestamp", COLUMN_WORD},
        {"needed", COLUMN_AMOUNT},       {"available", COLUMN_AMOUNT},
        {"debit_account", COLUMN_TEXT},  {"debit_balance", COLUMN_AMOUNT},
        {"credit_account", COLUMN_TEXT}, {"credit_balance", COLUMN_AMOUNT},
    };
    struct report *report = &view->report;
    char name[TALLY_NAME_BYTES];
    quipu_transfer stored = {0};
    quipu_account sides[2] = {0};
    struct shortfall shortfall;
    unsigned scale = book_scale(&view->book, transfer->ledger);

    (void)quipu_lookup_transfers(view->ledger, &transfer->id, 1, &stored, NULL);
    if (stored.id == 0) stored = *transfer;
    const quipu_uint128 ids[] = {stored.debit_account_id, stored.credit_account_id};

    (void)quipu_lookup_accounts(view->ledger, ids, 2, sides, NULL);
    if (stored.ledger != 0) scale = book_scale(&view->book, stored.ledger);
    report_sheet(report, SHEET_OF_FACTS, "transfer", NULL, columns,
                 sizeof columns / sizeof *columns);
    report_id(report, transfer->id);
    report_text(report, result->status == QUIPU_CREATED
                            ? "created"
                            : tally_outcome_name(RECORD_TRANSFER, result->status, name));
    report_text(report, quipu_create_transfer_text(result->status));
    report_time(report, result->timestamp);
    if (shortfall_of(view->ledger, transfer, result, &shortfall)) {
        report_money(report, quipu_sum_of(shortfall.needed), scale);
        report_money(report, quipu_sum_of(shortfall.available), scale);
    } else {
        report_blank(report);
        report_blank(report);
    }
    for (int i = 0; i < 2; i++) {
        const char *named = book_account_name(&view->book, sides[i].id);

        report_text(report, named != NULL ? named : quipu_number_text(ids[i]).text);
        if (sides[i].id == 0) {
            report_blank(report);
        } else {
            report_signed_money(report,
                                quipu_balance(&sides[i], book_normal(&view->book, sides[i].id)),
                                book_scale(&view->book, sides[i].ledger));
        }
    }
    return tally_is_refusal(RECORD_TRANSFER, result->status) && result->status != QUIPU_CREATED
               ? COMMAND_REFUSED
               : COMMAND_FINE;
}

/* A note is on disk before its transfer is. */
static enum command_exit keep_note(struct view *view, quipu_uint128 id, const struct arg_str *note)
{
    if (note->count == 0) return COMMAND_FINE;
    notes_add(&view->notes, view->directory, id, "", note->sval[0]);
    return notes_sync(&view->notes, view->directory) ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit post(struct view *view, const void *context)
{
    const struct transfer_line *line = context;
    enum report_format format = view->report.format;
    quipu_transfer transfer;
    quipu_result result = {0};
    quipu_status status;
    enum command_exit exit = transfer_line_read(line, view, &transfer);

    if (exit != COMMAND_FINE) return exit;
    transfer.id = quipu_id();
    if (line->id->count > 0 && !spoken_id("--id", line->id->sval[0], &transfer.id))
        return COMMAND_USAGE;
    exit = keep_note(view, transfer.id, line->note);
    if (exit != COMMAND_FINE) return exit;
    status = quipu_create_transfers(view->ledger, &transfer, 1, &result);
    if (status != QUIPU_OK) return kept_complain(view->ledger, "posting", status);
    exit = report_outcome(view, &transfer, &result);
    if (exit == COMMAND_REFUSED)
        complain("refused: %s; `quipu explain` with the same options says more",
                 quipu_create_transfer_text(result.status));
    return report_end(&view->report, format) ? exit : COMMAND_SYSTEM;
}

static enum command_exit open_and_post(const struct transfer_line *line,
                                       const struct view_options *options,
                                       const struct arg_file *place, const struct arg_str *form)
{
    const char *directory = kept_path(place);
    enum report_format format = REPORT_TABLE;
    struct view view;
    enum command_exit exit;

    if (directory == NULL) {
        complain("post: it needs --ledger; try `quipu post --help`");
        return COMMAND_USAGE;
    }
    if (!format_read(form, &format)) return COMMAND_USAGE;
    if (!kept_is_there(directory)) return COMMAND_SYSTEM;
    exit = view_open(&view, options, directory, format);
    return view_run(&view, exit, post, line);
}

static enum command_exit run(int argc, char **argv)
{
    struct transfer_line line = transfer_line_new();
    struct view_options options = {
        .decimal = arg_str0(NULL, "decimal", "MARK", "the mark before decimals (.)"),
        .readable = arg_lit0(NULL, "readable", "decimals and dates in all formats"),
    };
    struct arg_file *place = kept_option();
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {place, TRANSFER_LINE_TABLE(line), line.id, line.note,
                     form,  VIEW_FORM_TABLE(options),  help,    end};
    enum option_next next = option_parse(&command_post, table, help, end, argc, argv);
    enum command_exit exit =
        next != OPTION_GO ? option_exit(next) : open_and_post(&line, &options, place, form);

    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
