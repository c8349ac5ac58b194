/* load.h - loads a pair of files into a ledger: a new one in memory, or one that is kept. */
#ifndef QUIPU_COMMAND_LOAD_LOAD_H
#define QUIPU_COMMAND_LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "command/load/outcome_tally.h"
#include "quipu/quipu.h"

/* Another user of the ledger while files are loaded. All NULL: there is none. */
struct load_watch {
    void (*begin)(void *context, quipu_ledger *ledger); /* after it was opened */
    void (*end)(void *context);                         /* before it is closed */
    void *context;
};

struct load_order {
    const char *ledger_path;                    /* of a directory; NULL: in memory */
    bool ledger_is_old;                         /* it must be there: none is made */
    const char *accounts_path, *transfers_path; /* NULL: no such file */
    quipu_protocol protocol;
    uint64_t thread_count;
    bool strict, accept_unterminated;
    bool allow_refusals;                  /* refused rows are COMMAND_FINE */
    const char *rejects_path;             /* NULL: none; "-": standard output */
    uint64_t accounts_max, transfers_max; /* 0: as many as the files can hold, or the default */
    struct load_watch watch;
};

/* Do the rejects go to standard output, in place of the report? */
bool load_owns_output(const struct load_order *order);

/* What became of one file. */
struct load_file {
    uint64_t row_count, bad_count, skipped_count; /* as chain_reader.h */
    struct tally tally;                           /* of the rows that reached the ledger */
    uint64_t refused_line;                        /* of the first row that was refused; 0: none */
    uint32_t refused_outcome;
};

struct load {
    quipu_ledger *ledger; /* NULL: the load failed, with a complaint */
    bool is_served;       /* it is that of a daemon */
    struct load_watch watch;
    struct load_file accounts, transfers;
    uint64_t transfers_ns; /* the time of the crew: splitting windows, and calls */
    uint64_t total_ns;     /* the time of the whole load */
};

/* COMMAND_REFUSED: rows were bad or refused, a header is wrong, or the kept ledger is damaged.
 * There is no ledger if the system failed, if a header is wrong, if the ledger is damaged, or if a
 * row is bad and the order is strict. Complains unless it returns COMMAND_FINE. */
enum command_exit load_run(const struct load_order *order, struct load *load);

/* Close the ledger. Complains unless it returns COMMAND_FINE. */
enum command_exit load_free(struct load *load);

#endif
