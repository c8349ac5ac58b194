/* drive.c - one measurement.
 *
 *   1  open a ledger with funded accounts
 *   2  start the readers and the drivers; each driver warms up before the clock starts
 *   3  each driver makes events, calls, and checks the results, until its time or its share is over
 *   4  sum up times, latencies and memory; draw up the books
 *
 * A result that was not expected, or books that do not balance, make the exit code
 * COMMAND_REFUSED. */
#define _POSIX_C_SOURCE 200809L
#include "command/measure/drive.h"

#include <pthread.h>
#include <stdlib.h>

#include "command/common/stopwatch.h"
#include "command/look/trial_balance.h"
#include "command/measure/commit_retry.h"
#include "command/measure/funded_ledger.h"
#include "command/measure/latency.h"
#include "command/measure/memory_use.h"
#include "command/terminal/complain.h"

/* How many latencies a thread keeps. */
#define LATENCY_SAMPLES (1u << 16)

struct driver {
    const struct drive_order *order;
    quipu_ledger *ledger;
    pthread_barrier_t *start;
    struct workload_source source;
    quipu_transfer *events;
    uint32_t *expected;
    quipu_result *results;
    struct latency latency;
    struct retry retry;         /* KIND_COMMIT */
    uint64_t done, busy_ns;     /* without the warm-up */
    uint64_t stored, surprises; /* with the warm-up */
    quipu_uint128 moved;        /* with the warm-up */
    quipu_status status;
    pthread_t thread;
};

/* The amount that events[i] posted. */
static quipu_uint128 posted_by(const quipu_transfer *events, size_t i)
{
    if ((events[i].flags & QUIPU_TRANSFER_PENDING) != 0) return 0;
    return events[i].pending_id != 0 ? events[i - 1].amount : events[i].amount;
}

static void check_results(struct driver *driver, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (driver->results[i].status != driver->expected[i]) driver->surprises++;
        if (driver->results[i].status != QUIPU_CREATED) continue;
        driver->stored++;
        driver->moved += posted_by(driver->events, i);
    }
}

static quipu_status call(struct driver *driver, size_t at, size_t count)
{
    const quipu_transfer *events = driver->events + at;
    quipu_result *results = driver->results + at;

    if (driver->order->kind == KIND_COMMIT)
        return retry_commit(&driver->retry, driver->ledger, events, count, results);
    return quipu_create_transfers(driver->ledger, events, count, results);
}

/* Make `count` events, put them in, and check their results. Returns the time in calls. */
static uint64_t drive_some(struct driver *driver, size_t count)
{
    size_t batch = driver->order->batch;
    uint64_t started_ns, ended_ns, call_ns;

    workload_fill(&driver->source, driver->events, count);
    kind_shape(driver->order->kind, batch, driver->events, driver->expected, count);
    started_ns = ended_ns = stopwatch_ns();
    for (size_t at = 0; at < count && driver->status == QUIPU_OK; at += batch) {
        driver->status = call(driver, at, batch < count - at ? batch : count - at);
        if (driver->latency.ns == NULL) continue;
        call_ns = stopwatch_ns();
        latency_add(&driver->latency, call_ns - ended_ns);
        ended_ns = call_ns;
    }
    ended_ns = stopwatch_ns();
    if (driver->status != QUIPU_OK) return 0;
    check_results(driver, count);
    return ended_ns - started_ns;
}

static void *drive(void *context)
{
    struct driver *driver = context;
    uint64_t portion = DRIVE_PORTION / driver->order->batch * driver->order->batch;
    uint64_t quota = driver->order->transfers_max / driver->order->thread_count;
    uint64_t limit_ns = (uint64_t)(driver->order->seconds * 1e9);

    (void)drive_some(driver, portion); /* warm-up */
    driver->retry.conflicts = 0;
    (void)pthread_barrier_wait(driver->start);
    if (quota == 0) quota = 1;
    while (driver->status == QUIPU_OK && driver->done < quota && driver->busy_ns < limit_ns) {
        uint64_t count = portion < quota - driver->done ? portion : quota - driver->done;

        driver->busy_ns += drive_some(driver, count);
        driver->done += count;
    }
    return NULL;
}

static bool books_are_right(const struct drive_order *order, quipu_ledger *ledger,
                            const struct driver *drivers)
{
    quipu_uint128 moved = FUNDED_AMOUNT * order->workload->account_count;
    uint64_t surprises = 0;
    struct trial trial;
    bool right;

    for (uint64_t i = 0; i < order->thread_count; i++) {
        moved += drivers[i].moved;
        surprises += drivers[i].surprises;
    }
    if (surprises > 0) { /* not reached by tests: the engine is right */
        complain("%llu transfers had an outcome that was not expected",
                 (unsigned long long)surprises);
        return false;
    }
    if (!trial_take(ledger, &trial)) return false;
    right =
        trial_balances(&trial) && trial.line_count > 0 && trial.lines[0].debits_posted.low == moved;
    if (!right) complain("the books do not balance after the run");
    trial_free(&trial);
    return right;
}

static bool drivers_make(struct driver *drivers, const struct drive_order *order,
                         pthread_barrier_t *start)
{
    for (uint64_t i = 0; i < order->thread_count; i++) {
        drivers[i].order = order;
        drivers[i].start = start;
        drivers[i].status = QUIPU_OK;
        drivers[i].events = calloc(DRIVE_PORTION, sizeof *drivers[i].events);
        drivers[i].expected = calloc(DRIVE_PORTION, sizeof *drivers[i].expected);
        drivers[i].results = calloc(DRIVE_PORTION, sizeof *drivers[i].results);
        if (order->latency && !latency_open(&drivers[i].latency, LATENCY_SAMPLES)) return false;
        if (order->kind == KIND_COMMIT && !retry_open(&drivers[i].retry)) return false;
        if (drivers[i].events == NULL || drivers[i].expected == NULL || drivers[i].results == NULL)
            return false;
        workload_begin(&drivers[i].source, order->workload, i + 1);
    }
    return true;
}

