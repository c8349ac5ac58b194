/* changes_command.c - `quipu changes`: every change, in order. */
#include "command/commands/all_commands.h"
#include "command/load/kept_owner.h"
#include "command/look/change_feed.h"
#include "command/look/look.h"
#include "command/terminal/complain.h"
#include "command/terminal/interrupt.h"

/* How long a follower waits between two looks. */
#define NAP_NS 5000000

static enum command_exit run(int argc, char **argv);

const struct command command_changes = {
    .name = "changes",
    .summary = "everything that happened, in order",
    .text =
        "A row is a change: a created transfer, a pending transfer that expired, or a new\n"
        "account. It shows both accounts and their versions right after the change. Refused rows\n"
        "change nothing and are not shown.\n"
        "\n"
        "--follow prints changes while the files are posted: each once, sorted by timestamp and\n"
        "order, for any number of threads. It prints CSV or JSON lines (its default). Of a kept\n"
        "ledger that `quipu serve` has open it prints what its clients do, until it is ended\n"
        "(Ctrl-C).\n"
        "\n" VIEW_OPTIONS_TEXT "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static enum command_exit show(struct view *view)
{
    return changes_report(view);
}

static void begin(void *context, quipu_ledger *ledger)
{
    follow_begin(context, ledger);
}

static void end(void *context)
{
    follow_end(context);
}

/* Of a pair of files. */
static enum command_exit show_as_they_come(struct load_order *order, struct view *view)
{
    struct follow follow = {.view = view};
    struct load load;
    enum command_exit exit, closed;

    order->watch = (struct load_watch){.begin = begin, .end = end, .context = &follow};
    exit = load_run(order, &load);
    closed = load_free(&load);
    if (follow.exit != COMMAND_FINE) return follow.exit;
    return closed != COMMAND_FINE ? closed : exit;
}

/* --- of a daemon --- */

static bool is_over(void)
{
    return interrupt_came(NAP_NS);
}

static enum command_exit follow_daemon(const char *directory, struct view *view)
{
    struct follow follow = {.view = view};
    enum command_exit exit, closed;

    view->ledger = kept_connect(directory);
    if (view->ledger == NULL) {
        complain("--follow is for files that are posted meanwhile, or for a kept ledger that "
                 "`quipu serve` has: no other process writes to this one");
        return COMMAND_USAGE;
    }
    interrupt_begin();
    exit = follow_until(&follow, is_over);
    closed = kept_close(view->ledger);
    return exit != COMMAND_FINE ? exit : closed;
}

/* --follow prints rows as they come, so it cannot print a table or one JSON value. */
static bool follow_format(const struct arg_str *said, const struct load_order *order,
                          enum report_format *format)
{
    if (load_owns_output(order)) {
        complain("--follow and --rejects - both print on standard output: give the rejects a file");
        return false;
    }
    if (said->count == 0) *format = REPORT_JSONL;
    if (*format == REPORT_CSV || *format == REPORT_JSONL) return true;
    complain("--follow prints csv or jsonl, not --format %s", said->sval[0]);
    return false;
}

static enum command_exit look(const struct pair_options *pair, const struct view_options *options,
                              bool follows)
{
    struct load_order order;
    enum report_format format;
    struct view view;
    enum command_exit exit;

    if (!pair_options_read(pair, &command_changes, PAIR_SHOWS, &order, &format) ||
        (follows && !follow_format(pair->format, &order, &format)))
        return COMMAND_USAGE;
    exit = view_open(&view, options, order.ledger_path, format);
    if (exit == COMMAND_FINE && view.filter.is_reversed) {
        complain("changes have one order: --reverse is for the other listings");
        exit = COMMAND_USAGE;
    }
    if (exit == COMMAND_FINE) {
        view.report.is_streamed = true;
        if (!follows) {
            exit = look_load(show, &order, &view);
        } else {
            exit = order.ledger_path != NULL ? follow_daemon(order.ledger_path, &view)
                                             : show_as_they_come(&order, &view);
        }
    }
    view_free(&view);
    return exit;
}

static enum command_exit run(int argc, char **argv)
{
    struct pair_options pair = pair_options_new();
    struct view_options options = view_options_new();
    struct arg_lit *follow = arg_lit0(NULL, "follow", "print changes as they happen");
    void *table[] = {follow, VIEW_OPTIONS_TABLE(options), PAIR_OPTIONS_TABLE(pair)};
    enum option_next next = option_parse(&command_changes, table, pair.help, pair.end, argc, argv);
    enum command_exit exit =
        next != OPTION_GO ? option_exit(next) : look(&pair, &options, follow->count > 0);

    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
