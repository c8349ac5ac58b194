/* worker.h - what one call in flight owns: places to write to and memory to think in.
 *
 * A call takes an idle worker at its start and gives it back at its end. So nothing belongs to a
 * thread, and threads come and go as they like. A thread first tries the worker that it had last
 * time: its lines are warm, and the others, perhaps as many as there are threads, need no look.
 *
 *   W1  a worker is used by one call at a time: the one that turned `busy` from 0
 *   W2  an import runs alone: it closes the gate and waits until no other worker writes
 *   W3  a thread that has a worker has joined (base/grace.h): it may enter read sections */
#ifndef QUIPU_RECORDS_WORKER_H
#define QUIPU_RECORDS_WORKER_H

#include "base/latch.h"
#include "records/places.h"

/* A run of transfers takes its places together (write/plain_run.c): so many may be unused. */
#ifndef RUN_EVENTS /* tests/machines/explore takes shorter ones */
#define RUN_EVENTS 64
#endif

/* The places of one table that a worker keeps for its next calls (worker_places.h). */
struct kept {
    struct range range;
    uint64_t spares; /* list of single unused places: place + 1, or 0 */
    uint64_t spare_count;
};

struct ring;

/* What a worker's calls have met: it alone writes them, quipu_stats() sums them. */
struct tally_marks {
    _Atomic uint64_t held; /* holds opened less holds posted and voided; it may wrap */
    _Atomic uint64_t conflicts, retries;
};

enum worker_use { WORKER_IDLE, WORKER_READS, WORKER_WRITES };

/* The floor of a worker whose call commits nothing any more. */
#define NO_FLOOR UINT64_MAX

struct worker {
    _Alignas(CACHE_LINE) _Atomic uint32_t busy; /* enum worker_use */
    _Atomic uint64_t floor; /* no timestamp that its call may still commit is smaller: horizon.h */
    struct latch keeping;   /* of kept[], which other workers may take */
    /* The places of transfers in the hands of its call; and of those that come after, a hint. */
    struct range places, ahead;
    uint64_t spare_places[RUN_EVENTS]; /* unused ones: the next to be used */
    uint32_t spare_place_count;
    uint64_t newest;      /* largest timestamp of a transfer stored by this worker */
    uint32_t others_left; /* so many holds of others its call may still have expire */
    uint32_t crowded;     /* other threads want its accounts: for so many more runs (plain.h) */
    uint64_t crowd;       /* place + 1 of the account that they wanted last, or 0 */
    char *scratch;
    size_t scratch_bytes;
    _Atomic(struct ring *) ring; /* of a durable ledger, once it has settled something, or NULL */
    _Atomic uint64_t snapshot;   /* rcu: the stamp that a snapshot in progress needs, or 0 */
    struct worker *next;         /* of all workers; plain, under workers.first */
    struct kept kept[PLACE_KINDS];
    _Alignas(CACHE_LINE) struct tally_marks marks;
};

struct workers {
    _Atomic(struct worker *) first;
    uint64_t serial; /* no other in this process has it, even later */
    struct lock adding;
    struct lock importing;
    _Atomic uint32_t gate; /* 1: an import waits or runs */
};

void quipui_workers_open(struct workers *workers);
void quipui_workers_close(struct workers *workers);

/* An idle worker, or a new one. Returns NULL if memory runs out. A writer waits while an import
 * runs. */
struct worker *quipui_worker_take(struct workers *workers, enum worker_use use);
void quipui_worker_give_back(struct worker *worker);

/* The same for an import: once it has its worker, no other call writes. */
struct worker *quipui_worker_take_alone(struct workers *workers);
void quipui_worker_give_back_alone(struct workers *workers, struct worker *worker);

/* Take this worker if it is idle. */
bool quipui_worker_try(struct worker *worker, enum worker_use use);

/* A worker keeps so much scratch between calls; a call that needed more gives it back. */
#define SCRATCH_KEPT_BYTES ((size_t)256 << 10)

/* At least `bytes` of memory that keep nothing from call to call. Returns NULL if memory runs
 * out. */
void *quipui_worker_scratch(struct worker *worker, size_t bytes);

/* Was no call in flight when this process was forked? In the child, while it has one thread. */
bool quipui_workers_are_at_rest(struct workers *workers);

/* The largest timestamp of a stored transfer; while nobody else writes. */
uint64_t quipui_workers_newest(struct workers *workers);

/* A place for a transfer by itself: there is one in its hands. */
static inline uint64_t worker_place(struct worker *worker)
{
    if (worker->spare_place_count > 0) return worker->spare_places[--worker->spare_place_count];
    return worker->places.next++;
}

/* The place that comes so many after the next, most likely: to be prefetched. Returns false if the
 * worker does not know. */
static inline bool worker_place_ahead(const struct worker *worker, uint64_t count, uint64_t *place)
{
    bool in_hand = worker->places.next < worker->places.end;

    *place = (in_hand ? worker->places.next : worker->ahead.next) + count;
    return *place < worker->ahead.end;
}

/* The place is unused. At most RUN_EVENTS at a time. */
static inline void worker_place_back(struct worker *worker, uint64_t place)
{
    worker->spare_places[worker->spare_place_count++] = place;
}

/* Move the floor: at the start of a call before its timestamps are drawn, later when all below it
 * has taken effect, at the end to NO_FLOOR. */
static inline void worker_set_floor(struct worker *worker, uint64_t floor)
{
    /* edge worker.floor: release; pairs with acquire in lowest_floor(). Carries all that the worker
     * did below its floor. */
    store_release(&worker->floor, floor);
}

/* The ring of a worker, or NULL. */
static inline struct ring *worker_ring(struct worker *worker)
{
    /* edge worker.ring: acquire; pairs with release in worker_set_ring(). */
    return load_acquire(&worker->ring);
}

/* Once, by the call that has the worker. */
static inline void worker_set_ring(struct worker *worker, struct ring *ring)
{
    /* edge worker.ring: release; pairs with acquire in worker_ring(). Carries the empty ring. */
    store_release(&worker->ring, ring);
}

/* Add to one of a worker's marks. */
static inline void worker_mark(_Atomic uint64_t *mark, uint64_t more)
{
    /* relaxed: the call that has the worker is the only writer; a reader shows a number. */
    store_relaxed(mark, load_relaxed(mark) + more);
}

static inline struct worker *workers_first(struct workers *workers)
{
    /* edge workers.first: seq_cst; pairs with seq_cst in add_worker(). Why seq_cst: see there. */
    return load_seq_cst(&workers->first);
}

#endif
