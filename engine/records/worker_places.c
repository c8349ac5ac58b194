/* worker_places.c - what workers keep of the tables; see worker_places.h. */
#include "records/worker_places.h"

#include "base/assert.h"

/* Where the records of the next events will be, most likely: to be prefetched (write/pipeline.c).
 * Latch held. */
static void look_ahead(const struct places *places, struct worker *worker)
{
    if (places->kind == PLACES_OF_TRANSFERS) worker->ahead = worker->kept[places->kind].range;
}

/* All that a worker keeps of the table goes back to it. Lock and latch held. */
static void return_kept(struct places *places, struct worker *worker)
{
    struct kept *kept = &worker->kept[places->kind];

    /* Ends: each turn takes one spare place off the list. */
    while (kept->spares != 0) {
        struct range range = {kept->spares - 1, kept->spares};

        kept->spares = places_note(places, range.next)->following;
        quipui_places_give_back(places, &range);
    }
    kept->spare_count = 0;
    quipui_places_give_back(places, &kept->range);
}

/* Take back what all workers keep. All latches are held at once. So no place is missed that moves
 * from one worker's hands to what it keeps while another moves the other way (P3). A worker that is
 * added meanwhile keeps nothing, since the lock is ours. Lock held. */
static void call_in(struct places *places, struct workers *workers)
{
    struct worker *first = workers_first(workers);

    for (struct worker *w = first; w != NULL; w = w->next)
        latch_take(&w->keeping);
    for (struct worker *w = first; w != NULL; w = w->next) {
        return_kept(places, w);
        latch_leave(&w->keeping);
    }
}

/* What the worker keeps is not enough. */
static __attribute__((noinline, cold)) quipu_status
refill(struct places *places, struct workers *workers, struct worker *worker, uint64_t least,
       uint64_t most, enum reach reach, struct range *hand)
{
    struct range range = {0, 0};
    quipu_status status;

    lock_take(&places->lock);
    latch_take(&worker->keeping);
    return_kept(places, worker); /* it may join what is there */
    latch_leave(&worker->keeping);
    status = quipui_places_take(places, least, &range);
    if (status == QUIPU_NO_SPACE && reach == REACH_WORKERS) {
        call_in(places, workers);
        status = quipui_places_take(places, least, &range);
    }
    if (status == QUIPU_OK) {
        *hand = range_split(&range, most);
        latch_take(&worker->keeping);
        worker->kept[places->kind].range = range;
        look_ahead(places, worker);
        latch_leave(&worker->keeping);
    }
    lock_leave(&places->lock);
    return status;
}

quipu_status quipui_keep_take(struct places *places, struct workers *workers, struct worker *worker,
                              uint64_t least, uint64_t most, enum reach reach, struct range *hand)
{
    struct range *range = &worker->kept[places->kind].range;
    bool enough;

    latch_take(&worker->keeping);
    enough = range_count(range) >= least;
    if (enough) *hand = range_split(range, most);
    look_ahead(places, worker);
    latch_leave(&worker->keeping);
    return enough ? QUIPU_OK : refill(places, workers, worker, least, most, reach, hand);
}

/* The spare place that came back last, which is warm. Latch held, and there is one. */
static uint64_t pop_spare(struct places *places, struct kept *kept)
{
    uint64_t place = kept->spares - 1;

    kept->spares = places_note(places, place)->following;
    kept->spare_count--;
    return place;
}

static void push_spare(struct places *places, struct kept *kept, uint64_t place)
{
    places_note(places, place)->following = kept->spares;
    kept->spares = place + 1;
    kept->spare_count++;
}

quipu_status quipui_keep_take_one(struct places *places, struct workers *workers,
                                  struct worker *worker, uint64_t *place)
{
    struct kept *kept = &worker->kept[places->kind];
    struct range hand = {0, 0};
    quipu_status status = QUIPU_OK;

    latch_take(&worker->keeping);
    if (kept->spares != 0) {
        hand.next = pop_spare(places, kept);
        hand.end = hand.next + 1;
    } else {
        hand = range_split(&kept->range, 1);
    }
    latch_leave(&worker->keeping);
    if (range_count(&hand) == 0) {
        status = refill(places, workers, worker, 1, 1, REACH_WORKERS, &hand);
    }
    *place = hand.next;
    return status;
}

void quipui_keep_give_back_one(struct places *places, struct worker *worker, uint64_t place)
{
    latch_take(&worker->keeping);
    push_spare(places, &worker->kept[places->kind], place);
    latch_leave(&worker->keeping);
}

/* As many as are kept, single places first. Latch held. */
static uint64_t take_kept(struct places *places, struct worker *worker, uint32_t most)
{
    struct kept *kept = &worker->kept[places->kind];
    uint32_t spares = 0;

    /* Ends: each turn takes one spare place off the list, and `most` bounds them. */
    while (kept->spares != 0 && spares < most)
        worker->spare_places[spares++] = pop_spare(places, kept);
    worker->spare_place_count = spares;
    worker->places = range_split(&kept->range, most - spares);
    look_ahead(places, worker);
    return spares + range_count(&worker->places);
}

uint64_t quipui_keep_take_run(struct places *places, struct workers *workers, struct worker *worker,
                              uint32_t most)
{
    uint64_t count;

    latch_take(&worker->keeping);
    count = take_kept(places, worker, most);
    latch_leave(&worker->keeping);
    if (count > 0) return count;
    (void)refill(places, workers, worker, 1, most, REACH_TABLE, &worker->places);
    return range_count(&worker->places);
}

void quipui_keep_put_back(struct places *places, struct worker *worker)
{
    struct kept *kept = &worker->kept[places->kind];

    latch_take(&worker->keeping);
    /* Ends: each turn puts one place back. */
    while (worker->spare_place_count > 0)
        push_spare(places, kept, worker->spare_places[--worker->spare_place_count]);
    if (range_count(&worker->places) > 0) {
        /* It was split off what is kept, unless another has taken that. */
        if (range_count(&kept->range) == 0) kept->range.end = worker->places.end;
        invariant(kept->range.end >= worker->places.end);
        kept->range.next = worker->places.next;
    }
    look_ahead(places, worker);
    latch_leave(&worker->keeping);
    worker->places = (struct range){0, 0};
}

uint64_t quipui_keep_count_used(struct places *places, struct workers *workers)
{
    uint64_t unused;

    lock_take(&places->lock);
    /* relaxed: only written under the lock, which we hold. */
    unused = places->capacity - load_relaxed(&places->next) + places->returned_count;
    for (struct worker *w = workers_first(workers); w != NULL; w = w->next) {
        const struct kept *kept = &w->kept[places->kind];

        latch_take(&w->keeping);
        unused += range_count(&kept->range) + kept->spare_count;
        latch_leave(&w->keeping);
    }
    lock_leave(&places->lock);
    return places->capacity - unused;
}
