/* shortfall.h - how much a refused transfer needed, and how much there was.
 *
 * `available` is what the account, or the pending transfer, had just before the row, after the last
 * earlier transfer of the account. Earlier rows of the same chain do not count: they were undone. A
 * hold that expired in between still counts as held. */
#ifndef QUIPU_COMMAND_LOAD_SHORTFALL_H
#define QUIPU_COMMAND_LOAD_SHORTFALL_H

#include <stdbool.h>

#include "quipu/quipu.h"

struct shortfall {
    quipu_uint128 needed, available;
};

/* Returns false if the outcome is not about amounts, or if the totals cannot be read. */
bool shortfall_of(quipu_ledger *ledger, const quipu_transfer *transfer, const quipu_result *result,
                  struct shortfall *shortfall);

#endif
