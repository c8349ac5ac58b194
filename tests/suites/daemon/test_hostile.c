/* test_hostile.c - clients that break the rules: each is dropped, and nobody else notices.
 *
 *   H1  each single misdeed: a position, a header, a size, half a request, words on the socket
 *   H2  rings full of anything, while a second thread flips bytes of what the server reads (through
 *       a mapping of its own)
 *   H3  the server does not wait for what a client shares: a bell that is full and blocking, a
 *       socket that nobody reads
 *   H4  guests that say nothing, half a hello, or send descriptors
 *
 * After each, a client that keeps to the rules is served, the books balance, and no descriptor is
 * left. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "connect/connection_parts.h"
#include "support/checks.h"
#include "support/daemon.h"
#include "support/effort.h"
#include "support/ledger.h"
#include "support/random.h"
#include "wire/hello.h"

enum { ACCOUNTS = 4 };

static struct daemon served;
static quipu_ledger *near, *good;
static quipu_uint128 next_id = 1;

static void begin(void)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account(i + 1);
    cr_assert_eq(quipu_create_accounts(near, accounts, ACCOUNTS, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, NULL);
    good = daemon_connect(&served);
}

/* The good client is served. */
static void go_on(void)
{
    quipu_transfer event = a_transfer(next_id++, 1, 2, 5);
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(good, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
}

static void end(void)
{
    const char *wrong;

    go_on();
    /* Ends: the server hears the last hang-up. */
    while (daemon_look(good).clients > 1 || daemon_look(good).descriptors > 2)
        continue;
    cr_assert_eq(quipu_close(good), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    wrong = check_conservation(near, ACCOUNTS);
    cr_assert_null(wrong, "%s", wrong);
    ledger_close(near);
}

static struct link_to_daemon enter(void)
{
    struct link_to_daemon link;

    cr_assert_eq(quipui_link_open(&link, served.path, 5000), QUIPU_OK);
    return link;
}

/* It was dropped: the socket hangs up. */
static void be_dropped(struct link_to_daemon *link, const char *what)
{
    uint64_t before = daemon_look(good).dropped;

    quipui_link_ring(link);
    cr_assert_not(quipui_link_wait_answer(link, 0), "%s", what);
    /* It is counted before it hangs up; all of that may have been before we looked. */
    cr_assert_geq(daemon_look(good).dropped, before);
    cr_assert_gt(daemon_look(good).dropped, 0, "%s", what);
    quipui_link_close(link);
    go_on();
}

/* --- H1 --- */

static struct wire_request a_request(struct link_to_daemon *link, uint32_t kind, uint32_t count)
{
    struct wire_request request = {.number = ++link->number, .kind = kind, .count = count};

    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    return request;
}

static void send_header(struct link_to_daemon *link, const struct wire_request *request,
                        uint64_t published)
{
    quipui_wire_put(&link->requests, request, sizeof *request);
    wire_skip(&link->requests, published - sizeof *request);
    wire_publish(&link->requests);
}

Test(hostile, h1_positions)
{
    static const uint64_t tails[] = {1, 63, WIRE_REQUESTS_BYTES + 64, UINT64_MAX - 63, UINT64_MAX};

    static const uint64_t heads[] = {1, 63, UINT64_MAX - 63, UINT64_MAX, (uint64_t)1 << 63};
    begin();
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct link_to_daemon link = enter();

        store_relaxed(&link.shared->requests.tail, tails[i]); /* relaxed: a hostile client */
        be_dropped(&link, "a tail");
    }
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct link_to_daemon link = enter();
        struct wire_request request = a_request(&link, WIRE_SYNC, 0);

        store_relaxed(&link.shared->answers.head, heads[i]); /* relaxed: a hostile client */
        /* Ends: the server hangs up, at the latest when its ring is full. */
        while (quipui_wire_hear(link.socket)) {
            quipui_link_ring(&link);
            if (wire_has_room(&link.requests, request.bytes) != WIRE_YES) continue;
            send_header(&link, &request, request.bytes);
            request.number = ++link.number;
        }
        quipui_link_close(&link);
        go_on();
    }
    end();
}

Test(hostile, h1_headers)
{
    begin();
    for (unsigned misdeed = 0; misdeed < 9; misdeed++) {
        struct link_to_daemon link = enter();
        struct wire_request request = a_request(&link, WIRE_CREATE_TRANSFERS, 2);
        uint64_t published = request.bytes;

        switch (misdeed) {
        case 0: request.number = 0; break;
        case 1: request.kind = 0; break;
        case 2: request.kind = WIRE_KINDS; break;
        case 3: request.count = 0; break;
        case 4: request.count = UINT32_MAX; break;
        case 5: request.bytes = UINT32_MAX; break;
        case 6: request.flags = WIRE_BESIDE; break;
        case 7: published -= WIRE_UNIT; break; /* half a request */
        default: request.reserved[8] = 1; break;
        }
        send_header(&link, &request, published);
        be_dropped(&link, "a header");
    }
    end();
}

