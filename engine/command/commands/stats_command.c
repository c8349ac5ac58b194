/* stats_command.c - `quipu stats`: what a daemon counts. */
#include <stdlib.h>

#include "command/commands/all_commands.h"
#include "command/commands/prometheus.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"
#include "command/terminal/output.h"
#include "quipu/connect.h"

static enum command_exit run(int argc, char **argv);

const struct command command_stats = {
    .name = "stats",
    .summary = "counters of a daemon, its ledger and its clients",
    .text =
        "It connects to `quipu serve` as a client, so it is one of those it shows, the last.\n"
        "\n"
        "daemon: clients that are connected and may be, that ever were, that were refused or\n"
        "dropped; requests that were answered; rounds of the loop, and how often it slept; file\n"
        "descriptors that the clients cost.\n"
        "ledger: how full it is, and what its calls have met since it was opened.\n"
        "clients: requests, and the records that they were about; bytes of requests and\n"
        "answers; how often its answers had no room (it did not read them); bells rung for it.\n"
        "\n"
        "--prometheus prints daemon and ledger as a page for Prometheus: for node_exporter's\n"
        "textfile collector, or behind a socket of systemd's (docs/watching.md).\n"
        "\n"
        "Exit code: 0 fine, 2 usage, 3 system, or no daemon.\n",
    .run = run,
};

static void report_daemon(struct report *report, const quipu_daemon *daemon)
{
    static const struct column columns[] = {
        {"process", COLUMN_COUNT},     {"started_at", COLUMN_WORD},   {"clients", COLUMN_COUNT},
        {"clients_max", COLUMN_COUNT}, {"connected", COLUMN_COUNT},   {"refused", COLUMN_COUNT},
        {"dropped", COLUMN_COUNT},     {"requests", COLUMN_COUNT},    {"rounds", COLUMN_COUNT},
        {"sleeps", COLUMN_COUNT},      {"descriptors", COLUMN_COUNT},
    };
    const uint64_t values[] = {
        daemon->pid,       daemon->started_at, daemon->clients,     daemon->clients_max,
        daemon->connected, daemon->refused,    daemon->dropped,     daemon->requests,
        daemon->rounds,    daemon->sleeps,     daemon->descriptors,
    };

    report_sheet(report, SHEET_OF_FACTS, "daemon", NULL, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        report_count(report, values[i]);
}

static void report_ledger(struct report *report, const quipu_counters *counters)
{
    static const struct column columns[] = {
        {"accounts", COLUMN_COUNT},    {"account_capacity", COLUMN_COUNT},
        {"transfers", COLUMN_COUNT},   {"transfer_capacity", COLUMN_COUNT},
        {"failed_ids", COLUMN_COUNT},  {"failed_id_capacity", COLUMN_COUNT},
        {"holds", COLUMN_COUNT},       {"timeouts", COLUMN_COUNT},
        {"table_bytes", COLUMN_COUNT}, {"open_holds", COLUMN_COUNT},
        {"expiries", COLUMN_COUNT},    {"conflicts", COLUMN_COUNT},
        {"retries", COLUMN_COUNT},     {"journal_bytes", COLUMN_COUNT},
        {"journal_lag", COLUMN_WORD},
    };

    report_sheet(report, SHEET_OF_FACTS, "ledger", "ledger", columns,
                 sizeof columns / sizeof *columns);
    report_count(report, counters->accounts);
    report_count(report, counters->account_capacity);
    report_count(report, counters->transfers);
    report_count(report, counters->transfer_capacity);
    report_count(report, counters->failed_ids);
    report_count(report, counters->failed_id_capacity);
    report_count(report, counters->holds);
    report_count(report, counters->timeouts);
    report_count(report, counters->table_bytes);
    report_count(report, counters->open_holds);
    report_count(report, counters->expiries);
    report_count(report, counters->conflicts);
    report_count(report, counters->retries);
    report_count(report, counters->journal_bytes);
    report_count(report, counters->journal_lag);
}

static void report_clients(struct report *report, const quipu_daemon_client *clients, size_t count)
{
    static const struct column columns[] = {
        {"client", COLUMN_COUNT},  {"process", COLUMN_COUNT},  {"user", COLUMN_COUNT},
        {"group", COLUMN_COUNT},   {"writes", COLUMN_TRUTH},   {"requests", COLUMN_COUNT},
        {"records", COLUMN_COUNT}, {"bytes_in", COLUMN_COUNT}, {"bytes_out", COLUMN_COUNT},
        {"full", COLUMN_COUNT},    {"bells", COLUMN_COUNT},
    };

    report_sheet(report, SHEET_OF_ROWS, "clients", "clients", columns,
                 sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        const quipu_daemon_client *client = &clients[i];

        report_count(report, client->number);
        report_count(report, client->pid);
        report_count(report, client->uid);
        report_count(report, client->gid);
        report_truth(report, client->may_write != 0);
        report_count(report, client->requests);
        report_count(report, client->records);
        report_count(report, client->bytes_in);
        report_count(report, client->bytes_out);
        report_count(report, client->full);
        report_count(report, client->bells);
    }
}

/* `format` is NULL for a page for Prometheus. */
static enum command_exit ask(quipu_ledger *ledger, const enum report_format *format)
{
    quipu_daemon_client *clients = malloc(QUIPU_BATCH_MAX * sizeof *clients);
    struct report report = {0};
    quipu_counters counters;
    quipu_daemon daemon;
    quipu_status status = QUIPU_NO_MEMORY;
    size_t count = 0;

    if (clients != NULL)
        status = quipu_get_daemon(ledger, &daemon, clients, QUIPU_BATCH_MAX, &count);
    if (status == QUIPU_OK) status = quipu_stats(ledger, &counters);
    if (status == QUIPU_OK && format == NULL) {
        prometheus_print(&daemon, &counters);
    } else if (status == QUIPU_OK) {
        report_daemon(&report, &daemon);
        report_ledger(&report, &counters);
        report_clients(&report, clients, count);
    } else {
        complain_of_status("asking the daemon", status);
    }
    free(clients);
    if (status != QUIPU_OK) return COMMAND_SYSTEM;
    if (format == NULL) return output_flush() ? COMMAND_FINE : COMMAND_SYSTEM;
    return report_end(&report, *format) ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit connect_and_ask(const char *path, const enum report_format *format)
{
    quipu_ledger *ledger = NULL;
    quipu_status status = quipu_connect(path, NULL, &ledger);
    enum command_exit exit;

    if (status == QUIPU_INVALID) {
        complain("--socket=%s: it takes a path of at most 107 bytes", path);
        return COMMAND_USAGE;
    }
    if (status != QUIPU_OK) {
        complain("%s: %s", path,
                 status == QUIPU_IO ? "no daemon answers there" : quipu_status_text(status));
        return COMMAND_SYSTEM;
    }
    exit = ask(ledger, format);
    (void)quipu_close(ledger);
    return exit;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_file *path = arg_file1(NULL, "socket", "PATH", "where the daemon listens");
    struct arg_str *form = format_option();
    struct arg_lit *page = arg_lit0(NULL, "prometheus", "print a page for Prometheus");
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {path, form, page, help, end};
    enum option_next next = option_parse(&command_stats, table, help, end, argc, argv);
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (form->count > 0 && page->count > 0) {
        complain("--prometheus: it is a format of its own; leave --format away");
    } else if (format_read(form, &format)) {
        exit = connect_and_ask(path->filename[0], page->count > 0 ? NULL : &format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
