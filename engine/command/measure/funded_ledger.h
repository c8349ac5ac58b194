/* funded_ledger.h - the ledger that a measurement starts with: a bank, and accounts that it has
 * funded. */
#ifndef QUIPU_COMMAND_MEASURE_FUNDED_LEDGER_H
#define QUIPU_COMMAND_MEASURE_FUNDED_LEDGER_H

#include "command/measure/drive.h"
#include "command/load/scratch_directory.h"

/* What each account has: enough for any run, in which it loses at most 64 a transfer. */
#define FUNDED_AMOUNT ((quipu_uint128)1 << 60)

struct funded_ledger {
    quipu_ledger *ledger;             /* the caller closes it, even after a failure; NULL: none */
    struct scratch_directory scratch; /* the caller removes it after that */
    double bytes_per_account;
    uint64_t bytes_before_transfers; /* of memory of this process */
};

quipu_status funded_ledger_open(const struct drive_order *order, struct funded_ledger *funded);

#endif
