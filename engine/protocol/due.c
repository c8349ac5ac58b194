/* due.c - the words of each account; see due.h. */
#include "protocol/due.h"

bool quipui_due(struct store *store, const struct copy *copies, size_t count, uint64_t now)
{
    for (size_t i = 0; i < count; i++) {
        if (timeouts_due_on(&store->timeouts, copies[i].slot, now)) return true;
    }
    return false;
}

/* None of them ever falls: so the sum is what it was if each of them is. */
uint64_t quipui_due_rounds(struct store *store, const struct copy *copies, size_t count)
{
    uint64_t rounds = 0;

    for (size_t i = 0; i < count; i++)
        rounds += timeouts_rounds_of(&store->timeouts, copies[i].slot);
    return rounds;
}

uint64_t quipui_due_latest(struct store *store, const struct copy *copies, size_t count)
{
    uint64_t latest = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t due = timeouts_latest_of(&store->timeouts, copies[i].slot);

        if (due > latest) latest = due;
    }
    return latest;
}
