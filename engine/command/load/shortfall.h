/* shortfall.h - how much a refused transfer needed, and how much there was.
 *
 * `available` is what the account, or the pending transfer, had just before the row: after the
 * account's last transfer that was judged earlier. If the row is in a chain, rows of that chain
 * before it are not counted: they were undone. A reservation that expired in between is still
 * counted as held. */
#ifndef QUIPU_COMMAND_LOAD_SHORTFALL_H
#define QUIPU_COMMAND_LOAD_SHORTFALL_H

#include <stdbool.h>

#include "quipu/quipu.h"

struct shortfall {
    quipu_uint128 needed, available;
};

/* False: the outcome is not about amounts, or what there was cannot be read any more. */
bool shortfall_of(quipu_ledger *ledger, const quipu_transfer *transfer, const quipu_result *result,
                  struct shortfall *shortfall);

#endif
