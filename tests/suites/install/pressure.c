/* pressure.c [LIBRARY] - a host whose memory is used up while its threads call for the first time.
 *
 * In a process for each case, threads are made first; built BY_DLOPEN, before LIBRARY is loaded,
 * which is linked otherwise. Then a ledger is opened, what memory is left is limited (RLIMIT_AS,
 * RLIMIT_DATA), and the threads call. Each call must say OK or NO_MEMORY, and keep errno; what said
 * OK must have been done; with the limit gone everything works; and no process may end by a signal.
 * With KEYS in the environment the host has used up the thread-specific keys that need no memory.
 * Prints how many calls said what. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <quipu/quipu.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 24, ROUNDS = 6, STACK_BYTES = 128 << 10, KEYS = 40, DEFAULT_SECONDS = 60 };

/* The calls, linked or looked up. */
#define CALLS(X)                                                                                   \
    X(quipu_open)                                                                                  \
    X(quipu_close)                                                                                 \
    X(quipu_create_accounts)                                                                       \
    X(quipu_create_transfers)                                                                      \
    X(quipu_lookup_accounts)                                                                       \
    X(quipu_get_account_transfers)                                                                 \
    X(quipu_snapshot)                                                                              \
    X(quipu_id)

static struct {
#define X(name) __typeof__(name) *name;
    CALLS(X)
#undef X
} call;

#define EXPECT(claim)                                                                              \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);              \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

