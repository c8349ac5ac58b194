/* redis_lock.c - the majority, the time that is left, and retries.
 *
 *   R1  a lock is taken only if a majority gave it, and what is left of the time to live, counted
 *       from before the first server was asked and less the margin for drift, is above 0
 *   R2  a try that failed deletes its owner's key wherever it may be, also where no answer came
 *   R3  a key is extended or deleted only where its owner is this lock's */
#include "quipu/redis_lock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "redis/one_server.h"
#include "redis/quiet.h"

#define TTL_MS_MIN 10
#define TIMEOUT_MS 1000
#define RETRY_DELAY_MS 200

struct quipu_redis_lock {
    struct lock_key key;
    uint32_t retries, retry_delay_ms;
    uint64_t valid_until_ms; /* 0: not taken */
    char problem[PROBLEM_BYTES];
    size_t server_count;
    struct one_server servers[QUIPU_REDIS_SERVERS_MAX];
};

/* How the servers answered one question. */
struct ballot {
    size_t yes, no;
};

typedef enum server_answer ask_server(struct one_server *, const struct lock_key *, char *);

/* Time that also passes while the machine sleeps: keys expire meanwhile. */
static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool random_fill(void *bytes, size_t count)
{
    ssize_t got;

    /* Ends: so few bytes come at once, or a signal came. */
    do {
        got = getrandom(bytes, count, 0);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)count;
}

static size_t majority(const quipu_redis_lock *lock)
{
    return lock->server_count / 2 + 1;
}

/* As Redlock has it: a hundredth of the time to live for clocks, and 2 ms for how keys expire. */
static uint64_t life_ms(const quipu_redis_lock *lock)
{
    return lock->key.ttl_ms - (lock->key.ttl_ms / 100 + 2);
}

static bool makes_sense(const quipu_redis_lock_options *options)
{
    size_t length;

    if (options == NULL || options->servers == NULL || options->key == NULL) return false;
    length = strlen(options->key);
    if (length == 0 || length > QUIPU_REDIS_KEY_BYTES_MAX) return false;
    if (options->server_count > QUIPU_REDIS_SERVERS_MAX || options->server_count % 2 == 0)
        return false;
    for (size_t i = 0; i < options->server_count; i++) {
        const quipu_redis_server *server = &options->servers[i];

        if ((server->socket_path == NULL) == (server->host == NULL)) return false;
        if (server->host != NULL && server->port == 0) return false;
    }
    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++) {
        if (options->reserved[i] != 0) return false;
    }
    return options->ttl_ms >= TTL_MS_MIN;
}

static uint32_t timeout_of(const quipu_redis_lock_options *options)
{
    uint32_t share = options->ttl_ms / (4 * (uint32_t)options->server_count);

    if (options->timeout_ms != 0) return options->timeout_ms;
    if (share == 0) return 1;
    return share < TIMEOUT_MS ? share : TIMEOUT_MS;
}

quipu_status quipu_redis_lock_open(const quipu_redis_lock_options *options, quipu_redis_lock **lock)
{
    struct quiet quiet;
    quipu_redis_lock *made;

    if (lock == NULL) return QUIPU_INVALID;
    *lock = NULL;
    if (!makes_sense(options)) return QUIPU_INVALID;
    quiet_begin(&quiet);
    made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->key.ttl_ms = options->ttl_ms;
        made->key.name = strdup(options->key);
        made->retries = options->retries;
        made->retry_delay_ms =
            options->retry_delay_ms != 0 ? options->retry_delay_ms : RETRY_DELAY_MS;
    }
    while (made != NULL && made->key.name != NULL && made->server_count < options->server_count) {
        size_t next = made->server_count++;

        if (one_server_open(&made->servers[next], &options->servers[next], timeout_of(options)))
            continue;
        quipu_redis_lock_close(made);
        made = NULL;
    }
    if (made != NULL && made->key.name == NULL) {
        quipu_redis_lock_close(made);
        made = NULL;
    }
    quiet_end(&quiet);
    *lock = made;
    return made != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;
}

void quipu_redis_lock_close(quipu_redis_lock *lock)
{
    struct quiet quiet;

    if (lock == NULL) return;
    quiet_begin(&quiet);
    for (size_t i = 0; i < lock->server_count; i++)
        one_server_close(&lock->servers[i]);
    free(lock->key.name);
    free(lock);
    quiet_end(&quiet);
}

static struct ballot ask_all(quipu_redis_lock *lock, ask_server *ask)
{
    struct ballot ballot = {0, 0};

    for (size_t i = 0; i < lock->server_count; i++) {
        enum server_answer answer = ask(&lock->servers[i], &lock->key, lock->problem);

        ballot.yes += answer == SERVER_YES;
        ballot.no += answer == SERVER_NO;
    }
    return ballot;
}

/* Too many have said no: whatever the silent ones would say, there is no majority. */
static bool is_lost(const quipu_redis_lock *lock, struct ballot ballot)
{
    return ballot.no > lock->server_count - majority(lock);
}

