/* race_command.c - `quipu race`: many threads race for money. */
#include <stdio.h>

#include "command/commands/all_commands.h"
#include "command/common/stopwatch.h"
#include "command/report/report.h"
#include "command/stress/contest.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"
#include "quipu/format.h"

static enum command_exit run(int argc, char **argv);

const struct command command_race = {
    .name = "race",
    .summary = "many threads withdraw from few accounts: is more paid out than there was?",
    .text =
        "Each round, all threads try at once to take 60 from accounts that hold 100 and must not\n"
        "be overdrawn, and put 1 at a time into a pot that they share. From each account one\n"
        "withdrawal can succeed, and no deposit may be lost.\n"
        "\n"
        "`unsafe` is the race itself: it reads the balance, computes, and writes it back. It pays\n"
        "60 twice from 100, and loses deposits. The four protocols do neither.\n"
        "\n"
        "--ledger DIR races on ledgers that are kept: each is made in a fresh directory in DIR,\n"
        "and removed afterwards (not if it is killed). QUIPU_LEDGER means nothing here.\n"
        "\n"
        "Exit code: 0 nothing overdrawn and nothing lost, 1 the race was lost, 2 usage, 3 "
        "system.\n",
    .run = run,
};

static void report_verdict(const struct contest_score *score, struct report *report)
{
    char text[320];

    if (score->first_overdraft.account_id == 0) {
        report_blank(report);
    } else {
        (void)snprintf(
            text, sizeof text,
            "account %s had %d: %llu withdrawals of %d succeeded, %llu in all; the "
            "ledger says %s",
            quipu_number_text(score->first_overdraft.account_id).text, CONTEST_FUNDS,
            (unsigned long long)score->first_overdraft.withdrawals_told, CONTEST_WITHDRAWAL,
            (unsigned long long)score->first_overdraft.withdrawals_told * CONTEST_WITHDRAWAL,
            quipu_number_text(score->first_overdraft.debits_posted).text);
        report_text(report, text);
    }
    report_text(report,
                score->overdrafts > 0 || score->lost_updates > 0
                    ? "the race was lost: more was paid than there was, or money went missing"
                    : "nothing overdrawn, nothing lost");
}

static void report_score(const struct contest_order *order, const struct contest_score *score,
                         struct report *report)
{
    static const struct column columns[] = {
        {"protocol", COLUMN_TEXT},
        {"threads", COLUMN_COUNT},
        {"seconds", COLUMN_REAL},
        {"rounds", COLUMN_COUNT},
        {"accounts", COLUMN_COUNT},
        {"withdrawals_tried", COLUMN_COUNT},
        {"withdrawals_succeeded", COLUMN_COUNT},
        {"taken", COLUMN_AMOUNT},
        {"possible", COLUMN_AMOUNT},
        {"overdrafts", COLUMN_COUNT},
        {"deposits_succeeded", COLUMN_COUNT},
        {"deposits_found", COLUMN_COUNT},
        {"lost_updates", COLUMN_COUNT},
        {"for_example", COLUMN_TEXT},
        {"verdict", COLUMN_TEXT},
    };

    report_sheet(report, SHEET_OF_FACTS, "race", NULL, columns, sizeof columns / sizeof *columns);
    report_text(report, option_protocol_name(order->protocol));
    report_count(report, order->thread_count);
    report_real(report, stopwatch_seconds(score->ns), 2);
    report_count(report, score->rounds);
    report_count(report, score->accounts);
    report_count(report, score->withdrawals_tried);
    report_count(report, score->withdrawals_told);
    report_amount(report,
                  quipu_sum_of((quipu_uint128)score->withdrawals_told * CONTEST_WITHDRAWAL));
    report_amount(report, quipu_sum_of(score->accounts * CONTEST_POSSIBLE));
    report_count(report, score->overdrafts);
    report_count(report, score->deposits_told);
    report_count(report, score->deposits_found);
    report_count(report, score->lost_updates);
    report_verdict(score, report);
}

static enum command_exit race(const struct contest_order *order, enum report_format format)
{
    struct report report = {0};
    struct contest_score score;

    if (!contest_play(order, &score)) return COMMAND_SYSTEM;
    report_score(order, &score, &report);
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    return score.overdrafts > 0 || score.lost_updates > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_str *protocol =
        arg_str0(NULL, "protocol", "P", "optimistic, cas, mutex, rcu or unsafe (optimistic)");
    struct arg_str *threads = arg_str0(NULL, "threads", "N", "how many race (4)");
    struct arg_str *seconds = arg_str0(NULL, "seconds", "S", "for how long (1)");
    struct arg_file *ledger =
        arg_file0(NULL, "ledger", "DIR", "make ledgers in DIR that are kept on disk");
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {protocol, threads, seconds, ledger, form, help, end};
    enum option_next next = option_parse(&command_race, table, help, end, argc, argv);
    struct contest_order order = {QUIPU_OPTIMISTIC, 4, 1.0, NULL};
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (option_protocol_or_unsafe(protocol, &order.protocol) &&
               option_count(threads, 1, OPTION_THREADS_MAX, &order.thread_count) &&
               option_seconds(seconds, &order.seconds) && format_read(form, &format)) {
        if (ledger->count > 0) order.folder = ledger->filename[0];
        exit = race(&order, format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
