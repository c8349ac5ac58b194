/* test_redis_lock.c - locks of libquipu-redis, on real servers that are killed and stopped.
 *
 * No test waits for a time to pass: a key is gone, or a server is, when the test says so. */
#include "quipu/redis_lock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/locks/directory_tree.h"
#include "command/locks/redis_process.h"
#include "redis/quiet.h"
#include "support/descriptors.h"

#define SERVERS 5
#define KEY "the lock"
#define LONG_MS 600000

struct world {
    char directory[32];
    struct redis_process server[SERVERS];
    quipu_redis_server address[SERVERS];
    size_t count;
};

static void start(struct world *world, size_t which)
{
    cr_assert(redis_process_start(&world->server[which]), "%s", world->server[which].problem);
}

static void set_up(struct world *world, size_t count)
{
    (void)strcpy(world->directory, "/tmp/quipu-redis-XXXXXX");
    cr_assert_not_null(mkdtemp(world->directory));
    world->count = count;
    for (size_t i = 0; i < count; i++) {
        const char name[] = {(char)('1' + i), '\0'};

        world->server[i] = (struct redis_process){0};
        cr_assert(redis_process_make(&world->server[i], world->directory, name));
        world->address[i] = (quipu_redis_server){.socket_path = world->server[i].socket_path};
        start(world, i);
    }
}

static void tear_down(struct world *world)
{
    for (size_t i = 0; i < world->count; i++)
        redis_process_remove(&world->server[i]);
    directory_tree_remove(world->directory);
}

/* A lock of all servers, or of the first `count`. */
static quipu_redis_lock *a_lock(const struct world *world, size_t count, uint32_t ttl_ms,
                                uint32_t timeout_ms)
{
    const quipu_redis_lock_options options = {.servers = world->address,
                                              .server_count = count,
                                              .key = KEY,
                                              .ttl_ms = ttl_ms,
                                              .timeout_ms = timeout_ms};
    quipu_redis_lock *lock;

    cr_assert_eq(quipu_redis_lock_open(&options, &lock), QUIPU_OK);
    return lock;
}

static struct redis_answer ask(struct world *world, size_t which, const char **words)
{
    struct redis_answer answer;

    cr_assert(redis_process_ask(&world->server[which], &answer, words), "%s",
              world->server[which].problem);
    return answer;
}

#define ASK(world, which, ...) ask((world), (which), (const char *[]){__VA_ARGS__, NULL})

static bool has_key(struct world *world, size_t which)
{
    return ASK(world, which, "EXISTS", KEY).number == 1;
}

static void expect_problem(const quipu_redis_lock *lock, const char *words)
{
    cr_assert_not_null(strstr(quipu_redis_lock_problem(lock), words), "`%s` is not in `%s`", words,
                       quipu_redis_lock_problem(lock));
}

Test(redis_lock, is_a_key_with_an_owner_and_an_end)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 1);
    lock = a_lock(&world, 1, LONG_MS, 0);
    cr_assert_str_empty(quipu_redis_lock_owner(lock));
    cr_assert_eq(quipu_redis_lock_validity_ms(lock), 0);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    cr_assert_str_empty(quipu_redis_lock_problem(lock));
    cr_assert_eq(strlen(quipu_redis_lock_owner(lock)), 32);
    cr_assert_str_eq(ASK(&world, 0, "GET", KEY).text, quipu_redis_lock_owner(lock));
    cr_assert_gt(quipu_redis_lock_validity_ms(lock), 0);
    cr_assert_lt(quipu_redis_lock_validity_ms(lock), LONG_MS);
    cr_assert_gt(ASK(&world, 0, "PTTL", KEY).number, 0);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_INVALID, "it is taken already");
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_OK);
    cr_assert_not(has_key(&world, 0));
    cr_assert_eq(quipu_redis_lock_validity_ms(lock), 0);
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_INVALID);
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

