/* oldest.h - the oldest changes that were offered, as many as there is room for: a heap with the
 * youngest on top, sorted at the end. */
#ifndef QUIPU_READ_OLDEST_H
#define QUIPU_READ_OLDEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum happening { TRANSFER_HAPPENED, HOLD_EXPIRED_THEN, ACCOUNT_HAPPENED };

/* Something that happened, and where its record is. */
struct happened {
    uint64_t timestamp, order; /* its position among all changes */
    uint64_t place;            /* of the transfer, the hold or the account */
    enum happening what;
};

struct oldest {
    struct happened *heap;
    size_t count, room;
};

/* Keep this if it is among the oldest so far. */
void quipui_oldest_offer(struct oldest *oldest, const struct happened *happened);

/* Put them in order, oldest first; nothing is offered any more. */
void quipui_oldest_sort(struct oldest *oldest);

/* Would something of this timestamp, or any later one, be turned down? */
static inline bool oldest_is_full_before(const struct oldest *oldest, uint64_t timestamp)
{
    return oldest->count == oldest->room && oldest->heap[0].timestamp < timestamp;
}

#endif
