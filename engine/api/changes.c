/* changes.c - the public calls that follow what happens. */
#include "batch/changes.h"
#include "api/ledger.h"

static bool is_change_filter(const quipu_change_filter *filter)
{
    for (size_t i = 0; i < sizeof filter->reserved / sizeof filter->reserved[0]; i++) {
        if (filter->reserved[i] != 0) return false;
    }
    return filter->limit != 0 && filter->after_timestamp <= TIMESTAMP_MAX &&
           filter->timestamp_max <= TIMESTAMP_MAX;
}

quipu_status quipu_horizon(quipu_ledger *ledger, uint64_t *horizon)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || horizon == NULL) return QUIPU_INVALID;
    *horizon = 0;
    if (ledger->torn) return QUIPU_BUSY;
    if (!quipui_reader_open(&reader, &ledger->store, ledger->protocol)) return QUIPU_NO_MEMORY;
    status = quipui_read_horizon(&reader, horizon);
    quipui_reader_close(&reader);
    return status;
}

quipu_status quipu_get_changes(quipu_ledger *ledger, const quipu_change_filter *filter,
                               quipu_change *changes, size_t capacity, size_t *count,
                               uint64_t *horizon)
{
    struct reader reader;
    quipu_status status;

    if (ledger == NULL || filter == NULL || changes == NULL || count == NULL) return QUIPU_INVALID;
    *count = 0;
    if (horizon != NULL) *horizon = 0;
    if (capacity == 0 || !is_change_filter(filter)) return QUIPU_INVALID;
    if (ledger->torn) return QUIPU_BUSY;
    if (!quipui_reader_open(&reader, &ledger->store, ledger->protocol)) return QUIPU_NO_MEMORY;
    status = quipui_get_changes(&reader, filter, changes, capacity, count, horizon);
    quipui_reader_close(&reader);
    return status;
}
