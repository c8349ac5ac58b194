/* event_time.h - what accounts and transfers have in common: the timestamp of an event. */
#ifndef QUIPU_RULES_EVENT_TIME_H
#define QUIPU_RULES_EVENT_TIME_H

#include "rules/balance.h"

enum event_time {
    EVENT_TIME_FINE,
    EVENT_TIME_IMPORTED_EXPECTED,
    EVENT_TIME_IMPORTED_NOT_EXPECTED,
    EVENT_TIME_MUST_BE_ZERO,
    EVENT_TIME_OUT_OF_RANGE,
    EVENT_TIME_MUST_NOT_ADVANCE
};

/* Judge an event's timestamp: the first event of a batch fixes whether the batch imports. */
static inline enum event_time rules_event_time(bool batch_imports, bool event_imports,
                                               uint64_t timestamp, uint64_t now)
{
    if (batch_imports != event_imports) {
        return event_imports ? EVENT_TIME_IMPORTED_NOT_EXPECTED : EVENT_TIME_IMPORTED_EXPECTED;
    }
    if (!event_imports) return timestamp == 0 ? EVENT_TIME_FINE : EVENT_TIME_MUST_BE_ZERO;
    if (timestamp == 0 || timestamp > INT64_MAX) return EVENT_TIME_OUT_OF_RANGE;
    if (timestamp >= now) return EVENT_TIME_MUST_NOT_ADVANCE;
    return EVENT_TIME_FINE;
}

#endif