#ifdef BY_DLOPEN
static bool find_calls(const char *library)
{
    void *handle = library != NULL ? dlopen(library, RTLD_NOW) : NULL;

    if (handle == NULL) {
        (void)fprintf(stderr, "%s\n", library != NULL ? dlerror() : "which library?");
        return false;
    }
#define X(name)                                                                                    \
    *(void **)&call.name = dlsym(handle, #name);                                                   \
    if (call.name == NULL) return false;
    CALLS(X)
#undef X
    return true;
}
#else
static bool find_calls(const char *library)
{
#define X(name) call.name = name;
    CALLS(X)
#undef X
    return library == NULL;
}
#endif

struct host {
    quipu_ledger *ledger;
    quipu_protocol protocol;
    pthread_barrier_t all;
    unsigned ok, no_memory, moved; /* shared */
};

static bool go_on(void *context, const quipu_account *account, uint64_t version)
{
    (void)context;
    (void)account;
    (void)version;
    return true;
}

/* What a call said, counted; nothing but these two may be said. */
static bool said(struct host *host, quipu_status status)
{
    EXPECT(status == QUIPU_OK || status == QUIPU_NO_MEMORY);
    EXPECT(errno == EDOM);
    (void)__atomic_fetch_add(status == QUIPU_OK ? &host->ok : &host->no_memory, 1,
                             __ATOMIC_RELAXED);
    return status == QUIPU_OK;
}

static void call_all(struct host *host)
{
    const quipu_uint128 ids[2] = {1, 2};
    const quipu_account_filter filter = {
        .account_id = 1, .limit = 10, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    quipu_transfer transfers[10] = {{0}};
    quipu_account accounts[2];
    quipu_result result;
    size_t count;

    errno = EDOM;
    if (said(host, call.quipu_lookup_accounts(host->ledger, ids, 2, accounts, NULL)))
        EXPECT(accounts[0].id == 1 && accounts[1].id == 2);
    transfers[0] = (quipu_transfer){.id = call.quipu_id(),
                                    .debit_account_id = 1,
                                    .credit_account_id = 2,
                                    .amount = 1,
                                    .ledger = 1,
                                    .code = 1};
    if (said(host, call.quipu_create_transfers(host->ledger, transfers, 1, &result))) {
        EXPECT(result.status == QUIPU_CREATED);
        (void)__atomic_fetch_add(&host->moved, 1, __ATOMIC_RELAXED);
    }
    (void)said(host,
               call.quipu_get_account_transfers(host->ledger, &filter, transfers, 10, &count));
    if (host->protocol != QUIPU_CAS)
        (void)said(host, call.quipu_snapshot(host->ledger, go_on, NULL));
}

static void *run(void *context)
{
    struct host *host = context;

    (void)pthread_barrier_wait(&host->all); /* the library may be loaded */
    (void)pthread_barrier_wait(&host->all); /* memory is short */
    for (int round = 0; round < ROUNDS; round++)
        call_all(host);
    (void)pthread_barrier_wait(&host->all); /* memory is there again */
    (void)pthread_barrier_wait(&host->all);
    call_all(host);
    return NULL;
}

/* All that is left is `slack`. */
static void limit(int resource, size_t slack)
{
    FILE *file = fopen("/proc/self/statm", "r");
    struct rlimit most;
    long whole, data;

    EXPECT(file != NULL && fscanf(file, "%ld %*d %*d %*d %*d %ld", &whole, &data) == 2);
    (void)fclose(file);
    EXPECT(getrlimit(resource, &most) == 0);
    most.rlim_cur = (rlim_t)(resource == RLIMIT_AS ? whole : data) * 4096 + slack;
    EXPECT(setrlimit(resource, &most) == 0);
}

static void lift(int resource)
{
    struct rlimit most;

    EXPECT(getrlimit(resource, &most) == 0);
    most.rlim_cur = most.rlim_max;
    EXPECT(setrlimit(resource, &most) == 0);
}

static void open_ledger(struct host *host)
{
    const quipu_options options = {
        .protocol = host->protocol, .account_capacity = 100, .transfer_capacity = 10000};
    quipu_account accounts[2] = {{.id = 1, .ledger = 1, .code = 1},
                                 {.id = 2, .ledger = 1, .code = 1}};
    quipu_result results[2];

    EXPECT(call.quipu_open(&options, &host->ledger) == QUIPU_OK);
    EXPECT(call.quipu_create_accounts(host->ledger, accounts, 2, results) == QUIPU_OK);
}

static void use_up_keys(void)
{
    for (int i = 0; i < KEYS && getenv("KEYS") != NULL; i++) {
        pthread_key_t key;

        EXPECT(pthread_key_create(&key, NULL) == 0);
    }
}

/* A case, in a process of its own. */
static void play(const char *library, quipu_protocol protocol, int resource, size_t slack)
{
    static struct host host;
    const quipu_uint128 id = 1;
    pthread_t threads[THREADS];
    pthread_attr_t attributes;
    quipu_account account;

    (void)alarm(DEFAULT_SECONDS);
    host.protocol = protocol;
    EXPECT(pthread_barrier_init(&host.all, NULL, THREADS + 1) == 0);
    EXPECT(pthread_attr_init(&attributes) == 0);
    EXPECT(pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0);
    use_up_keys();
    for (int i = 0; i < THREADS; i++)
        EXPECT(pthread_create(&threads[i], &attributes, run, &host) == 0);
    EXPECT(find_calls(library));
    open_ledger(&host);
    (void)pthread_barrier_wait(&host.all);
    limit(resource, slack);
    (void)pthread_barrier_wait(&host.all);
    (void)pthread_barrier_wait(&host.all);
    lift(resource);
    (void)pthread_barrier_wait(&host.all);
    for (int i = 0; i < THREADS; i++)
        EXPECT(pthread_join(threads[i], NULL) == 0);
    EXPECT(call.quipu_lookup_accounts(host.ledger, &id, 1, &account, NULL) == QUIPU_OK);
    EXPECT(account.debits_posted == host.moved && host.moved >= THREADS);
    EXPECT(call.quipu_close(host.ledger) == QUIPU_OK);
    (void)printf("%d %s %zu: %u ok, %u no memory\n", (int)protocol,
                 resource == RLIMIT_AS ? "addresses" : "data", slack, host.ok, host.no_memory);
    (void)fflush(stdout);
    _exit(host.no_memory > 0 ? 10 : 0);
}

int main(int count, char **words)
{
    static const size_t slacks[] = {0, 4096, 20 << 10, 64 << 10, 300 << 10, 2 << 20};
    static const int resources[] = {RLIMIT_AS, RLIMIT_DATA};
    const char *library = count > 1 ? words[1] : NULL;
    unsigned refused = 0;

    for (unsigned i = 0; i < 4 * 2 * 6; i++) {
        pid_t child = fork();
        int status;

        if (child == 0) play(library, (quipu_protocol)(i % 4), resources[i / 4 % 2], slacks[i / 8]);
        if (child < 0 || waitpid(child, &status, 0) != child) return 2;
        if (WIFSIGNALED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 10)) {
            (void)fprintf(stderr, "protocol %u, limit %u, slack %zu: signal %d, exit code %d\n",
                          i % 4, i / 4 % 2, slacks[i / 8],
                          WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                          WIFSIGNALED(status) ? 0 : WEXITSTATUS(status));
            return 1;
        }
        refused += WEXITSTATUS(status) == 10;
    }
    (void)printf("in %u of 48 cases memory ran out\n", refused);
    return refused > 0 ? 0 : 1;
}
