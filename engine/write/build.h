/* build.h - the unit of a chain or of one transfer, before its ids are claimed. */
#ifndef QUIPU_WRITE_BUILD_H
#define QUIPU_WRITE_BUILD_H

#include "write/batch.h"

/* Build the unit of `count` events: memory, legs, and what can be said of each by itself. */
quipu_status quipui_build(struct transfer_batch *batch, size_t from, uint32_t count, bool is_open);

/* What can be said of an event before its id is looked up. `drawn`: when its batch began. */
uint32_t quipui_first_verdict(const quipu_transfer *event, bool batch_imports, uint64_t drawn);

#endif
