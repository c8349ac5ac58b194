/* funded_ledger.h - the ledger that a measurement starts with: a bank, and accounts that it has funded. */
#ifndef QUIPU_COMMAND_MEASURE_FUNDED_LEDGER_H
#define QUIPU_COMMAND_MEASURE_FUNDED_LEDGER_H

#include "command/measure/drive.h"

/* Enough for any run: what an account can lose is transfers times 64. */
#define FUNDED_AMOUNT ((quipu_uint128)1 << 60)

struct funded_ledger {
    quipu_ledger *ledger; /* the caller's to close, whatever happened */
    double bytes_per_account;
    uint64_t bytes_before_transfers; /* of memory in use by this process */
};

quipu_status funded_ledger_open(const struct drive_order *order, struct funded_ledger *funded);

#endif
