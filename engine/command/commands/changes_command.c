/* changes_command.c - `quipu changes`: every change, in order. */
#include "command/commands/all_commands.h"
#include "command/look/change_feed.h"
#include "command/look/look.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_changes = {
    .name = "changes",
    .summary = "everything that happened to a pair of files, in order",
    .text =
        "A row is a change: a created transfer, a pending transfer that expired, or a new\n"
        "account. It shows both accounts and their versions right after the change. Refused rows\n"
        "change nothing and are not shown.\n"
        "\n"
        "--follow prints changes while the files are posted: each once, sorted by timestamp and\n"
        "order, for any number of threads. It prints CSV or JSON lines (its default).\n"
        "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static enum command_exit show(quipu_ledger *ledger, quipu_uint128 id, struct report *report)
{
    (void)id;
    return changes_report(ledger, report);
}

static void begin(void *context, quipu_ledger *ledger)
{
    follow_begin(context, ledger);
}

static void end(void *context)
{
    follow_end(context);
}

static enum command_exit show_as_they_come(struct load_order *order, enum report_format format)
{
    struct follow follow = {.format = format};
    struct load load;
    enum command_exit exit;

    order->watch = (struct load_watch){.begin = begin, .end = end, .context = &follow};
    exit = load_run(order, &load);
    load_free(&load);
    return follow.exit != COMMAND_FINE ? follow.exit : exit;
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

static enum command_exit run(int argc, char **argv)
{
    struct pair_options pair = pair_options_new();
    struct arg_lit *follow = arg_lit0(NULL, "follow", "print changes while the files are posted");
    void *table[] = {follow, PAIR_OPTIONS_TABLE(pair)};
    enum option_next next = option_parse(&command_changes, table, pair.help, pair.end, argc, argv);
    struct load_order order;
    enum report_format format;
    enum command_exit exit;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (!pair_options_read(&pair, &order, &format) ||
               (follow->count > 0 && !follow_format(pair.format, &order, &format))) {
        exit = COMMAND_USAGE;
    } else {
        exit = follow->count > 0 ? show_as_they_come(&order, format)
                                 : look_show(show, &order, 0, format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
