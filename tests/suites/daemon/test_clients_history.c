/* test_clients_history.c - what threads, queues and three client processes see of one daemon is one
 * history, strictly serializable with real time.
 *
 * Six clients at once: in this process two threads with a handle each, and a queue on a handle; and
 * three processes, of which two make calls and one has a queue. The interval of a call is from its
 * call or submit to its return or reaping. All read one monotonic clock. The ledger is in memory,
 * or durable: then completions come later than submits, and out of their order.
 *
 *   T1  the checker finds nothing (cas: per account)
 *   T2  each submit has exactly one completion
 *
 * QUIPU_CALLS=n: so many calls of each client, for longer histories. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/ledger.h"
#include "checker/checker.h"
#include "checker/stamp.h"
#include "quipu/queue.h"
#include "support/daemon.h"
#include "support/held_log.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum {
    CALLS = 250,
    WINDOW = 5, /* of a queue */
    ACCOUNTS = 4,
    EVENTS = 3,
    PROCESSES = 3,
    THREADS = 3,
    CLIENTS = PROCESSES + THREADS
};

/* A call, as its client made it and saw it end. */
struct seen {
    bool is_read;
    unsigned completions;
    uint64_t begin, end;
    size_t count;
    quipu_transfer events[EVENTS];
    quipu_result results[EVENTS];
    quipu_uint128 ids[EVENTS];
    quipu_account accounts[EVENTS];
    uint64_t versions[EVENTS];
};

/* Memory that all processes share: what each client has seen. */
struct scene {
    uint64_t next_id, begun;
    unsigned calls; /* of each client */
    struct seen seen[];
};

static struct scene *scene;
static struct daemon served;

static struct seen *seen_by(unsigned client)
{
    return &scene->seen[(size_t)client * scene->calls];
}

static bool has_queue(unsigned client)
{
    return client % 3 == 0;
}

/* --- the clients --- */

/* Some transfers, at times a chain; or a read of some accounts. */
static void draw(struct random *random, struct seen *seen)
{
    seen->is_read = random_one_in(random, 3);
    seen->count = 1 + random_below(random, EVENTS);
    for (size_t i = 0; i < seen->count; i++) {
        uint32_t debit = random_below(random, ACCOUNTS);
        uint32_t credit = (debit + 1 + random_below(random, ACCOUNTS - 1)) % ACCOUNTS;

        seen->ids[i] = 1 + (debit + i) % ACCOUNTS;
        seen->events[i] = a_transfer(0, 1 + debit, 1 + credit, 1 + random_below(random, 30));
        if (!seen->is_read) seen->events[i].id = shared_add(&scene->next_id, 1);
        if (i + 1 < seen->count && random_one_in(random, 2))
            seen->events[i].flags = QUIPU_TRANSFER_LINKED;
    }
    seen->begin = stamp_begin(true);
}

static void see_end(struct seen *seen, quipu_status status)
{
    seen->end = stamp_end(true);
    seen->completions++;
    cr_assert_eq(status, QUIPU_OK, "%s", quipu_status_text(status));
}

static void call(quipu_ledger *far, struct random *random, struct seen *seen)
{
    draw(random, seen);
    see_end(seen,
            seen->is_read
                ? quipu_lookup_accounts(far, seen->ids, seen->count, seen->accounts, seen->versions)
                : quipu_create_transfers(far, seen->events, seen->count, seen->results));
}

static void submit(quipu_queue *queue, struct random *random, struct seen *seen)
{
    quipu_status status;

    draw(random, seen);
    status = seen->is_read ? quipu_submit_lookup_accounts(queue, seen->ids, seen->count,
                                                          seen->accounts, seen->versions, seen)
                           : quipu_submit_create_transfers(queue, seen->events, seen->count,
                                                           seen->results, seen);
    cr_assert_eq(status, QUIPU_OK);
}

