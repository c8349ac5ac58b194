/* crew.c - threads that wait for a new round number, under one lock. */
#include "command/load/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "command/common/stopwatch.h"
#include "command/load/call_batch.h"
#include "command/load/partition.h"

struct worker {
    struct crew *crew;
    size_t lot;
    struct batch *batch; /* only the worker uses it while a window is on */
    pthread_t thread;
};

struct crew {
    quipu_ledger *ledger;
    struct partition *partition;
    struct window *window; /* plain, under lock; each worker writes the results of its lot */
    pthread_mutex_t lock;
    pthread_cond_t begun, done;
    uint64_t round;    /* plain, under lock; +1 with each window */
    size_t working;    /* plain, under lock */
    bool leaving;      /* plain, under lock */
    uint64_t begun_ns; /* plain, under lock, as is busy_ns */
    uint64_t busy_ns;
    size_t thread_count;
    struct worker workers[];
};

static void work(struct worker *worker)
{
    struct window *window = worker->crew->window;
    size_t chain_count;
    const size_t *chains = partition_lot(worker->crew->partition, worker->lot, &chain_count);

    for (size_t i = 0; i < chain_count; i++) {
        size_t begin = window->chain_begins[chains[i]];

        batch_add(worker->batch, window->records + begin,
                  window_chain_end(window, chains[i]) - begin, window->results + begin);
    }
    batch_flush(worker->batch);
}

static void *run(void *context)
{
    struct worker *worker = context;
    struct crew *crew = worker->crew;
    uint64_t round = 0;

    (void)pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (crew->round == round && !crew->leaving)
            (void)pthread_cond_wait(&crew->begun, &crew->lock);
        if (crew->leaving) break;
        round = crew->round;
        (void)pthread_mutex_unlock(&crew->lock);

        work(worker);

        (void)pthread_mutex_lock(&crew->lock);
        if (--crew->working == 0) {
            crew->busy_ns += stopwatch_ns() - crew->begun_ns;
            (void)pthread_cond_signal(&crew->done);
        }
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

static void dismiss(struct crew *crew)
{
    (void)pthread_mutex_lock(&crew->lock);
    crew->leaving = true;
    (void)pthread_cond_broadcast(&crew->begun);
    (void)pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->thread_count; i++)
        (void)pthread_join(crew->workers[i].thread, NULL);
}

static void give_back(struct crew *crew)
{
    for (size_t i = 0; i < crew->thread_count; i++)
        batch_free(crew->workers[i].batch);
    partition_free(crew->partition);
    (void)pthread_cond_destroy(&crew->begun);
    (void)pthread_cond_destroy(&crew->done);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew);
}

static bool hire(struct crew *crew)
{
    struct worker *worker = &crew->workers[crew->thread_count];

    worker->crew = crew;
    worker->lot = crew->thread_count;
    worker->batch = batch_new(crew->ledger, RECORD_TRANSFER);
    if (worker->batch == NULL) return false;
    if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
        batch_free(worker->batch);
        return false;
    }
    crew->thread_count++;
    return true;
}

struct crew *crew_start(quipu_ledger *ledger, size_t thread_count)
{
    struct crew *crew = calloc(1, sizeof *crew + thread_count * sizeof crew->workers[0]);

    if (crew == NULL) return NULL;
    crew->ledger = ledger;
    crew->partition = partition_new(thread_count);
    if (crew->partition == NULL) {
        free(crew);
        return NULL;
    }
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_cond_init(&crew->begun, NULL);
    (void)pthread_cond_init(&crew->done, NULL);

    while (crew->thread_count < thread_count) {
        if (hire(crew)) continue;
        dismiss(crew);
        give_back(crew);
        return NULL;
    }
    return crew;
}

quipu_status crew_begin(struct crew *crew, struct window *window)
{
    uint64_t now = stopwatch_ns();
    quipu_status status = partition_split(crew->partition, crew->ledger, window);

    if (status != QUIPU_OK) return status;
    (void)pthread_mutex_lock(&crew->lock);
    crew->window = window;
    crew->working = crew->thread_count;
    crew->begun_ns = now;
    crew->round++;
    (void)pthread_cond_broadcast(&crew->begun);
    (void)pthread_mutex_unlock(&crew->lock);
    return QUIPU_OK;
}

quipu_status crew_wait(struct crew *crew)
{
    (void)pthread_mutex_lock(&crew->lock);
    while (crew->working > 0)
        (void)pthread_cond_wait(&crew->done, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->thread_count; i++) {
        if (crew->workers[i].batch->status != QUIPU_OK) return crew->workers[i].batch->status;
    }
    return QUIPU_OK;
}

void crew_stop(struct crew *crew, struct tally *tally, uint64_t *busy_ns)
{
    (void)crew_wait(crew);
    dismiss(crew);
    for (size_t i = 0; i < crew->thread_count; i++)
        tally_add(tally, &crew->workers[i].batch->tally);
    *busy_ns += crew->busy_ns;
    give_back(crew);
}
