/* explain_command.c - `quipu explain`: what became of a transfer, and why. */
#include <stdio.h>

#include "command/book/spoken.h"
#include "command/commands/all_commands.h"
#include "command/look/dry_run.h"
#include "command/look/explained.h"
#include "command/look/look.h"
#include "command/look/transfer_line.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_explain = {
    .name = "explain",
    .summary = "what became of a transfer, and why",
    .text =
        "Of a transfer that is there: what it moved, both accounts before and after it, the hold\n"
        "that it opened and what became of that, or the hold that it resolved.\n"
        "\n"
        "A transfer that was refused leaves no trace but its id. With the options of `quipu\n"
        "post` it is judged again, by a dry run: copies of its accounts, as they are now, in a\n"
        "ledger in memory. Nothing is posted. It says which account or hold refuses it, what is\n"
        "needed, what is available, and what could be done.\n"
        "\n"
        "  quipu explain 42 --debit assets:bank --credit expenses:rent --amount 900\n"
        "\n" TRANSFER_LINE_TEXT "\n" VIEW_FORM_TEXT "\n" KEPT_TEXT_IN_USE KEPT_TEXT_SERVED "\n"
        "Exit code: 0 the transfer is there, or would be created, 1 it is not and would be\n"
        "refused, 2 usage, 3 system.\n",
    .run = run,
};

static enum command_exit explain(struct view *view, const void *context)
{
    const struct transfer_line *line = context;
    enum report_format format = view->report.format;
    quipu_transfer transfer = {0}, tried;
    quipu_status status = quipu_lookup_transfers(view->ledger, &view->ids[0], 1, &transfer, NULL);
    enum command_exit exit = COMMAND_FINE;

    if (status != QUIPU_OK) {
        complain_of_status("looking a transfer up", status);
        return COMMAND_SYSTEM;
    }
    if (transfer.id != 0) {
        exit = explained_stored(view, &transfer);
    } else if (transfer_line_is_said(line)) {
        exit = transfer_line_read(line, view, &tried);
        tried.id = view->ids[0];
        if (exit == COMMAND_FINE) exit = explained_dry(view, &tried);
    } else {
        exit = explained_absent(view, view->ids[0]);
    }
    if (exit == COMMAND_SYSTEM || exit == COMMAND_USAGE) return exit;
    return report_end(&view->report, format) ? exit : COMMAND_SYSTEM;
}

static enum command_exit open_and_explain(const struct transfer_line *line,
                                          const struct view_options *options,
                                          const struct arg_str *id, const struct arg_file *place,
                                          const struct arg_str *form)
{
    const char *directory = kept_path(place);
    enum report_format format = REPORT_TABLE;
    struct view view;
    enum command_exit exit;

    if (directory == NULL) {
        complain("explain: it needs --ledger; try `quipu explain --help`");
        return COMMAND_USAGE;
    }
    if (!format_read(form, &format)) return COMMAND_USAGE;
    if (!kept_is_there(directory)) return COMMAND_SYSTEM;
    exit = view_open(&view, options, directory, format);
    if (exit == COMMAND_FINE && !spoken_id("ID", id->sval[0], &view.ids[0])) exit = COMMAND_USAGE;
    return view_run(&view, exit, explain, line);
}

static enum command_exit run(int argc, char **argv)
{
    struct transfer_line line = transfer_line_new();
    struct view_options options = {
        .decimal = arg_str0(NULL, "decimal", "MARK", "the mark before decimals (.)"),
        .readable = arg_lit0(NULL, "readable", "decimals and dates in all formats"),
    };
    struct arg_str *id = arg_str1(NULL, NULL, "ID", "the transfer");
    struct arg_file *place = kept_option();
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {id,   place, TRANSFER_LINE_TABLE(line), form, VIEW_FORM_TABLE(options),
                     help, end};
    enum option_next next = option_parse(&command_explain, table, help, end, argc, argv);
    enum command_exit exit =
        next != OPTION_GO ? option_exit(next) : open_and_explain(&line, &options, id, place, form);

    arg_freetable(table, sizeof table / sizeof *table);
    arg_freetable((void *[]){line.id, line.note}, 2);
    return exit;
}
