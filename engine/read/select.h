/* select.h - the oldest, or the newest, so many of the transfers that are offered.
 *
 * What is offered in order is kept in order; only what comes out of order makes a heap of it. */
#ifndef QUIPU_READ_SELECT_H
#define QUIPU_READ_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pick {
    uint64_t rank; /* the lowest are selected: see selection_rank() */
    uint64_t place;
};

struct selection {
    struct pick *picks; /* room for `room`, which is not 0 */
    size_t room, count;
    bool skips_imported; /* imported transfers are not selected */
    bool newest;         /* the newest are selected, newest first; else the oldest, oldest first */
    bool is_heap;        /* the highest rank is first */
    bool is_shuffled;    /* the ranks do not rise, though it is no heap */
};

/* Timestamps by rank, so that lower is better whichever is wanted; and back. */
static inline uint64_t selection_rank(const struct selection *selection, uint64_t timestamp)
{
    return selection->newest ? ~timestamp : timestamp;
}

/* Would a transfer of this timestamp be selected, of all that were offered so far? */
static inline bool selection_takes(const struct selection *selection, uint64_t timestamp)
{
    size_t worst = selection->is_heap ? 0 : selection->room - 1;

    if (selection->count < selection->room) return true;
    if (selection->is_shuffled) return true; /* the offer finds out */
    return selection_rank(selection, timestamp) < selection->picks[worst].rank;
}

/* Offer the transfer at this place. */
void quipui_select(struct selection *selection, uint64_t timestamp, uint64_t place);

/* Sort what was selected, best first. After this nothing more is offered. */
void quipui_selection_sort(struct selection *selection);

#endif