Test(hostile, h1_words_on_the_socket)
{
    struct link_to_daemon link;

    begin();
    link = enter();
    cr_assert(quipui_wire_send(link.socket, "hello again", 11, NULL, 0));
    be_dropped(&link, "words");
    end();
}

/* What came before a misdeed is executed. */
Test(hostile, h1_what_came_before_is_executed)
{
    quipu_transfer event, found;
    quipu_uint128 id = 999;
    struct link_to_daemon link;
    struct wire_request request;

    begin();
    link = enter();
    request = a_request(&link, WIRE_CREATE_TRANSFERS, 1);
    event = a_transfer(id, 1, 2, 7);
    quipui_wire_put(&link.requests, &request, sizeof request);
    quipui_wire_put(&link.requests, &event, sizeof event);
    request = a_request(&link, WIRE_KINDS - 1, 1);
    request.kind = 500;
    send_header(&link, &request, sizeof request);
    quipui_link_ring(&link);
    /* Ends: the server hangs up. */
    while (quipui_wire_hear(link.socket))
        sched_yield();
    quipui_link_close(&link);
    cr_assert_eq(quipu_lookup_transfers(good, &id, 1, &found, NULL), QUIPU_OK);
    cr_assert(found.id == id);
    end();
}

/* --- H2 --- */

struct flipper {
    unsigned char *bytes;
    uint64_t seed, stop;
    pthread_t thread;
};

static void *flip(void *context)
{
    struct flipper *flipper = context;
    struct random random = {flipper->seed};

    while (__atomic_load_n(&flipper->stop, __ATOMIC_RELAXED) == 0) {
        /* Mostly at the front, where headers are. */
        uint32_t at = random_below(&random, random_one_in(&random, 4) ? 65536 : 512);

        flipper->bytes[at] = (unsigned char)random_below(&random, 256);
    }
    return NULL;
}

/* Requests of all kinds with anything in them, right and wrong. */
static void rage(struct link_to_daemon *link, struct random *random)
{
    static unsigned char anything[16384];

    for (size_t i = 0; i < sizeof anything; i++)
        anything[i] = (unsigned char)(random_one_in(random, 3) ? random_below(random, 256) : 0);
    for (unsigned i = 0; i < 30; i++) {
        uint32_t kind = 1 + (uint32_t)random_below(random, WIRE_KINDS - 1);
        struct wire_request request = {.number = ++link->number, .kind = kind};
        const struct wire_shape *shape = quipui_wire_shape(kind);

        if (shape->counts) request.count = 1 + (uint32_t)random_below(random, 60);
        if (shape->expects) request.expectation_count = (uint32_t)random_below(random, 3);
        if (shape->out_beside > 0) request.flags = (uint32_t)random_below(random, 2);
        request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
        if (wire_has_room(&link->requests, request.bytes) != WIRE_YES) break;
        quipui_wire_put(&link->requests, &request, sizeof request);
        quipui_wire_put(&link->requests, anything, request.bytes - sizeof request);
        wire_publish(&link->requests);
        quipui_link_ring(link);
        if (wire_see(&link->answers) == WIRE_YES) {
            wire_skip(&link->answers, wire_seen(&link->answers));
            wire_give_back(&link->answers);
        }
    }
}

static void rage_and_flip(uint64_t seed, bool flips)
{
    struct link_to_daemon link = enter();
    struct flipper flipper = {.seed = seed};
    struct random random = {seed};
    /* A second mapping: for ThreadSanitizer, too, the flips come from elsewhere. */
    void *other = mremap(link.shared, 0, WIRE_SHARED_BYTES, MREMAP_MAYMOVE);

    cr_assert_neq(other, MAP_FAILED);
    flipper.bytes = ((struct wire_shared *)other)->bytes;
    if (flips) cr_assert_eq(pthread_create(&flipper.thread, NULL, flip, &flipper), 0);
    for (unsigned i = 0; i < 20 && quipui_wire_hear(link.socket); i++) {
        rage(&link, &random);
        go_on();
    }
    __atomic_store_n(&flipper.stop, 1, __ATOMIC_RELAXED);
    if (flips) cr_assert_eq(pthread_join(flipper.thread, NULL), 0);
    cr_assert_eq(munmap(other, WIRE_SHARED_BYTES), 0);
    quipui_link_close(&link);
}

