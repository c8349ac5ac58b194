/* load.h - a pair of files into a ledger: what import, balances, account and history begin with. */
#ifndef QUIPU_SHELL_LOAD_H
#define QUIPU_SHELL_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "quipu/quipu.h"
#include "tally.h"

/* Who else has the ledger while files are loaded. All NULL: nobody. */
struct load_watch {
    void (*begin)(void *context, quipu_ledger *ledger); /* it is open and empty */
    void (*end)(void *context);                         /* it is about to be closed */
    void *context;
};

struct load_order {
    const char *accounts_path, *transfers_path;
    quipu_protocol protocol;
    uint64_t thread_count;
    bool strict;
    struct load_watch watch;
};

/* Of one file. */
struct load_file {
    uint64_t row_count, bad_count, skipped_count; /* as intake.h */
    struct tally tally;                           /* of the rows that reached the ledger */
};

struct load {
    quipu_ledger *ledger; /* NULL: the load was given up, and why was said */
    struct load_watch watch;
    struct load_file accounts, transfers;
    uint64_t transfers_ns; /* the ledger's part of the transfers: splitting and calls */
    uint64_t total_ns;     /* opening, reading and all */
};

/* COMMAND_REFUSED: rows were bad, and said so; there is a ledger unless the order is strict or a
 * header is wrong. Refused events are counted, and fine. */
enum command_exit load_run(const struct load_order *order, struct load *load);

/* Close the ledger. */
void load_free(struct load *load);

#endif