static unsigned reap(quipu_queue *queue)
{
    quipu_completion completions[2];
    unsigned reaped = 0;
    size_t taken;

    cr_assert_eq(quipu_queue_wait(queue, UINT64_MAX), QUIPU_OK);
    while ((taken = quipu_reap(queue, completions, 2)) > 0) {
        for (size_t i = 0; i < taken; i++, reaped++)
            see_end(completions[i].context, completions[i].status);
    }
    return reaped;
}

static void run_queue(quipu_ledger *far, struct random *random, struct seen *seen)
{
    unsigned begun = 0, ended = 0;
    quipu_queue *queue;

    cr_assert_eq(quipu_queue_open(far, WINDOW, &queue), QUIPU_OK);
    while (ended < scene->calls) {
        while (begun < scene->calls && begun - ended < WINDOW)
            submit(queue, random, &seen[begun++]);
        ended += reap(queue);
    }
    cr_assert_eq(quipu_queue_close(queue), QUIPU_OK);
}

static void run_client(unsigned client)
{
    struct random random = {100 + client};
    quipu_ledger *far = daemon_connect(&served);
    struct seen *seen = seen_by(client);

    /* All at once. */
    (void)shared_add(&scene->begun, 1);
    while (shared_read(&scene->begun) < CLIENTS)
        (void)poll(NULL, 0, 1);
    if (has_queue(client)) {
        run_queue(far, &random, seen);
    } else {
        for (unsigned i = 0; i < scene->calls; i++)
            call(far, &random, &seen[i]);
    }
    cr_assert_eq(quipu_close(far), QUIPU_OK);
}

static void run_thread(void *context, unsigned index)
{
    (void)context;
    run_client(index);
}

static pid_t run_process(unsigned client)
{
    pid_t child = fork();

    cr_assert_geq(child, 0);
    if (child > 0) return child;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    run_client(client);
    _exit(0);
}

static void run_clients(void)
{
    pid_t processes[PROCESSES];
    int status;

    for (unsigned i = 0; i < PROCESSES; i++)
        processes[i] = run_process(THREADS + i);
    threads_run(THREADS, run_thread, NULL);
    for (unsigned i = 0; i < PROCESSES; i++) {
        cr_assert_eq(waitpid(processes[i], &status, 0), processes[i]);
        cr_assert_eq(status, 0);
    }
}

/* --- the history --- */

static struct history_step *add(struct tape *tape, enum history_kind kind)
{
    struct history_step *step = tape_step(tape, kind);

    cr_assert_not_null(step);
    return step;
}

/* Account 1 has no limit, the others may not be overdrawn. */
static void make_accounts(quipu_ledger *far, struct tape *tape)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];
    uint64_t begin = stamp_begin(true);

    for (unsigned i = 0; i < ACCOUNTS; i++) {
        uint16_t flags = i > 0 ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS : 0;

        accounts[i] = a_flagged_account(1 + i, flags);
    }
    cr_assert_eq(quipu_create_accounts(far, accounts, ACCOUNTS, results), QUIPU_OK);
    cr_assert_not_null(tape_call(tape, begin, stamp_end(true)));
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        struct history_step *step = add(tape, HISTORY_ACCOUNT);

        step->status = results[i].status;
        step->version = 1;
        step->account = accounts[i];
        step->account.timestamp = results[i].timestamp;
    }
}

/* A transfer; as it was stored, if it was created. */
static void record_transfer(quipu_ledger *far, struct tape *tape, const struct seen *seen, size_t i)
{
    struct history_step *step = add(tape, HISTORY_TRANSFER);

    step->status = seen->results[i].status;
    step->transfer = seen->events[i];
    if (step->status != QUIPU_CREATED) return;
    cr_assert_eq(
        quipu_lookup_transfers(far, &seen->events[i].id, 1, &step->transfer, &step->versions),
        QUIPU_OK);
    cr_assert(step->transfer.id == seen->events[i].id);
}

