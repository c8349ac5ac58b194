/* wire.c - fuzz target: bytes are what a hostile client does to its rings, between turns of the
 * server.
 *
 *   W1  it is served or dropped; nothing is read or written beyond the rings (the sanitizers see)
 *   W2  what the server publishes is within its ring, and each answer is one (message.h)
 *   W3  another client's calls are answered as ever
 *   W4  the books balance
 *
 * In some turns a second thread changes bytes of the ring while the server reads them. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machines/fuzz/bytes.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/target.h"
#include "server/server_parts.h"
#include "wire/hello.h"

enum {
    ACCOUNTS = 4,
    ACCOUNTS_MAX = 4096,
    STEPS_MAX = 200,
    COUNT_MAX = 40,
    HOSTILE = 0,
    GOOD = 1,
    CLIENTS = 2
};

/* A client's side: its own ends of the rings. */
struct side {
    struct client *client;
    struct wire_shared *shared; /* a mapping of its own */
    struct wire_end requests, answers;
    uint64_t number;
    int socket;
};

struct scene {
    struct bytes bytes;
    struct server server;
    struct client *clients[CLIENTS];
    struct side sides[CLIENTS];
    quipu_uint128 next_id;
};

/* --- bytes that change --- */

static struct {
    pthread_mutex_t lock;
    unsigned char *at; /* plain, under lock: NULL: rest */
    uint64_t state;
} flips = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *flip(void *context)
{
    (void)context;
    for (;;) {
        (void)pthread_mutex_lock(&flips.lock);
        for (unsigned i = 0; i < 64 && flips.at != NULL; i++) {
            flips.state = flips.state * UINT64_C(6364136223846793005) + 1;
            flips.at[(flips.state >> 33) % 256] ^= (unsigned char)(flips.state >> 56);
        }
        (void)pthread_mutex_unlock(&flips.lock);
        (void)usleep(1);
    }
    return NULL;
}

/* The server takes its turn while the bytes behind its place in the ring change. */
static void turn_under_flips(struct scene *scene, struct side *side)
{
    static bool started;
    pthread_t thread;
    uint64_t place = side->client->requests.mine % WIRE_REQUESTS_BYTES;

    if (!started) claim(pthread_create(&thread, NULL, flip, NULL) == 0);
    started = true;
    if (place > WIRE_REQUESTS_BYTES - 256) place = 0;
    (void)pthread_mutex_lock(&flips.lock);
    flips.at = side->shared->bytes + place;
    (void)pthread_mutex_unlock(&flips.lock);
    (void)client_turn(&scene->server, side->client);
    (void)pthread_mutex_lock(&flips.lock);
    flips.at = NULL;
    (void)pthread_mutex_unlock(&flips.lock);
}

/* --- clients --- */

static void *map(int memory)
{
    void *shared = mmap(NULL, WIRE_SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);

    claim(shared != MAP_FAILED);
    return shared;
}

