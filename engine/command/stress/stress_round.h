/* stress_round.h - the ends of a round: a fresh ledger before it, and what can be learnt after it.
 *
 * Both are calls of the one thread there is then, on a tape of its own. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_ROUND_H
#define QUIPU_COMMAND_STRESS_STRESS_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "checker/recording.h"
#include "command/stress/stress_order.h"

struct round;

/* NULL: no memory. */
struct round *round_new(const struct stress_order *order);
void round_free(struct round *round);

/* Open a ledger with its accounts and some money, and write that on the tape. On failure there is
 * no ledger. */
quipu_status round_open(struct round *round, uint64_t operations, struct tape *tape,
                        quipu_ledger **ledger);

/* Find the records and versions of all that was created, read the final state, and close. */
quipu_status round_close(struct round *round, struct history *history, struct tape *tape,
                         quipu_ledger *ledger);

#endif