static void forget(quipu_redis_lock *lock)
{
    lock->key.owner[0] = '\0';
    lock->valid_until_ms = 0;
}

static bool choose_owner(quipu_redis_lock *lock)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[OWNER_DIGITS / 2];

    if (!random_fill(bytes, sizeof bytes)) {
        (void)strcpy(lock->problem, "no random bytes for an owner");
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        lock->key.owner[2 * i] = digits[bytes[i] >> 4];
        lock->key.owner[2 * i + 1] = digits[bytes[i] & 15];
    }
    lock->key.owner[OWNER_DIGITS] = '\0';
    return true;
}

/* R2. What this meets on its way is of no interest: the problem of the try is kept. */
static void take_back(quipu_redis_lock *lock)
{
    char unheard[PROBLEM_BYTES];

    for (size_t i = 0; i < lock->server_count; i++) {
        if (lock->servers[i].may_have_key)
            (void)one_server_delete(&lock->servers[i], &lock->key, unheard);
    }
    forget(lock);
}

static quipu_status try_to_take(quipu_redis_lock *lock)
{
    uint64_t begin = now_ms();
    struct ballot ballot;

    lock->problem[0] = '\0';
    if (!choose_owner(lock)) return QUIPU_IO;
    ballot = ask_all(lock, one_server_set);
    if (ballot.yes >= majority(lock)) {
        lock->valid_until_ms = begin + life_ms(lock); /* R1 */
        if (now_ms() < lock->valid_until_ms) return QUIPU_OK;
        (void)strcpy(lock->problem, "the servers took longer than the lock would have lived");
        take_back(lock);
        return QUIPU_IO;
    }
    take_back(lock);
    /* Where enough have answered, it is others that have it. */
    return ballot.yes + ballot.no >= majority(lock) ? QUIPU_BUSY : QUIPU_IO;
}

/* A random time, so that contenders do not meet again and again. */
static void wait_a_little(const quipu_redis_lock *lock)
{
    uint64_t random = 0, ns;
    struct timespec rest;

    (void)random_fill(&random, sizeof random);
    ns = random % ((uint64_t)lock->retry_delay_ms * 1000000 + 1);
    rest =
        (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    (void)nanosleep(&rest, NULL);
}

quipu_status quipu_redis_lock_take(quipu_redis_lock *lock)
{
    struct quiet quiet;
    quipu_status status;

    if (lock == NULL || lock->key.owner[0] != '\0') return QUIPU_INVALID;
    quiet_begin(&quiet);
    status = try_to_take(lock);
    for (uint32_t i = 0; status != QUIPU_OK && i < lock->retries; i++) {
        wait_a_little(lock);
        status = try_to_take(lock);
    }
    if (status != QUIPU_OK) forget(lock);
    quiet_end(&quiet);
    return status;
}

quipu_status quipu_redis_lock_extend(quipu_redis_lock *lock)
{
    uint64_t begin = now_ms();
    quipu_status status = QUIPU_IO;
    struct quiet quiet;
    struct ballot ballot;

    if (lock == NULL || lock->key.owner[0] == '\0') return QUIPU_INVALID;
    quiet_begin(&quiet);
    lock->problem[0] = '\0';
    ballot = ask_all(lock, one_server_extend);
    if (ballot.yes >= majority(lock) && now_ms() < begin + life_ms(lock)) {
        lock->valid_until_ms = begin + life_ms(lock);
        status = QUIPU_OK;
    } else if (is_lost(lock, ballot)) {
        take_back(lock);
        status = QUIPU_CONFLICT;
    }
    quiet_end(&quiet);
    return status;
}

quipu_status quipu_redis_lock_leave(quipu_redis_lock *lock)
{
    quipu_status status = QUIPU_IO;
    struct quiet quiet;
    struct ballot ballot;

    if (lock == NULL || lock->key.owner[0] == '\0') return QUIPU_INVALID;
    quiet_begin(&quiet);
    lock->problem[0] = '\0';
    ballot = ask_all(lock, one_server_delete);
    if (ballot.yes >= majority(lock)) {
        status = QUIPU_OK;
    } else if (is_lost(lock, ballot)) {
        status = QUIPU_CONFLICT;
    }
    if (status != QUIPU_IO) forget(lock);
    quiet_end(&quiet);
    return status;
}

uint64_t quipu_redis_lock_validity_ms(const quipu_redis_lock *lock)
{
    uint64_t now;

    if (lock == NULL || lock->valid_until_ms == 0) return 0;
    now = now_ms();
    return now < lock->valid_until_ms ? lock->valid_until_ms - now : 0;
}

const char *quipu_redis_lock_owner(const quipu_redis_lock *lock)
{
    return lock != NULL ? lock->key.owner : "";
}

const char *quipu_redis_lock_problem(const quipu_redis_lock *lock)
{
    return lock != NULL ? lock->problem : "";
}