static void drivers_free(struct driver *drivers, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        free(drivers[i].events);
        free(drivers[i].expected);
        latency_close(&drivers[i].latency);
        retry_close(&drivers[i].retry);
        free(drivers[i].results);
    }
    free(drivers);
}

/* If a thread cannot start, the process ends: the others would wait at the barrier for ever. */
static void start_all(struct driver *drivers, struct reader *readers,
                      const struct drive_order *order)
{
    bool started = true;

    for (uint64_t i = 0; i < order->reader_count && started; i++)
        started = reader_start(&readers[i]);
    for (uint64_t i = 0; i < order->thread_count && started; i++)
        started = pthread_create(&drivers[i].thread, NULL, drive, &drivers[i]) == 0;
    if (started) return;
    complain("cannot start all threads; ask for fewer --threads or --readers");
    exit(COMMAND_SYSTEM);
}

static void run_all(struct driver *drivers, struct reader *readers, const struct drive_order *order,
                    quipu_ledger *ledger)
{
    for (uint64_t i = 0; i < order->thread_count; i++)
        drivers[i].ledger = ledger;
    for (uint64_t i = 0; i < order->reader_count; i++) {
        readers[i].ledger = ledger;
        readers[i].workload = order->workload;
        readers[i].reading = order->reading;
        readers[i].number = i;
    }
    start_all(drivers, readers, order);
    for (uint64_t i = 0; i < order->thread_count; i++)
        (void)pthread_join(drivers[i].thread, NULL);
    for (uint64_t i = 0; i < order->reader_count; i++)
        reader_join(&readers[i]);
}

static quipu_status sum_up(const struct driver *drivers, const struct reader *readers,
                           const struct drive_order *order, struct drive_score *score)
{
    for (uint64_t i = 0; i < order->thread_count; i++) {
        double seconds = stopwatch_seconds(drivers[i].busy_ns);

        if (drivers[i].status != QUIPU_OK) return drivers[i].status;
        score->transfers += drivers[i].done;
        score->conflicts += drivers[i].retry.conflicts;
        score->seconds += seconds / (double)order->thread_count;
        if (seconds > 0) score->per_second += (double)drivers[i].done / seconds;
    }
    for (uint64_t i = 0; i < order->reader_count; i++) {
        if (readers[i].status != QUIPU_OK) return readers[i].status;
        score->reads_per_second += (double)readers[i].reads / stopwatch_seconds(readers[i].ns);
    }
    return QUIPU_OK;
}

/* How long the calls of all threads took. */
static quipu_status sum_up_latency(struct driver *drivers, const struct drive_order *order,
                                   struct drive_score *score)
{
    struct latency *all = &drivers[0].latency;

    if (!order->latency) return QUIPU_OK;
    for (uint64_t i = 1; i < order->thread_count; i++) {
        if (!latency_join(all, &drivers[i].latency, 1)) return QUIPU_NO_MEMORY;
    }
    if (!latency_join(all, NULL, 0)) return QUIPU_NO_MEMORY;
    score->p50_ns = latency_at(all, 0.5);
    score->p99_ns = latency_at(all, 0.99);
    score->p999_ns = latency_at(all, 0.999);
    score->longest_ns = all->longest_ns;
    return QUIPU_OK;
}

static void sum_up_memory(const struct driver *drivers, const struct drive_order *order,
                          const struct funded_ledger *funded, struct drive_score *score)
{
    uint64_t now = memory_in_use(), transfers = order->workload->account_count;

    for (uint64_t i = 0; i < order->thread_count; i++)
        transfers += drivers[i].stored;
    if (order->prefault || now == 0) return;
    score->bytes_per_account = funded->bytes_per_account;
    score->bytes_per_transfer = (double)(now - funded->bytes_before_transfers) / (double)transfers;
}

static quipu_status measure(const struct drive_order *order, struct driver *drivers,
                            struct reader *readers, struct funded_ledger *funded,
                            struct drive_score *score)
{
    quipu_status status = funded_ledger_open(order, funded);

    if (status != QUIPU_OK) return status;
    run_all(drivers, readers, order, funded->ledger);
    sum_up_memory(drivers, order, funded, score);
    status = sum_up(drivers, readers, order, score);
    return status == QUIPU_OK ? sum_up_latency(drivers, order, score) : status;
}

enum command_exit drive_run(const struct drive_order *order, struct drive_score *score)
{
    struct driver *drivers = calloc(order->thread_count, sizeof *drivers);
    struct reader *readers = calloc(order->reader_count + 1, sizeof *readers);
    struct funded_ledger funded = {0};
    pthread_barrier_t start;
    quipu_status status = QUIPU_NO_MEMORY;
    enum command_exit result = COMMAND_FINE;

    *score = (struct drive_score){0};
    (void)pthread_barrier_init(&start, NULL, (unsigned)order->thread_count);
    if (drivers != NULL && readers != NULL && drivers_make(drivers, order, &start))
        status = measure(order, drivers, readers, &funded, score);
    if (status != QUIPU_OK) {
        complain_of_status("the bench", status);
        result = COMMAND_SYSTEM;
    } else if (!books_are_right(order, funded.ledger, drivers)) {
        result = COMMAND_REFUSED;
    }
    if (funded.ledger != NULL) (void)quipu_close(funded.ledger);
    (void)pthread_barrier_destroy(&start);
    if (drivers != NULL) drivers_free(drivers, order->thread_count);
    free(readers);
    return result;
}
