/* load.h - a pair of files into a ledger: what import, balances, account and history begin with. */
#ifndef QUIPU_COMMAND_LOAD_LOAD_H
#define QUIPU_COMMAND_LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "command/load/outcome_tally.h"
#include "quipu/quipu.h"

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
    bool strict, accept_unterminated;
    bool allow_refusals;                  /* they are COMMAND_FINE */
    const char *rejects_path;             /* NULL: none; "-": standard output */
    uint64_t accounts_max, transfers_max; /* 0: as many as the files can have */
    struct load_watch watch;
};

/* Do the rejects go to standard output, and so nothing else? */
bool load_owns_output(const struct load_order *order);

/* Of one file. */
struct load_file {
    uint64_t row_count, bad_count, skipped_count; /* as chain_reader.h */
    struct tally tally;                           /* of the rows that reached the ledger */
    uint64_t refused_line;                        /* of the first row that was refused; 0: none */
    uint32_t refused_outcome;
};

struct load {
    quipu_ledger *ledger; /* NULL: the load was given up, and why was said */
    struct load_watch watch;
    struct load_file accounts, transfers;
    uint64_t transfers_ns; /* the ledger's part of the transfers: splitting and calls */
    uint64_t total_ns;     /* opening, reading and all */
};

/* COMMAND_REFUSED: rows were bad, or refused, and said so; there is a ledger unless a header is
 * wrong, or a row is bad and the order strict. */
enum command_exit load_run(const struct load_order *order, struct load *load);

/* Close the ledger. */
void load_free(struct load *load);

#endif
