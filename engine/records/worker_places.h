/* worker_places.h - how a place gets from its table to what a worker keeps, to the worker's hands,
 * to a record.
 *
 *   table (places.h)  <- by the grant ->  kept by a worker  <- by the run or unit ->  in its hands
 *
 * A worker keeps what is left of a grant, so it goes to the table once in many runs. What it keeps
 * is not its own: when the table has none, a worker that needs places takes what all others keep.
 *
 *   P1  what a worker keeps is under its latch (`keeping`); only its call touches what is in its
 *       hands
 *   P2  hands are empty between runs and units: a call that waits for something has none
 *   P3  places move between the table and what is kept only with the table's lock held. So a worker
 *       that holds it and all latches sees, at one instant, every place that is in nobody's hands
 *   P4  order: the table's lock, then latches in the order of the list of workers. With a latch
 *       held nothing else is waited for */
#ifndef QUIPU_RECORDS_WORKER_PLACES_H
#define QUIPU_RECORDS_WORKER_PLACES_H

#include "records/worker.h"

/* How far a worker looks for places. */
enum reach { REACH_TABLE, REACH_WORKERS };

/* Move at least `least` and at most `most` places in a row into *hand. The worker first looks at
 * what it keeps, then at the table and then, with REACH_WORKERS, at what the others keep.
 *
 *   returns  QUIPU_OK, QUIPU_NO_SPACE, QUIPU_NO_MEMORY */
quipu_status quipui_keep_take(struct places *places, struct workers *workers, struct worker *worker,
                              uint64_t least, uint64_t most, enum reach reach, struct range *hand);

/* Any one place; returns the same. */
quipu_status quipui_keep_take_one(struct places *places, struct workers *workers,
                                  struct worker *worker, uint64_t *place);

/* An unused place comes back. */
void quipui_keep_give_back_one(struct places *places, struct worker *worker, uint64_t place);

/* Move up to `most` places of transfers into the worker's hands, for a run: of what it keeps or the
 * table has, not in a row. Returns how many. */
uint64_t quipui_keep_take_run(struct places *places, struct workers *workers, struct worker *worker,
                              uint32_t most);

/* Put back what is left in its hands after a run or a unit. */
void quipui_keep_put_back(struct places *places, struct worker *worker);

/* How many places are in use or in a worker's hands: neither in the table nor kept. */
uint64_t quipui_keep_count_used(struct places *places, struct workers *workers);

#endif
