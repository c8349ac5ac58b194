/* partition.h - splits a window of transfers among threads, so that no order is lost.
 *
 * Two chains are related if they share an account or a transfer id (a retry, or the pending
 * transfer that one of them posts), or if both are imported (their timestamps must rise). All
 * chains that are related, directly or through others, go to one thread, which takes them in file
 * order. So each account sees the same transfers in the same order as with one thread, and outcomes
 * are the same.
 *
 *   P1  A post or void may leave its accounts zero. The accounts of its pending transfer are looked
 *       up in the ledger then, so all earlier windows must be done before this one is split.
 *
 * The price: an account that is in every row (a till, a settlement account) relates all rows, and
 * one thread does all the work. Order per account demands it. */
#ifndef QUIPU_COMMAND_LOAD_PARTITION_H
#define QUIPU_COMMAND_LOAD_PARTITION_H

#include <stdbool.h>
#include <stddef.h>

#include "command/load/row_window.h"
#include "quipu/quipu.h"

struct partition;

/* Returns NULL if memory runs out. */
struct partition *partition_new(size_t lot_count);
void partition_free(struct partition *partition);

/* Split the window. Returns QUIPU_NO_MEMORY, or the status of the lookup. */
quipu_status partition_split(struct partition *partition, quipu_ledger *ledger,
                             const struct window *window);

/* The chains of one lot, in file order, as indices of the window's chains. */
const size_t *partition_lot(const struct partition *partition, size_t lot, size_t *chain_count);

#endif
