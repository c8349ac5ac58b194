/* plain_run.h - runs of plain transfers, which most are. */
#ifndef QUIPU_WRITE_PLAIN_RUN_H
#define QUIPU_WRITE_PLAIN_RUN_H

#include "write/batch.h"

/* Create the ordinary transfers that come next, as far as `end` and as each is approved at once;
 * and decide the first that is not, if its id is claimed by then. Returns how many. None: the next
 * event is for quipui_do_plains(). */
size_t quipui_do_straight(struct transfer_batch *batch, size_t end, quipu_status *status);

/* Do the plain transfers that come next, as far as they can be prepared together; how many. None:
 * the next event is not plain, or has to wait, or lacks an account or a place. */
size_t quipui_do_plains(struct transfer_batch *batch, quipu_status *status);

#endif
