/* pipeline.h - the events of a batch: on their way (protocol/arrivals.h), or beyond. */
#ifndef QUIPU_WRITE_PIPELINE_H
#define QUIPU_WRITE_PIPELINE_H

#include "write/batch.h"

/* Prefetch what the events from batch->next on will touch: the first of them, or all that are kept
 * ahead. In a read section. */
static inline void pipeline_start(struct transfer_batch *batch)
{
    quipui_arrivals_start(&batch->arrivals, batch->store, batch->worker, batch->next);
}

static inline void pipeline_fill(struct transfer_batch *batch)
{
    quipui_arrivals_fill(&batch->arrivals, batch->store, batch->worker, batch->next);
}

/* Do all events from `from` on stay, if stages go on? */
static inline bool pipeline_has_room(const struct transfer_batch *batch, size_t from)
{
    return batch->arrivals.stages.hashed + BURST_EVENTS <= from + RING_EVENTS;
}

/* Event `next` is about to run, and the one before it is through, or prepared. */
static inline void pipeline_step(struct transfer_batch *batch, size_t next)
{
    arrivals_step(&batch->arrivals, &batch->arrivals.stages, batch->store, batch->worker, next);
}

/* Copy the next event of a chain that the pipeline does not have. Returns false if memory runs
 * out. */
bool quipui_take_beyond(struct transfer_batch *batch, size_t event);

/* The hashes of an event; valid until the next is asked for. */
const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event);

#endif
