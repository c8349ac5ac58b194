/* select.h - the first so many, in one order or the other, of all that is offered.
 *
 * What is offered in order is kept in order. Only when something comes out of order it becomes a
 * heap. */
#ifndef QUIPU_READ_SELECT_H
#define QUIPU_READ_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Something that can be selected: the lowest rank is best, and of one rank the lowest order. */
struct pick {
    uint64_t rank; /* see selection_rank() */
    uint64_t order;
    uint64_t place : 56, kind : 8; /* where it is; the caller's */
};

struct selection {
    struct pick *picks; /* room for `room`, which is not 0 */
    size_t room, count;
    bool skips_imported; /* imported transfers are not selected */
    bool newest;         /* the newest are selected, newest first; or the oldest, oldest first */
    bool is_heap;        /* the worst is first */
    bool is_shuffled;    /* they are not in order, though it is no heap */
};

/* From a timestamp to its rank, so that a lower rank is better; and back. */
static inline uint64_t selection_rank(const struct selection *selection, uint64_t timestamp)
{
    return selection->newest ? ~timestamp : timestamp;
}

/* Might something of this timestamp be selected, of all that was offered so far? */
static inline bool selection_takes(const struct selection *selection, uint64_t timestamp)
{
    const struct pick *worst = &selection->picks[selection->is_heap ? 0 : selection->room - 1];
    uint64_t rank = selection_rank(selection, timestamp);

    if (selection->count < selection->room) return true;
    if (selection->is_shuffled) return true; /* the offer finds out */
    return rank < worst->rank || (rank == worst->rank && worst->order > 0);
}

/* Offer something. It is selected if it is better than the worst, or there is room. */
void quipui_select(struct selection *selection, const struct pick *pick);

/* Sort what was selected, best first. After this nothing more is offered. */
void quipui_selection_sort(struct selection *selection);

#endif
