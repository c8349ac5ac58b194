/* create_transfers.h - the transfers of a call, unit by unit. */
#ifndef QUIPU_WRITE_CREATE_TRANSFERS_H
#define QUIPU_WRITE_CREATE_TRANSFERS_H

#include "write/batch.h"

/* A batch of these events, without expectations. */
void quipui_batch_open(struct transfer_batch *batch, struct store *store,
                       const struct protocol *protocol, const quipu_transfer *events, size_t count,
                       quipu_result *results);

/* Create transfers; as quipu_create_transfers(). */
quipu_status quipui_create_transfers(struct transfer_batch *batch);

/* Create all or none under expectations; as quipu_commit(). */
quipu_status quipui_commit(struct transfer_batch *batch);

#endif
