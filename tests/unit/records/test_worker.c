/* test_worker.c - workers belong to one call at a time, and an import runs alone.
 *
 *   T1  a worker is used by one call at a time (W1)
 *   T2  while an import runs nobody else writes; readers go on (W2)
 *   T3  there are never more workers than calls at once
 *   T4  without memory a call gets no worker, and the gate is open */
#include <criterion/criterion.h>
#include <sched.h>

#include "records/worker.h"
#include "support/random.h"
#include "support/threads.h"

enum { THREADS = 5, LINGER = 50 };

static struct workers workers;

static bool refuse(void)
{
    return true;
}

Test(worker, is_found_again)
{
    struct worker *first, *second;

    quipui_workers_open(&workers);
    first = quipui_worker_take(&workers, WORKER_WRITES);
    second = quipui_worker_take(&workers, WORKER_READS);
    cr_assert(first != NULL && second != NULL && first != second);
    cr_assert_not(quipui_worker_try(first, WORKER_READS));
    quipui_worker_give_back(first);
    quipui_worker_give_back(second);
    cr_assert_eq(quipui_worker_take(&workers, WORKER_READS), second, "its lines are warm");
    cr_assert_eq(quipui_worker_take(&workers, WORKER_READS), first, "the other idle one");
    quipui_worker_give_back(first);
    quipui_worker_give_back(second);
    quipui_workers_close(&workers);
}

Test(worker, is_of_the_ledger_at_hand)
{
    static struct workers other;
    struct worker *worker, *others;

    quipui_workers_open(&workers);
    quipui_workers_open(&other);
    worker = quipui_worker_take(&workers, WORKER_WRITES);
    quipui_worker_give_back(worker);
    others = quipui_worker_take(&other, WORKER_WRITES);
    cr_assert_neq(others, worker, "the one it had last is of another ledger");
    quipui_worker_give_back(others);
    quipui_workers_close(&other);
    quipui_workers_open(&other); /* in the same memory: the one it had last is gone */
    others = quipui_worker_take(&other, WORKER_WRITES);
    cr_assert_eq(workers_first(&other), others);
    quipui_worker_give_back(others);
    cr_assert_eq(quipui_worker_take(&workers, WORKER_READS), worker);
    quipui_worker_give_back(worker);
    quipui_workers_close(&other);
    quipui_workers_close(&workers);
}

Test(worker, has_memory_to_think_in)
{
    struct worker *worker;
    char *scratch;

    quipui_workers_open(&workers);
    quipui_memory_refuse = refuse;
    cr_assert_null(quipui_worker_take(&workers, WORKER_READS));
    cr_assert_null(quipui_worker_take(&workers, WORKER_WRITES));
    cr_assert_null(quipui_worker_take_alone(&workers));
    quipui_memory_refuse = NULL;
    worker = quipui_worker_take(&workers, WORKER_WRITES); /* the gate is open */
    scratch = quipui_worker_scratch(worker, 100);
    cr_assert_not_null(scratch);
    scratch[99] = 1;
    cr_assert_eq(quipui_worker_scratch(worker, 50), scratch, "it is enough already");
    quipui_memory_refuse = refuse;
    cr_assert_null(quipui_worker_scratch(worker, 101));
    cr_assert_eq(quipui_worker_scratch(worker, 100), scratch, "what it had it has");
    quipui_memory_refuse = NULL;
    scratch = quipui_worker_scratch(worker, 100000);
    cr_assert_not_null(scratch);
    scratch[99999] = 1;
    quipui_worker_give_back(worker);
    quipui_workers_close(&workers);
}

struct calls {
    unsigned rounds;
    unsigned met[THREADS];                         /* calls that met another where none may be */
    uint64_t imports;                              /* plain, under the import */
    uint64_t writing, importing, gone_on, entered; /* shared */
};

static unsigned worker_count(void)
{
    unsigned count = 0;

    for (struct worker *w = workers_first(&workers); w != NULL; w = w->next)
        count++;
    return count;
}

/* The worker's plain `newest` counts its calls: lost if two had it at once. */
static void use(struct worker *worker, unsigned round)
{
    uint64_t newest = worker->newest;

    if (round % 16 == 0) (void)sched_yield();
    worker->newest = newest + 1;
}

