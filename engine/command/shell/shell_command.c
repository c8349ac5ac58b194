/* shell_command.c - `quipu shell`: statements from a terminal, a stream or the command line. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/commands/all_commands.h"
#include "command/load/kept_ledger.h"
#include "command/shell/cancel.h"
#include "command/shell/line_editor.h"
#include "command/shell/session.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

#define COMMANDS_MAX 64

static enum command_exit run(int argc, char **argv);

const struct command command_shell = {
    .name = "shell",
    .summary = "statements on a ledger that stays open",
    .text =
        "A statement is a command, objects of `field=value` parted by commas, and a semicolon:\n"
        "\n"
        "  create_accounts id=1 ledger=700 code=10, id=2 ledger=700 code=10 flags=history;\n"
        "  create_transfers id=1 debit_account_id=1 credit_account_id=2 amount=10 ledger=700\n"
        "                   code=1;\n"
        "  lookup_accounts id=1, id=2;\n"
        "  get_account_transfers account_id=1 limit=10 flags=debits|reversed;\n"
        "\n"
        "The grammar is that of TigerBeetle's client. The commands are create_accounts,\n"
        "create_transfers, lookup_accounts, lookup_transfers, get_account_transfers,\n"
        "get_account_balances, query_accounts and query_transfers. A value with blanks or signs\n"
        "stands in double quotes. # begins a comment. Names of the book stand in place of ids,\n"
        "ledgers and codes, and amounts have the decimals of their ledger (12.50). A transfer\n"
        "without ledger= has that of its accounts. amount=all, or a post without an amount,\n"
        "posts all of a hold.\n"
        "\n"
        "A line that begins with a dot is for the shell: .help, .read FILE, .dump [FILE],\n"
        ".minor on|off (amounts are minor units), .quit. .dump writes statements that make the\n"
        "ledger anew, as imports. Time-outs, failed ids and names are not in them.\n"
        "\n"
        "At a terminal, Tab completes commands, fields, flags and names, Ctrl-R searches the\n"
        "history ($XDG_STATE_HOME/quipu/history), Ctrl-C clears the line, Ctrl-D ends. A\n"
        "statement that is wrong changes nothing, and the shell goes on.\n"
        "\n"
        "Without a terminal, statements come from -c or from standard input. The first that is\n"
        "wrong or refused ends the shell; --keep-going does not. Use --format jsonl or csv for\n"
        "programs: each statement prints its own answer.\n"
        "\n" VIEW_FORM_TEXT "\n" KEPT_TEXT_IN_USE KEPT_TEXT_SERVED "\n"
        "Exit code: 0 fine, 1 a statement was wrong or refused, or the ledger is damaged, 2 "
        "usage,\n"
        "3 system, or another process has the ledger. At a terminal, statements do not matter.\n",
    .run = run,
};

struct shell {
    const struct arg_str *statements;
    bool is_memory, keeps_going, is_interactive;
};

static void complete(void *context, const char *line, size_t length, struct completion *completion)
{
    const struct session *session = context;
    const struct statement_text *before = &session->text;
    size_t pending = before->end - before->begin;
    char *text = malloc(pending + length + 1);

    *completion = (struct completion){0};
    if (text == NULL) return;
    if (pending > 0) memcpy(text, before->bytes + before->begin, pending);
    memcpy(text + pending, line, length);
    completion_find(completion, text, pending + length, &session->view->book);
    free(text);
}

static void greet(const struct session *session)
{
    const char *place = session->view->directory;

    (void)printf("quipu %s, %s\n.help lists commands, Ctrl-D ends.\n", quipu_version(),
                 place != NULL ? place : "a ledger in memory");
}

static enum command_exit interact(struct session *session)
{
    struct line_editor *editor = line_editor_open(complete, session);
    enum line_end end = LINE_TAKEN;
    const char *line;
    size_t length;

    if (editor == NULL) {
        complain("this terminal cannot edit lines: use -c, or give statements by a pipe");
        return COMMAND_SYSTEM;
    }
    session->goes_on = session->counts_again = true;
    greet(session);
    while (!session->is_over) {
        bool is_first = statement_text_is_blank(&session->text);

        end = line_editor_read(editor, is_first ? "quipu> " : "   ... ", &line, &length);
        (void)cancel_came(); /* one that came too late is for no statement */
        if (end == LINE_NO_MORE) break;
        if (end == LINE_TAKEN) session_line(session, line, length);
        if (end == LINE_CLEARED) statement_text_clear(&session->text);
    }
    if (end == LINE_NO_MORE) (void)fputc('\n', stdout);
    line_editor_close(editor);
    if (!output_flush()) return COMMAND_SYSTEM;
    return session->exit == COMMAND_SYSTEM ? COMMAND_SYSTEM : COMMAND_FINE;
}

static enum command_exit work(struct view *view, const void *context)
{
    const struct shell *shell = context;
    struct session session = session_new(view, "standard input");
    enum command_exit exit;

    session.goes_on = shell->keeps_going;
    if (shell->is_interactive) {
        session.source = "terminal";
        exit = interact(&session);
    } else if (shell->statements->count > 0) {
        session.source = "-c";
        for (int i = 0; i < shell->statements->count && !session.is_over; i++)
            session_line(&session, shell->statements->sval[i], strlen(shell->statements->sval[i]));
        session_end(&session);
        exit = session.exit;
    } else {
        session_stream(&session, stdin);
        exit = session.exit;
    }
    session_free(&session);
    return exit;
}

static enum command_exit open_and_work(const struct arg_file *place, const struct arg_str *form,
                                       const struct view_options *options, struct shell *shell)
{
    const char *directory = shell->is_memory ? NULL : kept_path(place);
    enum report_format format = REPORT_TABLE;
    struct view view;
    enum command_exit exit;

    if ((shell->is_memory && place->count > 0) || (!shell->is_memory && directory == NULL)) {
        complain("shell: it needs either --ledger DIR or --memory; try `quipu shell --help`");
        return COMMAND_USAGE;
    }
    if (!format_read(form, &format)) return COMMAND_USAGE;
    if (directory != NULL && !kept_is_there(directory)) return COMMAND_SYSTEM;
    shell->is_interactive =
        shell->statements->count == 0 && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
    if (shell->is_interactive) cancel_begin();
    exit = view_open(&view, options, directory, format);
    return view_run(&view, exit, work, shell);
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_file *place = kept_option();
    struct arg_lit *memory = arg_lit0(NULL, "memory", "an empty ledger that is gone at the end");
    struct arg_str *statements =
        arg_strn("c", "command", "STATEMENTS", 0, COMMANDS_MAX, "do these, and end");
    struct arg_lit *keep_going = arg_lit0(NULL, "keep-going", "go on behind a wrong statement");
    struct view_options options = {
        .decimal = arg_str0(NULL, "decimal", "MARK", "the mark before decimals (.)"),
        .readable = arg_lit0(NULL, "readable", "decimals and dates in all formats"),
    };
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {place, memory, statements, keep_going, form, VIEW_FORM_TABLE(options),
                     help,  end};
    enum option_next next = option_parse(&command_shell, table, help, end, argc, argv);
    enum command_exit exit;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else {
        struct shell shell = {
            .statements = statements,
            .is_memory = memory->count > 0,
            .keeps_going = keep_going->count > 0,
        };

        exit = open_and_work(place, form, &options, &shell);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
