/* drive.c - open, load, drive, check; see drive.h. */
#define _POSIX_C_SOURCE 200809L
#include "drive.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "command/common/stopwatch.h"

/* Events made up at a time, or a batch: so many that to read the clock costs nothing at batch 1. */
#define CHUNK QUIPU_BATCH_MAX

/* The same of all threads together, where each call waits for a disk; but a few for each. */
#define DURABLE_CHUNK 64
#define DURABLE_CHUNK_LEAST 4

/* What an account starts with: no run can use it up, and a double holds it exactly. */
#define FUNDS ((uint64_t)1 << 50)

struct driver {
    const struct drive_plan *plan;
    void *store, *session;
    pthread_t thread;
    pthread_barrier_t *start;
    struct workload_source source;
    quipu_transfer *events;
    quipu_result *results;
    uint64_t chunk;         /* events made up at a time */
    uint64_t last;          /* how many of `events` were posted last */
    uint64_t done, busy_ns; /* measured */
    uint64_t cpu_ns;        /* of this thread in those calls */
    uint64_t moved;         /* warm-up and all */
    bool failed;
};

bool peer_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    return false;
}

/* --- posting --- */

static size_t unit_max_of(const struct drive_plan *plan)
{
    if (plan->folder != NULL) return plan->peer->durable_unit_max;
    return plan->peer->unit_max[plan->thread_count > 1];
}

static bool drain(struct driver *driver)
{
    const struct peer *peer = driver->plan->peer;

    return peer->drain == NULL || peer->drain(driver->session);
}

static bool is_answered(const struct drive_plan *plan)
{
    return plan->answered || plan->folder != NULL;
}

/* Put the first `count` events in, a batch a call, or several calls where the store must. */
static bool post(struct driver *driver, uint64_t count)
{
    const struct peer *peer = driver->plan->peer;
    size_t unit_max = unit_max_of(driver->plan);
    uint64_t batch_end = 0, unit = driver->plan->batch;

    if (unit_max != 0 && unit > unit_max) unit = unit_max;
    for (uint64_t at = 0, end; at < count; at = end) {
        if (at == batch_end) batch_end += driver->plan->batch;
        if (batch_end > count) batch_end = count;
        end = at + unit < batch_end ? at + unit : batch_end;
        if (!peer->post(driver->session, driver->events + at, end - at, driver->results + at))
            return false;
        if (is_answered(driver->plan) && !drain(driver)) return false;
    }
    return drain(driver);
}

static bool all_are(const struct driver *driver, uint64_t count, uint32_t status)
{
    for (uint64_t i = 0; i < count; i++) {
        uint32_t got = driver->results[i].status;

        if (got == status) continue;
        return peer_fail("%s: a transfer was answered \"%s\", not \"%s\"", driver->plan->peer->name,
                         quipu_create_transfer_text(got), quipu_create_transfer_text(status));
    }
    return true;
}

/* What this thread had of a processor: on a machine that is shared, less noisy than time. */
static uint64_t cpu_ns(void)
{
    struct timespec used;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used); /* cannot fail for this clock */
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

/* Make up `count` events, post them, and check that all were. */
static void drive_some(struct driver *driver, uint64_t count)
{
    uint64_t started_ns, ended_ns, cpu_started_ns, cpu_ended_ns;

    workload_fill(&driver->source, driver->events, count);
    for (uint64_t i = 0; i < count; i++)
        driver->results[i].status = 0;
    cpu_started_ns = cpu_ns();
    started_ns = stopwatch_ns();
    driver->failed = !post(driver, count);
    ended_ns = stopwatch_ns();
    cpu_ended_ns = cpu_ns();
    if (driver->failed || !all_are(driver, count, QUIPU_CREATED)) {
        driver->failed = true;
        return;
    }
    driver->busy_ns += ended_ns - started_ns;
    driver->cpu_ns += cpu_ended_ns - cpu_started_ns;
    driver->last = count;
    for (uint64_t i = 0; i < count; i++)
        driver->moved += (uint64_t)driver->events[i].amount;
}