Test(hostile, h2_anything_in_the_rings, .timeout = 120)
{
    begin();
    for (uint64_t seed = 1; seed <= EFFORT(40); seed++)
        rage_and_flip(seed, false);
    end();
}

Test(hostile, h2_bytes_that_change_while_they_are_read, .timeout = 120)
{
    begin();
    for (uint64_t seed = 1; seed <= EFFORT(100); seed++)
        rage_and_flip(seed, true);
    cr_assert_gt(daemon_look(good).dropped, 0, "no flip was ever noticed");
    end();
}

/* --- H3 --- */

Test(hostile, h3_a_bell_that_is_full_and_blocks, .timeout = 60)
{
    const uint64_t full = UINT64_MAX - 1;
    struct link_to_daemon link;
    int flags;

    begin();
    link = enter();
    flags = fcntl(link.bell, F_GETFL);
    cr_assert_eq(write(link.bell, &full, sizeof full), sizeof full);
    cr_assert_eq(fcntl(link.bell, F_SETFL, flags & ~O_NONBLOCK), 0);
    for (unsigned i = 0; i < 100; i++)
        go_on();
    quipui_link_close(&link);
    end();
}

/* Each time it says that it sleeps, and it never takes a bell. */
Test(hostile, h3_bells_that_nobody_hears, .timeout = 60)
{
    struct wire_request request;
    struct link_to_daemon link;

    begin();
    link = enter();
    for (unsigned i = 0; i < 2000; i++) {
        wire_lie_down(&link.shared->client_sleeps);
        request = a_request(&link, WIRE_SYNC, 0);
        while (wire_has_room(&link.requests, request.bytes) != WIRE_YES)
            sched_yield();
        send_header(&link, &request, request.bytes);
        quipui_link_ring(&link);
        while (wire_see(&link.answers) == WIRE_NO)
            sched_yield();
        wire_skip(&link.answers, wire_seen(&link.answers));
        wire_give_back(&link.answers);
    }
    go_on();
    quipui_link_close(&link);
    end();
}

/* A process that has kept the bell goes on ringing after the client is gone: it is not heard. */
Test(hostile, h3_a_bell_that_outlives_its_client, .timeout = 60)
{
    const uint64_t once = 1;
    struct link_to_daemon link;
    uint64_t before, after;
    int bell;

    begin();
    link = enter();
    bell = dup(link.bell);
    quipui_link_close(&link);
    /* Ends: the server hears the hang-up. */
    while (daemon_look(good).clients > 1)
        continue;
    /* Until it sleeps. */
    before = daemon_look(good).sleeps;
    while ((after = daemon_look(good).sleeps) == before)
        (void)usleep(1000);
    for (unsigned i = 0; i < 50; i++) {
        cr_assert_eq(write(bell, &once, sizeof once), sizeof once);
        (void)usleep(100);
    }
    cr_assert_leq(daemon_look(good).sleeps, after + 2, "it was woken by nobody's bell");
    cr_assert_eq(close(bell), 0);
    end();
}

/* --- H4 --- */

static int knock(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path, served.path, strlen(served.path));
    cr_assert_eq(connect(door, (struct sockaddr *)&address, sizeof address), 0);
    return door;
}

Test(hostile, h4_guests, .timeout = 60)
{
    struct wire_hello hello = {.magic = WIRE_MAGIC, .version = WIRE_VERSION + 1};
    struct wire_welcome answer;
    int doors[100], silent[8];
    unsigned char half[10] = {0};

    begin();
    for (unsigned i = 0; i < 100; i++)
        doors[i] = knock();
    go_on();
    quipu_ledger *other = daemon_connect(&served);
    cr_assert_eq(quipu_close(other), QUIPU_OK);
    for (unsigned i = 0; i < 100; i++)
        cr_assert_eq(close(doors[i]), 0);
    doors[0] = knock();
    cr_assert(quipui_wire_send(doors[0], half, sizeof half, NULL, 0));
    while (quipui_wire_hear(doors[0]))
        sched_yield();
    cr_assert_eq(close(doors[0]), 0);
    for (unsigned i = 0; i < 8; i++)
        silent[i] = STDIN_FILENO;
    doors[0] = knock();
    cr_assert(quipui_wire_send(doors[0], &hello, sizeof hello, silent, 8));
    while (quipui_wire_receive(doors[0], &answer, sizeof answer, NULL, NULL) == WIRE_NOTHING)
        sched_yield();
    cr_assert_eq(answer.status, QUIPU_UNSUPPORTED, "another version");
    cr_assert_eq(close(doors[0]), 0);
    end();
}
