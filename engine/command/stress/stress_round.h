/* stress_round.h - begins a round with a new ledger, and ends it by reading what became of it.
 *
 * Only the referee runs then. It writes its calls on a tape of its own. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_ROUND_H
#define QUIPU_COMMAND_STRESS_STRESS_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "checker/recording.h"
#include "command/stress/stress_order.h"

struct round;

/* Returns NULL if memory runs out. */
struct round *round_new(const struct stress_order *order);
void round_free(struct round *round);

/* Open a ledger with accounts and some money, and write that on the tape. If it fails there is no
 * ledger. */
quipu_status round_open(struct round *round, uint64_t operations, struct tape *tape,
                        quipu_ledger **ledger);

/* Look up all created transfers and their versions, read all accounts, and close the ledger. */
quipu_status round_close(struct round *round, struct history *history, struct tape *tape,
                         quipu_ledger *ledger);

#endif
