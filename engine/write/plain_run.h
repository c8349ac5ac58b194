/* plain_run.h - runs of plain transfers, which most are. */
#ifndef QUIPU_WRITE_PLAIN_RUN_H
#define QUIPU_WRITE_PLAIN_RUN_H

#include "write/batch.h"

/* Do the plain transfers that come next, as far as they can be prepared together; how many. None:
 * the next event is not plain, or has to wait, or lacks an account or a place. */
size_t quipui_do_plains(struct transfer_batch *batch, quipu_status *status);

#endif