Test(redis_lock, is_held_by_one_under_a_new_owner_each_time)
{
    struct world world;
    quipu_redis_lock *one, *other;
    char owner[64];

    set_up(&world, 1);
    one = a_lock(&world, 1, LONG_MS, 0);
    other = a_lock(&world, 1, LONG_MS, 0);
    cr_assert_eq(quipu_redis_lock_take(one), QUIPU_OK);
    (void)strcpy(owner, quipu_redis_lock_owner(one));
    cr_assert_eq(quipu_redis_lock_take(other), QUIPU_BUSY);
    cr_assert_str_empty(quipu_redis_lock_owner(other));
    cr_assert_str_eq(ASK(&world, 0, "GET", KEY).text, owner);
    cr_assert_eq(quipu_redis_lock_leave(one), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_take(other), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_leave(other), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_take(one), QUIPU_OK);
    cr_assert_str_neq(quipu_redis_lock_owner(one), owner);
    quipu_redis_lock_close(one);
    quipu_redis_lock_close(other);
    tear_down(&world);
}

/* It is the key's end that lets a retry in: the other never leaves. */
Test(redis_lock, is_tried_again_until_it_is_free)
{
    struct world world;
    quipu_redis_lock *lock;
    quipu_redis_lock_options options;

    set_up(&world, 1);
    (void)ASK(&world, 0, "SET", KEY, "another", "PX", "100");
    options = (quipu_redis_lock_options){.servers = world.address,
                                         .server_count = 1,
                                         .key = KEY,
                                         .ttl_ms = LONG_MS,
                                         .retries = 1000000,
                                         .retry_delay_ms = 5};
    cr_assert_eq(quipu_redis_lock_open(&options, &lock), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    cr_assert_str_eq(ASK(&world, 0, "GET", KEY).text, quipu_redis_lock_owner(lock));
    quipu_redis_lock_close(lock);
    (void)ASK(&world, 0, "SET", KEY, "another");
    options.retries = 3;
    cr_assert_eq(quipu_redis_lock_open(&options, &lock), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_BUSY);
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

Test(redis_lock, is_extended_where_it_is_ones_own)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 1);
    lock = a_lock(&world, 1, LONG_MS, 0);
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_INVALID, "not taken");
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    (void)ASK(&world, 0, "PEXPIRE", KEY, "60000");
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_OK);
    cr_assert_gt(ASK(&world, 0, "PTTL", KEY).number, 60000);
    (void)ASK(&world, 0, "DEL", KEY);
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_CONFLICT, "a key that is gone stays so");
    cr_assert_not(has_key(&world, 0));
    cr_assert_eq(quipu_redis_lock_validity_ms(lock), 0);
    cr_assert_str_empty(quipu_redis_lock_owner(lock));
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

Test(redis_lock, of_another_owner_is_neither_extended_nor_deleted)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 1);
    lock = a_lock(&world, 1, LONG_MS, 0);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    (void)ASK(&world, 0, "SET", KEY, "another", "PX", "60000");
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_CONFLICT);
    cr_assert_str_eq(ASK(&world, 0, "GET", KEY).text, "another");

    (void)ASK(&world, 0, "DEL", KEY);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    (void)ASK(&world, 0, "SET", KEY, "another", "PX", "60000");
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_CONFLICT);
    cr_assert_str_eq(ASK(&world, 0, "GET", KEY).text, "another");
    cr_assert_leq(ASK(&world, 0, "PTTL", KEY).number, 60000);
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

Test(redis_lock, says_which_server_failed_and_why)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 1);
    lock = a_lock(&world, 1, LONG_MS, 100);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    (void)ASK(&world, 0, "DEL", KEY);
    (void)ASK(&world, 0, "LPUSH", KEY, "a list");
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_IO);
    expect_problem(lock, "WRONGTYPE");
    expect_problem(lock, world.server[0].socket_path);
    redis_process_stop(&world.server[0]);
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_IO);
    expect_problem(lock, "no answer in time");
    redis_process_kill(&world.server[0]);
    errno = 4711;
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_IO);
    cr_assert_eq(errno, 4711);
    expect_problem(lock, "refused");
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

/* The server forgot it all; the connection of before is dead, and a new one is made. */
Test(redis_lock, outlives_a_server_that_starts_again)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 1);
    lock = a_lock(&world, 1, LONG_MS, 0);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    redis_process_kill(&world.server[0]);
    start(&world, 0);
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_CONFLICT);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    cr_assert(has_key(&world, 0));
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

Test(redis_lock, by_tcp)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 1);
    redis_process_kill(&world.server[0]);
    cr_assert(redis_process_choose_port(&world.server[0]));
    start(&world, 0);
    world.address[0] = (quipu_redis_server){.host = "127.0.0.1", .port = world.server[0].port};
    lock = a_lock(&world, 1, LONG_MS, 0);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_OK);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    redis_process_kill(&world.server[0]);
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_IO);
    expect_problem(lock, "127.0.0.1:");
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

