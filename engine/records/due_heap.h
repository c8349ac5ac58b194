/* due_heap.h - the timed holds of one account in order of due time.
 *
 * Most holds come in the order in which they fall due, or in the opposite one. Those are in a list,
 * the row, and go in and out of it in one step. A hold that falls due between the two ends of the
 * row when it comes is in a leftist heap (Crane, 1972). There no operation looks at more than a
 * logarithm of the nodes, in whatever order holds come and go, so none can stall a call. Both are
 * linked through the holds. Each hold is with both its accounts, so a link names a hold and a side.
 *
 *   Q1  the row is in order; its first falls due no later than any other hold of the account
 *   Q2  the first keeps the link to the top of the heap (left) and to the last of the row (up); in
 *       the row `right` is the next and `up` the one before
 *   Q3  in the heap no node is due before the node above it
 *   Q4  rank is 1 + the rank of the right node, which is no larger than the left one's: so the way
 *       down the right nodes is the shortest way out, and at most a logarithm long */
#ifndef QUIPU_RECORDS_DUE_HEAP_H
#define QUIPU_RECORDS_DUE_HEAP_H

#include "records/transfers.h"

/* A link to a hold's node on one side; 0 is none. */
static inline uint64_t due_link(uint64_t hold, enum side side)
{
    return (hold + 1) << 1 | (uint64_t)side;
}

static inline uint64_t due_hold(uint64_t link)
{
    return (link >> 1) - 1;
}

static inline enum side due_side(uint64_t link)
{
    return (link & 1) != 0 ? SIDE_CREDIT : SIDE_DEBIT;
}

/* The rank of a node that is in the row. */
#define DUE_ROW 255

/* Add a node to those of which this is the first (0: there are none), or take it out. Both return
 * the first from then on. */
uint64_t quipui_dues_add(const struct transfers *transfers, uint64_t first, uint64_t link);
uint64_t quipui_dues_remove(const struct transfers *transfers, uint64_t first, uint64_t link);

#endif
