/* partition.h - a window of transfers split among threads, so that no order is lost.
 *
 * Two chains are related when they share an account, a transfer id (a retry, or the pending
 * transfer that one posts), or both are imported (their timestamps must rise). Related chains, and
 * theirs in turn, go to one thread, which takes them in file order. So every account sees the same
 * transfers in the same order as with one thread, and so the same outcomes.
 *
 *   P1  A post or void may leave its accounts zero: then the ledger is asked for those of the
 *       pending transfer. So all windows before this one are done when this one is split.
 *
 * What it costs: an account that is in every row (a till, a settlement account) relates all rows,
 * and one thread does all the work. That is what order per account means. */
#ifndef QUIPU_COMMAND_LOAD_PARTITION_H
#define QUIPU_COMMAND_LOAD_PARTITION_H

#include <stdbool.h>
#include <stddef.h>

#include "command/load/row_window.h"
#include "quipu/quipu.h"

struct partition;

/* NULL: no memory. */
struct partition *partition_new(size_t lot_count);
void partition_free(struct partition *partition);

/* Split the window. The statuses are of memory and of the ledger's lookup. */
quipu_status partition_split(struct partition *partition, quipu_ledger *ledger,
                             const struct window *window);

/* The chains of one lot, in file order, as indices of the window's chains. */
const size_t *partition_lot(const struct partition *partition, size_t lot, size_t *chain_count);

#endif