/* --- threads --- */

#define THREADS 4
#define TURNS 10

static struct world crowd;

/* Alone inside, each time: the server counts the threads that are inside. */
static void *take_turns(void *outcome)
{
    const quipu_redis_lock_options options = {.servers = crowd.address,
                                              .server_count = 3,
                                              .key = KEY,
                                              .ttl_ms = LONG_MS,
                                              .timeout_ms = 10000,
                                              .retries = 1000000,
                                              .retry_delay_ms = 5};
    struct redis_process server = crowd.server[0]; /* whose `problem` is this thread's */
    struct redis_answer inside;
    quipu_redis_lock *lock;
    bool *alone = outcome;

    *alone = quipu_redis_lock_open(&options, &lock) == QUIPU_OK;
    for (int i = 0; *alone && i < TURNS; i++) {
        *alone = quipu_redis_lock_take(lock) == QUIPU_OK &&
                 REDIS_ASK(&server, &inside, "INCR", "inside") && inside.number == 1 &&
                 REDIS_ASK(&server, &inside, "DECR", "inside") &&
                 quipu_redis_lock_leave(lock) == QUIPU_OK;
    }
    quipu_redis_lock_close(lock);
    return NULL;
}

Test(redlock, lets_threads_in_one_by_one)
{
    pthread_t threads[THREADS];
    bool alone[THREADS];

    set_up(&crowd, 3);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, take_turns, &alone[i]), 0);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        cr_assert(alone[i], "thread %d", i);
    tear_down(&crowd);
}

/* --- Redlock --- */

Test(redlock, takes_a_majority_of_those_that_live)
{
    struct world world;
    quipu_redis_lock *lock, *other;

    for (size_t count = 3; count <= SERVERS; count += 2) {
        size_t most_dead = count / 2;

        set_up(&world, count);
        lock = a_lock(&world, count, LONG_MS, 0);
        other = a_lock(&world, count, LONG_MS, 0);
        for (size_t i = 0; i < most_dead; i++)
            redis_process_kill(&world.server[i]);
        cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK, "%zu of %zu dead", most_dead, count);
        cr_assert_eq(quipu_redis_lock_take(other), QUIPU_BUSY);
        cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_OK);
        cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_OK);
        cr_assert_eq(quipu_redis_lock_take(other), QUIPU_OK);
        cr_assert_eq(quipu_redis_lock_leave(other), QUIPU_OK);

        redis_process_kill(&world.server[most_dead]);
        cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_IO, "the majority is dead");
        expect_problem(lock, world.directory);
        for (size_t i = most_dead + 1; i < count; i++)
            cr_assert_not(has_key(&world, i), "what a minority gave was deleted");
        quipu_redis_lock_close(lock);
        quipu_redis_lock_close(other);
        tear_down(&world);
    }
}

Test(redlock, needs_a_majority_of_its_own)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, SERVERS);
    lock = a_lock(&world, SERVERS, LONG_MS, 0);
    for (size_t i = 0; i < 3; i++)
        (void)ASK(&world, i, "SET", KEY, "another");
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_BUSY);
    for (size_t i = 0; i < SERVERS; i++)
        cr_assert_eq(has_key(&world, i), i < 3, "server %zu", i);
    (void)ASK(&world, 0, "DEL", KEY);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK, "three of five");

    (void)ASK(&world, 3, "SET", KEY, "another");
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_CONFLICT, "two of five");
    cr_assert_not(has_key(&world, 0), "what was left of it was deleted");
    cr_assert_not(has_key(&world, 4));
    for (size_t i = 1; i < 4; i++)
        cr_assert_str_eq(ASK(&world, i, "GET", KEY).text, "another");
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

Test(redlock, does_not_wait_for_a_server_that_hangs)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 3);
    lock = a_lock(&world, 3, LONG_MS, 100);
    redis_process_stop(&world.server[1]);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_OK);
    expect_problem(lock, "no answer in time");
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_OK);
    redis_process_stop(&world.server[2]);
    cr_assert_eq(quipu_redis_lock_extend(lock), QUIPU_IO);
    cr_assert_gt(quipu_redis_lock_validity_ms(lock), 0, "as it was before");
    redis_process_go_on(&world.server[1]);
    redis_process_go_on(&world.server[2]);
    cr_assert_eq(quipu_redis_lock_leave(lock), QUIPU_OK);
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