static void *drive(void *context)
{
    struct driver *driver = context;
    const struct drive_plan *plan = driver->plan;
    uint64_t quota = plan->transfers_max / plan->thread_count;
    uint64_t limit_ns = (uint64_t)(plan->seconds * 1e9);

    driver->failed = !plan->peer->enter(driver->store, &driver->session);
    if (!driver->failed) drive_some(driver, driver->chunk); /* warm-up */
    (void)pthread_barrier_wait(driver->start);
    driver->busy_ns = driver->cpu_ns = 0;
    while (!driver->failed && driver->done < quota && driver->busy_ns < limit_ns) {
        uint64_t left = quota - driver->done;

        drive_some(driver, driver->chunk < left ? driver->chunk : left);
        driver->done += driver->last;
    }
    if (driver->session != NULL) plan->peer->leave(driver->session);
    driver->session = NULL;
    return NULL;
}

/* All threads or none: those that started would wait at the barrier for ever. */
static bool drive_all(struct driver *drivers, const struct drive_plan *plan)
{
    bool fine = true;

    for (unsigned i = 0; i < plan->thread_count; i++) {
        if (pthread_create(&drivers[i].thread, NULL, drive, &drivers[i]) == 0) continue;
        (void)peer_fail("cannot start thread %u", i + 1);
        exit(EXIT_FAILURE); /* a measurement is a process of its own */
    }
    for (unsigned i = 0; i < plan->thread_count; i++) {
        (void)pthread_join(drivers[i].thread, NULL);
        if (drivers[i].failed) fine = false;
    }
    return fine;
}

/* --- before and after --- */

static bool each_account(const struct drive_plan *plan, void *session, quipu_uint128 *ids,
                         bool (*visit)(const struct peer *, void *, const quipu_uint128 *, size_t,
                                       void *),
                         void *context)
{
    uint64_t all = plan->workload->account_count;

    for (uint64_t from = 0; from < all; from += CHUNK) {
        size_t count = all - from < CHUNK ? all - from : CHUNK;

        for (size_t i = 0; i < count; i++)
            ids[i] = workload_account_id(from + i);
        if (!visit(plan->peer, session, ids, count, context)) return false;
    }
    return true;
}

static bool load_some(const struct peer *peer, void *session, const quipu_uint128 *ids,
                      size_t count, void *context)
{
    (void)context;
    return peer->load(session, ids, count, FUNDS);
}

static bool add_up_some(const struct peer *peer, void *session, const quipu_uint128 *ids,
                        size_t count, void *context)
{
    struct peer_balance *sum = context, *balances = calloc(count, sizeof *balances);
    bool read = balances != NULL && peer->balances(session, ids, count, balances);

    for (size_t i = 0; i < count && read; i++) {
        sum->debits += balances[i].debits;
        sum->credits += balances[i].credits - FUNDS;
    }
    free(balances);
    return read;
}

static bool books_show(const struct drive_plan *plan, struct driver *driver, uint64_t moved)
{
    struct peer_balance sum = {0};
    quipu_uint128 *ids = calloc(CHUNK, sizeof *ids);
    bool read = ids != NULL && each_account(plan, driver->session, ids, add_up_some, &sum);

    free(ids);
    if (!read) return peer_fail("%s: the accounts cannot be read", plan->peer->name);
    if (sum.debits == moved && sum.credits == moved) return true;
    return peer_fail("%s: %llu was posted, the books show debits of %llu and credits of %llu",
                     plan->peer->name, (unsigned long long)moved, (unsigned long long)sum.debits,
                     (unsigned long long)sum.credits);
}

