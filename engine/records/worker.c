/* worker.c - taking and giving back workers; see worker.h. */
#include "records/worker.h"

#include <string.h>

#include "base/grace.h"
#include "records/timeouts.h"

/* The worker that this thread had last, and the serial of its ledger. That ledger may be gone, so
 * the pointer is followed only if the serial is that of the ledger at hand. */
static _Thread_local struct {
    uint64_t serial;
    struct worker *worker;
} last;

static _Atomic uint64_t serials;

void quipui_workers_open(struct workers *workers)
{
    memset(workers, 0, sizeof *workers);
    /* relaxed: only to be unique, and never 0. */
    workers->serial = add_relaxed(&serials, 1) + 1;
}

void quipui_workers_close(struct workers *workers)
{
    struct worker *worker = workers_first(workers);

    while (worker != NULL) {
        struct worker *next = worker->next;

        quipui_memory_give_back(worker->scratch);
        quipui_memory_give_back(worker_ring(worker));
        quipui_memory_give_back(worker);
        worker = next;
    }
}

bool quipui_worker_try(struct worker *worker, enum worker_use use)
{
    uint32_t seen = WORKER_IDLE;

    /* relaxed: only to leave busy lines alone; the compare-and-swap decides. */
    if (load_relaxed(&worker->busy) != WORKER_IDLE) return false;
    /* edge worker.busy: seq_cst; pairs with release in quipui_worker_give_back(). It is seq_cst for
     * the gate: we store busy and load gate, an import stores gate and loads busy, and one of the
     * two must see the other's (W2). */
    return cas_seq_cst(&worker->busy, &seen, (uint32_t)use);
}

static __attribute__((noinline, cold)) void drop_scratch(struct worker *worker)
{
    quipui_memory_give_back(worker->scratch);
    worker->scratch = NULL;
    worker->scratch_bytes = 0;
}

void quipui_worker_give_back(struct worker *worker)
{
    if (worker->scratch_bytes > SCRATCH_KEPT_BYTES) drop_scratch(worker);
    /* edge worker.busy: release; pairs with seq_cst in quipui_worker_try(). Carries the worker. */
    store_release(&worker->busy, WORKER_IDLE);
}

/* Add an idle worker. Returns false if memory runs out. */
static bool add_worker(struct workers *workers)
{
    struct worker *worker = quipui_memory_take(sizeof *worker);

    if (worker == NULL) return false;
    memset(worker, 0, sizeof *worker);
    worker_set_floor(worker, NO_FLOOR);

    lock_take(&workers->adding);
    worker->next = workers_first(workers);
    /* edge workers.first: seq_cst; pairs with seq_cst in workers_first(). Carries the worker. It is
     * seq_cst as part of the gate: an import that missed this worker closed the gate before, so a
     * call that takes the worker sees the gate closed. */
    (void)exchange_seq_cst(&workers->first, worker);
    lock_leave(&workers->adding);
    return true;
}

static struct worker *find_idle(struct workers *workers, enum worker_use use)
{
    if (last.serial == workers->serial && quipui_worker_try(last.worker, use)) return last.worker;
    for (struct worker *w = workers_first(workers); w != NULL; w = w->next) {
        if (quipui_worker_try(w, use)) return w;
    }
    return NULL;
}

/* An idle worker, without a look at the gate. Only here does a call join (W3). */
static struct worker *take_any(struct workers *workers, enum worker_use use)
{
    if (!grace_join()) return NULL;
    /* Ends: each turn adds a worker, and is repeated only if another thread takes that one
     * first. */
    for (;;) {
        struct worker *worker = find_idle(workers, use);

        if (worker != NULL) {
            last.serial = workers->serial;
            last.worker = worker;
            worker->others_left = TIMEOUTS_SLICE;
            return worker;
        }
        if (!add_worker(workers)) return NULL;
    }
}

struct worker *quipui_worker_take(struct workers *workers, enum worker_use use)
{
    /* Ends: the gate is shut only while a batch of imports runs. */
    for (unsigned spins = 0;; spin(&spins)) {
        struct worker *worker = take_any(workers, use);

        if (worker == NULL || use == WORKER_READS) return worker;
        /* edge workers.gate: seq_cst; pairs with seq_cst in quipui_worker_take_alone(); why
         * seq_cst: quipui_worker_try(). */
        if (load_seq_cst(&workers->gate) == 0) return worker;
        quipui_worker_give_back(worker);
    }
}

struct worker *quipui_worker_take_alone(struct workers *workers)
{
    struct worker *worker;

    lock_take(&workers->importing);
    /* edge workers.gate: seq_cst; pairs with seq_cst in quipui_worker_take(). Carries nothing: a
     * call that writes waits from here on. Why seq_cst: quipui_worker_try(). */
    (void)exchange_seq_cst(&workers->gate, 1);
    for (struct worker *w = workers_first(workers); w != NULL; w = w->next) {
        unsigned spins = 0;

        /* Ends: its call ends, and with the gate shut it does not write again. */
        /* edge worker.busy: seq_cst; pairs with release in quipui_worker_give_back(). */
        while (load_seq_cst(&w->busy) == WORKER_WRITES)
            spin(&spins);
    }
    worker = take_any(workers, WORKER_WRITES);
    if (worker == NULL) quipui_worker_give_back_alone(workers, NULL);
    return worker;
}

void quipui_worker_give_back_alone(struct workers *workers, struct worker *worker)
{
    if (worker != NULL) quipui_worker_give_back(worker);
    /* edge workers.gate: seq_cst; pairs with seq_cst in quipui_worker_take(). Carries the
     * import. */
    (void)exchange_seq_cst(&workers->gate, 0);
    lock_leave(&workers->importing);
}

void *quipui_worker_scratch(struct worker *worker, size_t bytes)
{
    if (bytes > worker->scratch_bytes) {
        char *scratch = quipui_memory_take(bytes);

        if (scratch == NULL) return NULL;
        quipui_memory_give_back(worker->scratch);
        worker->scratch = scratch;
        worker->scratch_bytes = bytes;
    }
    return worker->scratch;
}

bool quipui_workers_are_at_rest(struct workers *workers)
{
    /* relaxed: the child's only thread sees what was there when it was forked. */
    if (load_relaxed(&workers->adding.word) != LOCK_FREE) return false;
    if (load_relaxed(&workers->importing.word) != LOCK_FREE) return false;
    for (struct worker *w = workers_first(workers); w != NULL; w = w->next) {
        /* relaxed: as above. */
        if (load_relaxed(&w->busy) != WORKER_IDLE) return false;
    }
    return true;
}

uint64_t quipui_workers_newest(struct workers *workers)
{
    uint64_t newest = 0;

    for (struct worker *w = workers_first(workers); w != NULL; w = w->next) {
        if (w->newest > newest) newest = w->newest;
    }
    return newest;
}
