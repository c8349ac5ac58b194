/* pipeline.h - events are copied, hashed, and what they will touch is prefetched. */
#ifndef QUIPU_WRITE_PIPELINE_H
#define QUIPU_WRITE_PIPELINE_H

#include "write/batch.h"

/* Ask for what the events from batch->next on will touch. In a read section. */
void quipui_warm(struct transfer_batch *batch);

/* Copy the next event of a chain that the pipeline does not have. Returns false if memory runs
 * out. */
bool quipui_take_beyond(struct transfer_batch *batch, size_t event);

/* The hashes of an event; valid until the next is asked for. */
const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event);

#endif