/* What was posted last is known and changes nothing; nor does a transfer of too much. */
static bool nothing_counts_twice(struct driver *driver)
{
    if (!post(driver, driver->last)) return false;
    if (!all_are(driver, driver->last, QUIPU_CREATE_TRANSFER_EXISTS)) return false;
    workload_fill(&driver->source, driver->events, 1);
    driver->events[0].amount = 2 * FUNDS;
    return post(driver, 1) && all_are(driver, 1, QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
}

static bool books_are_right(const struct drive_plan *plan, struct driver *drivers)
{
    uint64_t moved = 0;
    bool right = true;

    for (unsigned i = 0; i < plan->thread_count; i++)
        moved += drivers[i].moved;
    for (unsigned i = 0; i < plan->thread_count && right; i++) {
        right = plan->peer->enter(drivers[i].store, &drivers[i].session);
        if (!right) break;
        right = (i > 0 || books_show(plan, &drivers[i], moved)) &&
                nothing_counts_twice(&drivers[i]) &&
                (i + 1 < plan->thread_count || books_show(plan, &drivers[i], moved));
        plan->peer->leave(drivers[i].session);
    }
    return right;
}

static bool load(const struct drive_plan *plan, void *store)
{
    quipu_uint128 *ids = calloc(CHUNK, sizeof *ids);
    void *session;
    bool loaded = false;

    if (ids != NULL && plan->peer->enter(store, &session)) {
        loaded = each_account(plan, session, ids, load_some, NULL);
        plan->peer->leave(session);
    }
    free(ids);
    return loaded;
}

static uint64_t chunk_of(const struct drive_plan *plan)
{
    uint64_t about = CHUNK;

    if (plan->folder != NULL) {
        about = DURABLE_CHUNK / plan->thread_count;
        if (about < DURABLE_CHUNK_LEAST) about = DURABLE_CHUNK_LEAST;
    }
    return plan->batch < about ? about / plan->batch * plan->batch : plan->batch;
}

static struct driver *drivers_make(const struct drive_plan *plan, void *store,
                                   pthread_barrier_t *start)
{
    struct driver *drivers = calloc(plan->thread_count, sizeof *drivers);
    uint64_t chunk = chunk_of(plan);

    for (unsigned i = 0; drivers != NULL && i < plan->thread_count; i++) {
        drivers[i].plan = plan;
        drivers[i].store = store;
        drivers[i].start = start;
        drivers[i].chunk = chunk;
        drivers[i].events = aligned_alloc(128, chunk * sizeof *drivers[i].events);
        drivers[i].results = calloc(chunk, sizeof *drivers[i].results);
        if (drivers[i].events == NULL || drivers[i].results == NULL) return NULL;
        workload_begin(&drivers[i].source, plan->workload, i + 1);
    }
    return drivers;
}

static void sum_up(const struct driver *drivers, const struct drive_plan *plan,
                   struct drive_figures *figures)
{
    for (unsigned i = 0; i < plan->thread_count; i++) {
        double seconds = stopwatch_seconds(drivers[i].busy_ns);

        figures->transfers += drivers[i].done;
        figures->cpu_seconds += stopwatch_seconds(drivers[i].cpu_ns);
        figures->seconds += seconds / plan->thread_count;
        if (seconds > 0) figures->per_second += (double)drivers[i].done / seconds;
    }
}

/* Memory that is not given back here goes with the process: see cell.c. */
static enum drive_end measure(const struct drive_plan *plan, void *store,
                              struct drive_figures *figures)
{
    pthread_barrier_t start;
    struct driver *drivers;

    if (!load(plan, store)) return DRIVE_FAILED;
    if (pthread_barrier_init(&start, NULL, plan->thread_count) != 0) return DRIVE_FAILED;
    drivers = drivers_make(plan, store, &start);
    if (drivers == NULL || !drive_all(drivers, plan)) return DRIVE_FAILED;
    sum_up(drivers, plan, figures);
    return books_are_right(plan, drivers) ? DRIVE_FINE : DRIVE_WRONG_BOOKS;
}

void drive_measure(const struct drive_plan *plan, struct drive_figures *figures)
{
    const struct peer_order order = {
        .account_count = plan->workload->account_count,
        .transfers_max = plan->transfers_max + (2 * plan->thread_count + 2) * CHUNK,
        .thread_count = plan->thread_count,
        .scratch = plan->scratch,
        .durable = plan->folder != NULL,
    };
    void *store;

    *figures = (struct drive_figures){.end = DRIVE_NOT_OPEN};
    if (!plan->peer->open(plan->peer, &order, &store)) return;
    figures->end = measure(plan, store, figures);
    plan->peer->close(store);
}
