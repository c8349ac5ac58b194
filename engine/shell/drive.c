/* drive.c - set up, drive, check the books. */
#define _POSIX_C_SOURCE 200809L
#include "drive.h"

#include <pthread.h>
#include <stdlib.h>

#include "complain.h"
#include "stopwatch.h"
#include "trial.h"

/* Events made up at a time: as many calls as give so many, so that reading the clock costs nothing
 * at batch 1 either. */
#define CHUNK QUIPU_BATCH_MAX

/* Enough for any run: what an account can lose is transfers times 64. */
#define FUNDS ((quipu_uint128)1 << 60)

#define BANK_ID 1

struct driver {
    const struct drive_order *order;
    quipu_ledger *ledger;
    pthread_barrier_t *start;
    struct workload_source source;
    quipu_transfer *events;
    quipu_result *results;
    uint64_t done, busy_ns; /* measured */
    uint64_t failed;        /* warm-up and all */
    quipu_uint128 moved;    /* the same */
    quipu_status status;
    pthread_t thread;
};

/* Make up `count` events, put them in, and check what became of them. Returns the time in calls. */
static uint64_t drive_some(struct driver *driver, size_t count)
{
    size_t batch = driver->order->batch;
    uint64_t started_ns, ended_ns;

    workload_fill(&driver->source, driver->events, count);
    started_ns = stopwatch_ns();
    for (size_t at = 0; at < count && driver->status == QUIPU_OK; at += batch) {
        driver->status =
            quipu_create_transfers(driver->ledger, driver->events + at,
                                   batch < count - at ? batch : count - at, driver->results + at);
    }
    ended_ns = stopwatch_ns();
    if (driver->status != QUIPU_OK) return 0;
    for (size_t i = 0; i < count; i++) {
        if (driver->results[i].status == QUIPU_CREATED) {
            driver->moved += driver->events[i].amount;
        } else {
            driver->failed++;
        }
    }
    return ended_ns - started_ns;
}

static void *drive(void *context)
{
    struct driver *driver = context;
    uint64_t chunk = CHUNK / driver->order->batch * driver->order->batch;
    uint64_t quota = driver->order->transfers_max / driver->order->thread_count;
    uint64_t limit_ns = (uint64_t)(driver->order->seconds * 1e9);

    (void)drive_some(driver, chunk); /* warm-up */
    (void)pthread_barrier_wait(driver->start);
    if (quota == 0) quota = 1;
    while (driver->status == QUIPU_OK && driver->done < quota && driver->busy_ns < limit_ns) {
        uint64_t count = chunk < quota - driver->done ? chunk : quota - driver->done;

        driver->busy_ns += drive_some(driver, count);
        driver->done += count;
    }
    return NULL;
}

static bool all_created(const quipu_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].status != QUIPU_CREATED) return false;
    }
    return true;
}

static quipu_status open_bank(quipu_ledger *ledger)
{
    const quipu_account bank = {.id = BANK_ID, .ledger = 1, .code = 1};
    quipu_result result;

    return quipu_create_accounts(ledger, &bank, 1, &result);
}

/* Accounts `from` up to `to`, at most a batch, each with its funds. */
static quipu_status open_accounts(quipu_ledger *ledger, uint64_t from, uint64_t to,
                                  struct driver *scratch)
{
    quipu_account *accounts = calloc(to - from, sizeof *accounts);
    quipu_status status;

    if (accounts == NULL) return QUIPU_NO_MEMORY;
    for (uint64_t i = from; i < to; i++) {
        quipu_uint128 id = workload_account_id(i);

        accounts[i - from] = (quipu_account){
            .id = id,
            .ledger = 1,
            .code = 2,
            .flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
        };
        scratch->events[i - from] = (quipu_transfer){
            .id = id, /* transfers have ids of their own */
            .debit_account_id = BANK_ID,
            .credit_account_id = id,
            .amount = FUNDS,
            .ledger = 1,
            .code = 1,
        };
    }
    status = quipu_create_accounts(ledger, accounts, to - from, scratch->results);
    if (status == QUIPU_OK)
        status = quipu_create_transfers(ledger, scratch->events, to - from, scratch->results);
    if (status == QUIPU_OK && !all_created(scratch->results, to - from)) status = QUIPU_CORRUPT;
    free(accounts);
    return status;
}

