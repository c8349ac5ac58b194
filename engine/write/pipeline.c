/* pipeline.c - see pipeline.h. */
#include "write/pipeline.h"

const struct hashes *quipui_hashes(struct transfer_batch *batch, size_t event)
{
    if (event < batch->arrivals.stages.hashed) return &arrival_at(&batch->arrivals, event)->hashes;
    hash_event(batch->store, batch_event(batch, event), &batch->cold);
    return &batch->cold;
}

bool quipui_take_beyond(struct transfer_batch *batch, size_t event)
{
    size_t hashed = batch->arrivals.stages.hashed;

    if (batch->beyond == NULL) {
        /* Later chains begin later, so there is room for those too. */
        batch->beyond = quipui_memory_take((batch->count - hashed) * sizeof *batch->beyond);
        if (batch->beyond == NULL) return false;
    }
    copy_once(&batch->beyond[event - hashed], &batch->arrivals.events[event]);
    return true;
}