static void enter(struct scene *scene, unsigned which)
{
    struct side *side = &scene->sides[which];
    int memory = quipui_wire_make_memory(), pair[2];

    claim(memory >= 0);
    claim(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    side->client = client_new(pair[0]);
    claim(side->client != NULL);
    side->client->shared = map(memory);
    side->client->requests = wire_requests(side->client->shared);
    side->client->answers = wire_answers(side->client->shared);
    side->client->state = CLIENT_SERVED;
    side->client->hears = true;
    side->client->counts.may_write = 1;
    side->shared = map(memory);
    side->requests = wire_requests(side->shared);
    side->answers = wire_answers(side->shared);
    side->number = 0;
    side->socket = pair[1];
    (void)close(memory);
    scene->clients[which] = side->client;
}

static void leave(struct scene *scene, unsigned which)
{
    struct side *side = &scene->sides[which];

    client_end(&scene->server, side->client, false);
    /* Ends: nothing more is looked at, and what a thread beside has begun comes back. */
    while (side->client->state != CLIENT_GONE) {
        (void)server_take_back(&scene->server);
        (void)client_turn(&scene->server, side->client);
    }
    claim(side->client->jobs == 0 && side->client->promised == 0);
    client_free(&scene->server, side->client);
    claim(munmap(side->shared, WIRE_SHARED_BYTES) == 0);
    (void)close(side->socket);
}

/* W2: take all answers. */
static void take_answers(struct side *side)
{
    enum wire_look look = wire_see(&side->answers);

    claim(look != WIRE_BROKEN);
    while (wire_seen(&side->answers) > 0) {
        struct wire_answer answer;

        quipui_wire_take(&side->answers, &answer, sizeof answer);
        claim(answer.kind > 0 && answer.kind < WIRE_KINDS && answer.status <= QUIPU_FENCED);
        claim(answer.bytes == quipui_wire_answer_bytes(&answer));
        claim(answer.bytes - sizeof answer <= wire_seen(&side->answers));
        wire_skip(&side->answers, answer.bytes - sizeof answer);
    }
    wire_give_back(&side->answers);
}

/* --- steps --- */

/* A request that is one, with anything in it. */
static void ask(struct scene *scene, struct side *side)
{
    struct bytes *bytes = &scene->bytes;
    struct wire_request request = {.kind = 1 + bytes_take(bytes) % (WIRE_KINDS - 1)};
    const struct wire_shape *shape = quipui_wire_shape(request.kind);
    unsigned char body[16];

    if (shape->counts) {
        unsigned char byte = bytes_take(bytes);

        request.count = 1 + byte % COUNT_MAX;
        if (shape->in_parts && byte >= 250) request.count = UINT32_MAX - byte;
    }
    if (shape->expects) request.expectation_count = bytes_take(bytes) % 3;
    if (shape->out_beside > 0) request.flags = bytes_take(bytes) % 2;
    request.number = ++side->number;
    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    if (wire_has_room(&side->requests, request.bytes) != WIRE_YES) return;
    quipui_wire_put(&side->requests, &request, sizeof request);
    /* Sixteen bytes at a time, most of them small numbers: ids, amounts, flags. */
    for (uint32_t at = sizeof request; at < request.bytes; at += sizeof body) {
        memset(body, 0, sizeof body);
        body[0] = bytes_take(bytes);
        body[bytes_take(bytes) % sizeof body] ^= bytes_take(bytes);
        quipui_wire_put(&side->requests, body, sizeof body);
    }
    wire_publish(&side->requests);
}

/* A header of anything, and so much of it published. */
static void ask_for_anything(struct scene *scene, struct side *side)
{
    unsigned char header[WIRE_UNIT];

    for (size_t i = 0; i < sizeof header; i++)
        header[i] = bytes_take(&scene->bytes);
    quipui_wire_put(&side->requests, header, sizeof header);
    wire_skip(&side->requests, (uint64_t)bytes_take(&scene->bytes) * WIRE_UNIT);
    wire_publish(&side->requests);
}

/* W3 */
static void call(struct scene *scene)
{
    struct side *side = &scene->sides[GOOD];
    struct wire_request request = {
        .number = ++side->number, .kind = WIRE_CREATE_TRANSFERS, .count = 1};
    quipu_transfer event = {.id = scene->next_id++,
                            .debit_account_id = 1,
                            .credit_account_id = 2,
                            .amount = 1,
                            .ledger = 1,
                            .code = 1};
    struct wire_answer answer;
    quipu_result result;

    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    claim(wire_has_room(&side->requests, request.bytes) == WIRE_YES);
    quipui_wire_put(&side->requests, &request, sizeof request);
    quipui_wire_put(&side->requests, &event, sizeof event);
    wire_publish(&side->requests);
    claim(client_turn(&scene->server, side->client));
    claim(wire_see(&side->answers) == WIRE_YES);
    quipui_wire_take(&side->answers, &answer, sizeof answer);
    claim(quipui_wire_check_answer(&answer, &request, 0, 2 * WIRE_UNIT) == NULL);
    claim(answer.status == QUIPU_OK && answer.count == 1);
    quipui_wire_take(&side->answers, &result, sizeof result);
    claim(result.status == QUIPU_CREATED);
    wire_skip(&side->answers, answer.bytes - sizeof answer - sizeof result);
    wire_give_back(&side->answers);
}

static void step(struct scene *scene)
{
    struct side *side = &scene->sides[HOSTILE];
    struct bytes *bytes = &scene->bytes;

    switch (bytes_take(bytes) % 9) {
    case 0:
    case 1: ask(scene, side); break;
    case 2: ask_for_anything(scene, side); break;
    case 3:
        /* relaxed: a hostile client. */
        store_relaxed(&side->shared->requests.tail, side->requests.mine + bytes_number(bytes, 8));
        break;
    case 4:
        /* relaxed: a hostile client. */
        store_relaxed(&side->shared->answers.head, bytes_number(bytes, 8));
        break;
    case 5:
        (void)server_take_back(&scene->server);
        (void)client_turn(&scene->server, side->client);
        break;
    case 6: turn_under_flips(scene, side); break;
    case 7: take_answers(side); break;
    default: call(scene); break;
    }
    if (side->client->state != CLIENT_GONE) return;
    leave(scene, HOSTILE);
    enter(scene, HOSTILE);
}

/* W4 */
static void check_books(quipu_ledger *ledger)
{
    static quipu_account accounts[ACCOUNTS_MAX];
    const quipu_query_filter all = {.limit = ACCOUNTS_MAX};
    quipu_uint128 debits = 0, credits = 0;
    size_t count = 0;

    claim(quipu_query_accounts(ledger, &all, accounts, ACCOUNTS_MAX, &count) == QUIPU_OK);
    for (size_t i = 0; i < count; i++) {
        debits += accounts[i].debits_posted;
        credits += accounts[i].credits_posted;
    }
    claim(debits == credits);
}

static quipu_ledger *open_ledger(void)
{
    const quipu_options options = {.account_capacity = ACCOUNTS_MAX, .transfer_capacity = 1 << 16};
    quipu_account accounts[ACCOUNTS] = {{.id = 0}};
    quipu_result results[ACCOUNTS];
    quipu_ledger *ledger;

    claim(quipu_open(&options, &ledger) == QUIPU_OK);
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        accounts[i] = (quipu_account){.id = i + 1, .ledger = 1, .code = 1};
    }
    claim(quipu_create_accounts(ledger, accounts, ACCOUNTS, results) == QUIPU_OK);
    return ledger;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scene scene;

    memset(&scene, 0, sizeof scene);
    scene.bytes = (struct bytes){data, data + size};
    scene.server = (struct server){.options = {.ledger = open_ledger(), .clients_max = CLIENTS},
                                   .epoll = epoll_create1(EPOLL_CLOEXEC),
                                   .clients = scene.clients,
                                   .count = CLIENTS};
    claim(server_open_queue(&scene.server));
    claim(server_open_asides(&scene.server));
    scene.next_id = (quipu_uint128)1 << 100;
    enter(&scene, HOSTILE);
    enter(&scene, GOOD);
    for (unsigned i = 0; i < STEPS_MAX && !bytes_done(&scene.bytes); i++)
        step(&scene);
    call(&scene);
    leave(&scene, HOSTILE);
    leave(&scene, GOOD);
    server_close_asides(&scene.server);
    (void)close(scene.server.epoll);
    claim(quipu_queue_close(scene.server.queue) == QUIPU_OK);
    check_books(scene.server.options.ledger);
    claim(quipu_close(scene.server.options.ledger) == QUIPU_OK);
    return 0;
}
