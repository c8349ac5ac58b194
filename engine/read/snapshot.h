/* snapshot.h - all accounts as of one instant. */
#ifndef QUIPU_READ_SNAPSHOT_H
#define QUIPU_READ_SNAPSHOT_H

#include "read/consistent.h"

/* As quipu_snapshot(). */
quipu_status quipui_snapshot(struct reader *reader,
                             bool (*visit)(void *, const quipu_account *, uint64_t), void *context);

#endif
