/* dry_run.h - what would become of a transfer now, without posting it.
 *
 * A ledger in memory gets copies of its accounts, with their totals, and of the hold that it
 * resolves. The transfer is posted there, so the law that judges is the law. What the ledger itself
 * alone knows is not judged: whether the id was used, the time of imports, capacities. */
#ifndef QUIPU_COMMAND_LOOK_DRY_RUN_H
#define QUIPU_COMMAND_LOOK_DRY_RUN_H

#include "command/load/shortfall.h"

struct dry_run {
    quipu_result result;
    bool is_short; /* the outcome is about amounts */
    struct shortfall shortfall;
};

/* The copies are made from what the ledger says now. */
quipu_status dry_run(quipu_ledger *ledger, const quipu_transfer *transfer, struct dry_run *run);

#endif