/* The majority gave it, but a server that hangs used up its time to live. */
Test(redlock, that_took_too_long_is_not_taken)
{
    struct world world;
    quipu_redis_lock *lock;

    set_up(&world, 3);
    lock = a_lock(&world, 3, 50, 100);
    redis_process_stop(&world.server[2]);
    cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_IO);
    expect_problem(lock, "longer than the lock would have lived");
    cr_assert_str_empty(quipu_redis_lock_owner(lock));
    cr_assert_eq(quipu_redis_lock_validity_ms(lock), 0);
    quipu_redis_lock_close(lock);
    tear_down(&world);
}

/* --- misuse, and what is left behind --- */

Test(redis_lock, misuse_is_a_status)
{
    static char long_key[QUIPU_REDIS_KEY_BYTES_MAX + 2];
    const quipu_redis_server good = {.socket_path = "/nowhere"};
    const quipu_redis_server both = {.socket_path = "/nowhere", .host = "here", .port = 1};
    const quipu_redis_server none = {.port = 1}, no_port = {.host = "here"};
    const quipu_redis_server many[17] = {good, good};
    const quipu_redis_lock_options options[] = {
        {.server_count = 1, .key = "k", .ttl_ms = 10},
        {.servers = &good, .key = "k", .ttl_ms = 10},
        {.servers = many, .server_count = 2, .key = "k", .ttl_ms = 10},
        {.servers = many, .server_count = 17, .key = "k", .ttl_ms = 10},
        {.servers = &good, .server_count = 1, .ttl_ms = 10},
        {.servers = &good, .server_count = 1, .key = "", .ttl_ms = 10},
        {.servers = &good, .server_count = 1, .key = long_key, .ttl_ms = 10},
        {.servers = &good, .server_count = 1, .key = "k", .ttl_ms = 9},
        {.servers = &both, .server_count = 1, .key = "k", .ttl_ms = 10},
        {.servers = &none, .server_count = 1, .key = "k", .ttl_ms = 10},
        {.servers = &no_port, .server_count = 1, .key = "k", .ttl_ms = 10},
        {.servers = &good, .server_count = 1, .key = "k", .ttl_ms = 10, .reserved = {0, 0, 0, 1}},
    };
    quipu_redis_lock *lock;

    memset(long_key, 'k', sizeof long_key - 1);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        cr_assert_eq(quipu_redis_lock_open(&options[i], &lock), QUIPU_INVALID, "row %zu", i);
        cr_assert_null(lock);
    }
    cr_assert_eq(quipu_redis_lock_open(NULL, &lock), QUIPU_INVALID);
    cr_assert_eq(quipu_redis_lock_open(&options[0], NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_redis_lock_take(NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_redis_lock_extend(NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_redis_lock_leave(NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_redis_lock_validity_ms(NULL), 0);
    cr_assert_str_empty(quipu_redis_lock_owner(NULL));
    cr_assert_str_empty(quipu_redis_lock_problem(NULL));
    quipu_redis_lock_close(NULL);
}

Test(redis_lock, leaves_no_descriptor_behind)
{
    struct world world;
    size_t before;

    set_up(&world, 3);
    before = count_descriptors();
    redis_process_kill(&world.server[0]);
    redis_process_stop(&world.server[1]);
    for (int i = 0; i < 4; i++) {
        quipu_redis_lock *lock = a_lock(&world, 3, LONG_MS, 20);

        cr_assert_eq(quipu_redis_lock_take(lock), QUIPU_IO);
        quipu_redis_lock_close(lock);
    }
    cr_assert_eq(count_descriptors(), before);
    tear_down(&world);
}

Test(redis_lock, raises_no_sigpipe)
{
    struct quiet quiet;
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    (void)close(ends[0]);
    errno = 4711;
    quiet_begin(&quiet);
    cr_assert_eq(write(ends[1], "x", 1), -1);
    cr_assert_eq(errno, EPIPE);
    quiet_end(&quiet);
    cr_assert_eq(errno, 4711);
    cr_assert_not(quiet_is_pending(), "it was taken off the thread");
}