static quipu_status set_up(const struct drive_order *order, struct driver *scratch,
                           quipu_ledger **ledger)
{
    uint64_t accounts = order->workload->account_count;
    const quipu_options options = {
        .protocol = order->protocol,
        .account_capacity = accounts + 1,
        .transfer_capacity =
            accounts + order->transfers_max + (2 * order->thread_count + 2) * CHUNK,
        .prefault = order->prefault,
    };
    quipu_status status = quipu_open(&options, ledger);

    if (status == QUIPU_OK) status = open_bank(*ledger);
    for (uint64_t from = 0; from < accounts && status == QUIPU_OK; from += CHUNK) {
        uint64_t to = from + CHUNK < accounts ? from + CHUNK : accounts;

        status = open_accounts(*ledger, from, to, scratch);
    }
    return status;
}

static bool books_are_right(const struct drive_order *order, quipu_ledger *ledger,
                            const struct driver *drivers)
{
    quipu_uint128 moved = FUNDS * order->workload->account_count;
    uint64_t failed = 0;
    struct trial trial;
    bool right;

    for (uint64_t i = 0; i < order->thread_count; i++) {
        moved += drivers[i].moved;
        failed += drivers[i].failed;
    }
    if (failed > 0) {
        complain("%llu transfers failed that should not have", (unsigned long long)failed);
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
        drivers[i].events = calloc(CHUNK, sizeof *drivers[i].events);
        drivers[i].results = calloc(CHUNK, sizeof *drivers[i].results);
        if (drivers[i].events == NULL || drivers[i].results == NULL) return false;
        workload_begin(&drivers[i].source, order->workload, i + 1);
    }
    return true;
}

static void drivers_free(struct driver *drivers, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        free(drivers[i].events);
        free(drivers[i].results);
    }
    free(drivers);
}

/* All threads or none: those that started would wait at the barrier for ever. */
static void run_all(struct driver *drivers, const struct drive_order *order, quipu_ledger *ledger)
{
    for (uint64_t i = 0; i < order->thread_count; i++) {
        drivers[i].ledger = ledger;
        if (pthread_create(&drivers[i].thread, NULL, drive, &drivers[i]) == 0) continue;
        complain("cannot start thread %llu; ask for fewer --threads", (unsigned long long)i + 1);
        exit(COMMAND_SYSTEM);
    }
    for (uint64_t i = 0; i < order->thread_count; i++)
        (void)pthread_join(drivers[i].thread, NULL);
}

static quipu_status sum_up(const struct driver *drivers, const struct drive_order *order,
                           struct drive_score *score)
{
    *score = (struct drive_score){0};
    for (uint64_t i = 0; i < order->thread_count; i++) {
        double seconds = stopwatch_seconds(drivers[i].busy_ns);

        if (drivers[i].status != QUIPU_OK) return drivers[i].status;
        score->transfers += drivers[i].done;
        score->seconds += seconds / (double)order->thread_count;
        if (seconds > 0) score->per_second += (double)drivers[i].done / seconds;
    }
    return QUIPU_OK;
}

enum command_exit drive_run(const struct drive_order *order, struct drive_score *score)
{
    struct driver *drivers = calloc(order->thread_count, sizeof *drivers);
    pthread_barrier_t start;
    quipu_ledger *ledger = NULL;
    quipu_status status = QUIPU_NO_MEMORY;
    enum command_exit result = COMMAND_FINE;

    if (drivers == NULL) {
        complain_of_status("the bench", status);
        return COMMAND_SYSTEM;
    }
    (void)pthread_barrier_init(&start, NULL, (unsigned)order->thread_count);
    if (drivers_make(drivers, order, &start)) status = set_up(order, &drivers[0], &ledger);
    if (status == QUIPU_OK) {
        run_all(drivers, order, ledger);
        status = sum_up(drivers, order, score);
    }
    if (status != QUIPU_OK) {
        complain_of_status("the bench", status);
        result = COMMAND_SYSTEM;
    } else if (!books_are_right(order, ledger, drivers)) {
        result = COMMAND_REFUSED;
    }
    if (ledger != NULL) (void)quipu_close(ledger);
    (void)pthread_barrier_destroy(&start);
    drivers_free(drivers, order->thread_count);
    return result;
}
