/* prometheus.c - see prometheus.h.
 *
 * Names are those of Prometheus's conventions: a prefix, the unit last, `_total` for what only
 * grows. A client is no label: clients come and go, and each would be a series for ever. */
#include "command/commands/prometheus.h"

#include <stdio.h>

struct metric {
    const char *name, *type, *help;
    uint64_t value;
};

static void print(const struct metric *metrics, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)printf("# HELP quipu_%s %s\n# TYPE quipu_%s %s\nquipu_%s %llu\n", metrics[i].name,
                     metrics[i].help, metrics[i].name, metrics[i].type, metrics[i].name,
                     (unsigned long long)metrics[i].value);
    }
}

static void print_ledger(const quipu_counters *c)
{
    const struct metric metrics[] = {
        {"accounts", "gauge", "Accounts stored.", c->accounts},
        {"account_capacity", "gauge", "Accounts that fit.", c->account_capacity},
        {"transfers", "gauge", "Transfers stored.", c->transfers},
        {"transfer_capacity", "gauge", "Transfers that fit.", c->transfer_capacity},
        {"failed_ids", "gauge", "Ids that a transient failure burnt.", c->failed_ids},
        {"failed_id_capacity", "gauge", "Burnt ids that fit.", c->failed_id_capacity},
        {"open_holds", "gauge", "Pending transfers that reserve their amount.", c->open_holds},
        {"timeouts", "gauge", "Open holds that wait for their time-out.", c->timeouts},
        {"table_bytes", "gauge", "Bytes made usable for all tables.", c->table_bytes},
        {"expiries_total", "counter", "Holds that have expired.", c->expiries},
        {"conflicts_total", "counter", "Commits that met another version.", c->conflicts},
        {"retries_total", "counter", "Attempts beyond a transfer's first.", c->retries},
        {"journal_bytes_total", "counter", "Bytes appended to the journal.", c->journal_bytes},
        {"journal_lag_nanoseconds", "gauge", "From what is on disk to the newest timestamp.",
         c->journal_lag},
    };

    print(metrics, sizeof metrics / sizeof *metrics);
}

static void print_daemon(const quipu_daemon *d)
{
    const struct metric metrics[] = {
        {"daemon_start_time_seconds", "gauge", "When it started, since 1970.",
         d->started_at / 1000000000},
        {"daemon_clients", "gauge", "Clients that are connected.", d->clients},
        {"daemon_clients_max", "gauge", "Clients that may be connected.", d->clients_max},
        {"daemon_connected_total", "counter", "Clients that ever were connected.", d->connected},
        {"daemon_refused_total", "counter", "Clients that were not let in.", d->refused},
        {"daemon_dropped_total", "counter", "Clients that broke a rule of the wire.", d->dropped},
        {"daemon_requests_total", "counter", "Requests that were answered.", d->requests},
        {"daemon_descriptors", "gauge", "File descriptors that clients cost.", d->descriptors},
    };

    print(metrics, sizeof metrics / sizeof *metrics);
}

void prometheus_print(const quipu_daemon *daemon, const quipu_counters *counters)
{
    print_ledger(counters);
    print_daemon(daemon);
}
