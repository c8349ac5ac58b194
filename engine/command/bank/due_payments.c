/* due_payments.c - a list of holds for each of the next days, in a ring. */
#include "command/bank/due_payments.h"

#include <stdlib.h>

#include "command/common/growing_array.h"

bool holds_add(struct holds *holds, const struct hold *hold)
{
    size_t day = hold->due_day % HOLD_DAYS;
    struct hold *list = grow(holds->days[day].holds, &holds->days[day].capacity,
                             holds->days[day].count + 1, sizeof *list);

    if (list == NULL) return false;
    holds->days[day].holds = list;
    list[holds->days[day].count++] = *hold;
    return true;
}

bool holds_take_due(struct holds *holds, uint64_t day, struct hold *hold)
{
    size_t at = day % HOLD_DAYS;

    if (holds->days[at].taken == holds->days[at].count) {
        holds->days[at].taken = holds->days[at].count = 0;
        return false;
    }
    *hold = holds->days[at].holds[holds->days[at].taken++];
    return true;
}

void holds_free(struct holds *holds)
{
    for (size_t day = 0; day < HOLD_DAYS; day++)
        free(holds->days[day].holds);
}
