/* result.h - what the result of an event carries. */
#ifndef QUIPU_WRITE_RESULT_H
#define QUIPU_WRITE_RESULT_H

#include "quipu/quipu.h"

/* The timestamp of the event's record if there is one, new or old; otherwise of the moment at which
 * the event was judged. `exists` is the outcome that says that the record is an old one. */
static inline quipu_result result_of(uint32_t outcome, uint32_t exists, uint64_t judged,
                                     uint64_t record)
{
    bool has_record = outcome == QUIPU_CREATED || outcome == exists;

    return (quipu_result){.timestamp = has_record ? record : judged, .status = outcome};
}

#endif
