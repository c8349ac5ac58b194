/* arrivals.c - see arrivals.h. */
#include "protocol/arrivals.h"

/* A chain may have gone past a stage. */
static void catch_up(size_t *stage, size_t next)
{
    if (*stage < next) *stage = next;
}

void quipui_arrivals_fill(struct arrivals *arrivals, struct store *store,
                          const struct worker *worker, size_t next)
{
    struct stages *stages = &arrivals->stages;

    if (stages->hashed == 0) arrivals_begin(arrivals, store);
    catch_up(&stages->hashed, next);
    catch_up(&stages->asked, next);
    while (stages->hashed < arrivals->count && stages->hashed < next + HASH_AHEAD) {
        hash_next(arrivals, stages, store);
        if (stages->asked + SLOTS_AHEAD < stages->hashed) {
            ask_next(arrivals, stages, store, worker, next);
        }
    }
    while (stages->asked < stages->hashed && stages->asked < next + SLOTS_AHEAD)
        ask_next(arrivals, stages, store, worker, next);
}
