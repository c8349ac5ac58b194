/* get_changes.c - the public calls that follow what happens. */
#include "api/check.h"
#include "api/execute.h"
#include "api/reading.h"
#include "read/changes.h"

quipu_status quipu_horizon(quipu_ledger *ledger, uint64_t *horizon)
{
    struct reader reader;
    quipu_status status;

    if (!quipui_check_words(ledger, horizon, sizeof *horizon)) return QUIPU_INVALID;
    *horizon = 0;
    return answer_give(READ(ledger, quipui_read_horizon(&reader, horizon),
                            quipui_far_horizon(ledger->connection, horizon)),
                       ledger);
}

struct answer quipui_execute_get_changes(quipu_ledger *ledger, const quipu_change_filter *filter,
                                         quipu_change *changes, size_t capacity, size_t *count,
                                         uint64_t *horizon)
{
    const struct check_room room = {changes, sizeof *changes, capacity, count, horizon};
    quipu_change_filter asked;
    struct reader reader;
    quipu_status status;

    if (!quipui_check_change_filter(ledger, filter, &room, &asked)) {
        return answer_now(QUIPU_INVALID);
    }
    *count = 0;
    if (horizon != NULL) *horizon = 0;
    return READ_FILTERED(ledger,
                         quipui_get_changes(&reader, &asked, changes, capacity, count, horizon),
                         WIRE_GET_CHANGES, changes, horizon);
}

quipu_status quipu_get_changes(quipu_ledger *ledger, const quipu_change_filter *filter,
                               quipu_change *changes, size_t capacity, size_t *count,
                               uint64_t *horizon)
{
    return answer_give(
        quipui_execute_get_changes(ledger, filter, changes, capacity, count, horizon), ledger);
}