static void record(quipu_ledger *far, struct tape *tape, const struct seen *seen)
{
    cr_assert_eq(seen->completions, 1, "T2");
    cr_assert_not_null(tape_call(tape, seen->begin, seen->end));
    for (size_t i = 0; i < seen->count; i++) {
        struct history_step *step;

        if (!seen->is_read) {
            record_transfer(far, tape, seen, i);
            continue;
        }
        step = add(tape, HISTORY_READ);
        step->account = seen->accounts[i];
        step->account.id = seen->ids[i];
        step->version = seen->versions[i];
    }
}

/* A tape for each call that may be in flight beside others of its client, and one for accounts. */
enum { TAPES = CLIENTS * WINDOW + 1 };

/* The calls of a queue overlap: each goes to a tape whose last call has ended by then. */
static struct tape *tape_for(struct history *history, unsigned client, const struct seen *seen)
{
    for (unsigned i = 0; i < WINDOW; i++) {
        struct tape *tape = &history->tapes[client * WINDOW + i];

        if (tape->call_count == 0 || tape->calls[tape->call_count - 1].end <= seen->begin)
            return tape;
    }
    cr_assert_fail("more calls in flight than the queue has room for");
    return NULL;
}

static void check(quipu_protocol protocol, struct history *history)
{
    struct checker *checker = checker_new();
    struct verdict verdict;

    cr_assert_not_null(checker);
    history->promise = protocol == QUIPU_CAS ? HISTORY_PER_ACCOUNT : HISTORY_SERIALIZABLE;
    cr_assert(checker_run(checker, history, &verdict));
    checker_print(checker, history, stderr);
    cr_assert_eq(verdict.anomaly_count, 0, "%s", anomaly_name(verdict.first));
    cr_assert_geq(verdict.calls, (uint64_t)CLIENTS * scene->calls);
    checker_free(checker);
}

static void run(quipu_protocol protocol)
{
    quipu_ledger *far = daemon_connect(&served);
    struct history history;

    cr_assert(history_open(&history, TAPES));
    make_accounts(far, &history.tapes[TAPES - 1]);
    run_clients();
    for (unsigned client = 0; client < CLIENTS; client++) {
        for (unsigned i = 0; i < scene->calls; i++) {
            const struct seen *seen = &seen_by(client)[i];

            record(far, tape_for(&history, client, seen), seen);
        }
    }
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    check(protocol, &history);
    history_close(&history);
}

/* --- the daemon --- */

static void begin(void)
{
    const char *said = getenv("QUIPU_CALLS");
    unsigned calls = said != NULL ? (unsigned)strtoul(said, NULL, 10) : threads_work(CALLS);
    size_t bytes = sizeof *scene + (size_t)CLIENTS * calls * sizeof(struct seen);
    void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    cr_assert_neq(shared, MAP_FAILED);
    scene = shared;
    scene->next_id = 100;
    scene->calls = calls;
    daemon_begin(&served);
}

EVERY_PROTOCOL(clients_history, of_a_daemon_in_memory, .timeout = 600)
{
    quipu_protocol protocol = protocols[*protocol_index];
    quipu_ledger *near = ledger_open(protocol, NULL);

    begin();
    daemon_start(&served, near, NULL);
    run(protocol);
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
}

EVERY_PROTOCOL(clients_history, of_a_durable_daemon, .timeout = 600)
{
    const struct server_options durable = {.clients_max = 16, .is_durable = true};
    quipu_protocol protocol = protocols[*protocol_index];
    quipu_ledger *near = ledger_open(protocol, NULL);
    struct held_log *log = held_log_new();

    cr_assert_eq(quipui_journal_open(&near->store, &log->log, &(struct journal_options){0}, NULL),
                 QUIPU_OK);
    begin();
    daemon_start(&served, near, &durable);
    run(protocol);
    daemon_stop(&served);
    daemon_end(&served);
    cr_assert_eq(quipui_journal_close(&near->store, NULL), QUIPU_OK);
    ledger_close(near);
    held_log_free(log);
}