/* Each call has two workers: the second is nearly always one that another thread had last. */
static void call(void *context, unsigned thread)
{
    struct calls *calls = context;
    enum worker_use what = thread % 2 == 0 ? WORKER_WRITES : WORKER_READS;

    for (unsigned i = 0; i < calls->rounds; i++) {
        struct worker *one = quipui_worker_take(&workers, what);
        struct worker *two = quipui_worker_take(&workers, what);

        if (one == two) calls->met[thread]++;
        use(one, i);
        use(two, i + 8);
        quipui_worker_give_back(one);
        quipui_worker_give_back(two);
    }
}

static uint64_t sum_of_calls(void)
{
    uint64_t sum = 0;

    for (struct worker *w = workers_first(&workers); w != NULL; w = w->next)
        sum += w->newest;
    return sum;
}

Test(worker, serves_one_call_at_a_time, .timeout = 120)
{
    struct calls calls = {.rounds = threads_work(100000)};

    quipui_workers_open(&workers);
    threads_run(THREADS, call, &calls);
    for (int t = 0; t < THREADS; t++)
        cr_assert_eq(calls.met[t], 0, "thread %d", t);
    cr_assert_eq(sum_of_calls(), (uint64_t)2 * THREADS * calls.rounds);
    cr_assert_leq(worker_count(), 2 * THREADS);
    quipui_workers_close(&workers);
}

/* Threads 0 and 1 import, thread 2 reads, the others write. */
static void write_or_import(void *context, unsigned thread)
{
    struct calls *calls = context;

    for (unsigned i = 0; i < calls->rounds; i++) {
        if (thread < 2) {
            struct worker *worker = quipui_worker_take_alone(&workers);

            if (shared_add(&calls->importing, 1) != 0) calls->met[thread]++;
            calls->imports++;
            use(worker, i);
            if (shared_read(&calls->writing) != 0) calls->met[thread]++;
            (void)shared_add(&calls->importing, UINT64_MAX);
            quipui_worker_give_back_alone(&workers, worker);
        } else {
            struct worker *worker =
                quipui_worker_take(&workers, thread == 2 ? WORKER_READS : WORKER_WRITES);

            if (thread > 2) (void)shared_add(&calls->writing, 1);
            use(worker, i);
            if (thread > 2 && shared_read(&calls->importing) != 0) calls->met[thread]++;
            if (thread > 2) (void)shared_add(&calls->writing, UINT64_MAX);
            quipui_worker_give_back(worker);
        }
    }
}

Test(worker, of_an_import_is_alone, .timeout = 240)
{
    struct calls calls = {.rounds = threads_work(20000)};

    quipui_workers_open(&workers);
    threads_run(THREADS, write_or_import, &calls);
    for (int t = 0; t < THREADS; t++)
        cr_assert_eq(calls.met[t], 0, "thread %d met others %u times", t, calls.met[t]);
    cr_assert_eq(calls.imports, (uint64_t)2 * calls.rounds);
    cr_assert_eq(sum_of_calls(), (uint64_t)THREADS * calls.rounds);
    quipui_workers_close(&workers);
}

/* Thread 0 imports until the reader has been there; thread 2 may write only after that. */
static void import_read_write(void *context, unsigned thread)
{
    struct calls *calls = context;
    struct worker *worker;

    if (thread == 0) {
        worker = quipui_worker_take_alone(&workers);
        (void)shared_add(&calls->importing, 1);
        while (shared_read(&calls->gone_on) == 0)
            (void)sched_yield();
        for (int i = 0; i < LINGER; i++)
            (void)sched_yield();
        if (shared_read(&calls->entered) != 0) calls->met[0]++;
        quipui_worker_give_back_alone(&workers, worker);
        return;
    }
    while (shared_read(&calls->importing) == 0)
        (void)sched_yield();
    worker = quipui_worker_take(&workers, thread == 1 ? WORKER_READS : WORKER_WRITES);
    (void)shared_add(thread == 1 ? &calls->gone_on : &calls->entered, 1);
    quipui_worker_give_back(worker);
}

Test(worker, of_a_reader_passes_the_gate, .timeout = 120)
{
    for (unsigned round = 0; round < threads_work(300); round++) {
        struct calls calls = {0};

        quipui_workers_open(&workers);
        threads_run(3, import_read_write, &calls);
        cr_assert_eq(calls.met[0], 0, "round %u: a writer did not wait", round);
        cr_assert_eq(calls.entered, 1);
        quipui_workers_close(&workers);
    }
}
