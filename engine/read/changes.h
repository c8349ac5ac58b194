/* changes.h - what happened, in order, below the horizon. */
#ifndef QUIPU_READ_CHANGES_H
#define QUIPU_READ_CHANGES_H

#include "read/consistent.h"

/* Have all that is due by now expire, and compute the horizon. */
quipu_status quipui_read_horizon(struct reader *reader, uint64_t *horizon);

/* As quipu_get_changes(). */
quipu_status quipui_get_changes(struct reader *reader, const quipu_change_filter *filter,
                                quipu_change *changes, size_t capacity, size_t *count,
                                uint64_t *horizon);

#endif
