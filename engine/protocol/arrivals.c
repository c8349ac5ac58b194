/* arrivals.c - see arrivals.h. */
#include "protocol/arrivals.h"

/* A chain may have gone past a stage. */
static void catch_up(size_t *stage, size_t next)
{
    if (*stage < next) *stage = next;
}

static void go_ahead(struct arrivals *arrivals, struct store *store, const struct worker *worker,
                     size_t next, struct stages ahead)
{
    struct stages *stages = &arrivals->stages;

    if (stages->hashed == 0) arrivals_begin(arrivals, store);
    catch_up(&stages->hashed, next);
    catch_up(&stages->asked, next);
    while (stages->hashed < arrivals->count && stages->hashed < next + ahead.hashed)
        hash_next(arrivals, stages, store);
    while (stages->asked < stages->hashed && stages->asked < next + ahead.asked)
        ask_next(arrivals, stages, store, worker, next);
}

void quipui_arrivals_start(struct arrivals *arrivals, struct store *store,
                           const struct worker *worker, size_t next)
{
    go_ahead(arrivals, store, worker, next, (struct stages){HASH_FIRST, SLOTS_FIRST});
}

void quipui_arrivals_fill(struct arrivals *arrivals, struct store *store,
                          const struct worker *worker, size_t next)
{
    go_ahead(arrivals, store, worker, next, (struct stages){HASH_AHEAD, SLOTS_AHEAD});
}
