/* lock_command.c - `quipu lock`: two holders of one lock, and the balance it should protect. */
#include <stdio.h>

#include "command/commands/all_commands.h"
#include "command/locks/lock_show.h"
#include "command/report/report.h"
#include "command/terminal/options.h"
#include "command/terminal/progress.h"

static enum command_exit run(int argc, char **argv);

const struct command command_lock = {
    .name = "lock",
    .summary = "two holders of one distributed lock pay the same withdrawal: how often is it paid?",
    .text =
        "A withdrawal of 60 is to be paid once from a balance of 100. Two workers run one program\n"
        "for it: take a lock in Redis, read the balance, see that it is enough; pay. The first "
        "does\n"
        "nothing between the two halves until the second has paid, and in between the lock is "
        "lost:\n"
        "\n"
        "  pause        the first is paused for longer than the lock lives\n"
        "  crash        redis-server is killed and starts again, with the persistence it has by\n"
        "               default. The ledger's process is killed, too\n"
        "  promotion    redis-server is killed, and a replica that had lagged is promoted\n"
        "  clock        Redlock, five servers: two were down, and the clock of a third jumps two\n"
        "               hours ahead (by libfaketime). The ledger's clock jumps, too\n"
        "  long-pause   Redlock, and the first is paused for longer than the lock lives\n"
        "\n"
        "Where the balance is, and what guards it:\n"
        "\n"
        "  redis        in Redis. After a crash or a promotion it also compares a token that "
        "grows\n"
        "               with each grant, as Redis counts them\n"
        "  fence        in a ledger: each payment names the token of a lease (quipu/lease.h)\n"
        "  id           in a ledger: the withdrawal has one id\n"
        "  version      in a ledger: the payment names the version that was read. No lock at all\n"
        "\n"
        "No limit of the account helps: nothing else would refuse a balance below zero. Real\n"
        "servers are started on this machine, and ended: Debian packages redis-server, "
        "libfaketime.\n"
        "\n"
        "Exit code: 0 paid once, 1 more was paid than there was, 2 usage, 3 system.\n",
    .run = run,
};

static void report_scores(const struct show_score *scores, size_t count, struct report *report)
{
    static const struct column columns[] = {
        {"trouble", COLUMN_TEXT}, {"balance_in", COLUMN_TEXT},    {"guard", COLUMN_TEXT},
        {"before", COLUMN_COUNT}, {"second_holder", COLUMN_TEXT}, {"first_holder", COLUMN_TEXT},
        {"paid", COLUMN_COUNT},   {"after", COLUMN_REAL},         {"money_lost", COLUMN_TRUTH},
    };

    report_sheet(report, SHEET_OF_ROWS, "locks", NULL, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        const struct show_score *score = &scores[i];

        report_text(report, trouble_names[score->trouble]);
        report_text(report, score->keeping == KEEP_REDIS ? "redis" : "ledger");
        report_text(report, score->guard);
        report_count(report, (uint64_t)score->before);
        report_text(report, score->second);
        report_text(report, score->first);
        report_count(report, (uint64_t)score->paid);
        report_real(report, (double)score->after, 0);
        report_truth(report, score->lost);
    }
}

static void report_verdict(size_t shown, size_t lost, struct report *report)
{
    static const struct column columns[] = {
        {"shown", COLUMN_COUNT},
        {"money_lost", COLUMN_COUNT},
        {"verdict", COLUMN_TEXT},
    };

    report_sheet(report, SHEET_OF_FACTS, "result", "Result", columns,
                 sizeof columns / sizeof *columns);
    report_count(report, shown);
    report_count(report, lost);
    report_text(report, lost > 0 ? "a lock was held by two, and more was paid than there was"
                                 : "each withdrawal was paid once");
}

static enum command_exit show(const struct option_counts *troubles,
                              const struct option_counts *keepings, enum report_format format)
{
    struct show_score scores[OPTION_LIST_MAX * OPTION_LIST_MAX];
    size_t count = 0, lost = 0, all = troubles->count * keepings->count;
    struct progress progress;
    struct report report = {0};
    bool done = true;

    progress_begin(&progress, "showing", all);
    for (size_t t = 0; done && t < troubles->count; t++) {
        for (size_t k = 0; done && k < keepings->count; k++) {
            progress_tick(&progress, count);
            done = lock_show_play((enum trouble)troubles->values[t],
                                  (enum keeping)keepings->values[k], &scores[count]);
            lost += done && scores[count].lost;
            count += done;
        }
    }
    progress_end(&progress);
    if (!done) return COMMAND_SYSTEM;
    report_scores(scores, count, &report);
    report_verdict(count, lost, &report);
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    return lost > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_str *trouble = arg_str0(
        NULL, "trouble", "T,...", "pause, crash, promotion, clock or long-pause (all of them)");
    struct arg_str *balance =
        arg_str0(NULL, "balance", "B,...", "redis, fence, id or version (all of them)");
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {trouble, balance, form, help, end};
    enum option_next next = option_parse(&command_lock, table, help, end, argc, argv);
    struct option_counts troubles = {
        {TROUBLE_PAUSE, TROUBLE_CRASH, TROUBLE_PROMOTION, TROUBLE_CLOCK, TROUBLE_LONG_PAUSE},
        TROUBLE_COUNT};
    struct option_counts keepings = {{KEEP_REDIS, KEEP_FENCE, KEEP_ID, KEEP_VERSION},
                                     KEEPING_COUNT};
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (option_names(trouble, trouble_names, TROUBLE_COUNT, &troubles) &&
               option_names(balance, keeping_names, KEEPING_COUNT, &keepings) &&
               format_read(form, &format)) {
        exit = show(&troubles, &keepings, format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
