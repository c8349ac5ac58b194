/* redis.c - a private Redis, in memory only, over a UNIX socket: a function written in Lua posts a
 * unit of transfers; calls are pipelined. On disk it appends to a file and syncs that before it
 * answers, once for all connections that it has heard meanwhile.
 *
 * An account is a hash of two fields, a transfer a string that is set only if it is new. */
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peers/server.h"
#include "peers/window.h"

#define CONNECT_TRIES 500 /* of 10 ms */
#define NAME_BYTES 17     /* 'a' and an account's id; 't' and a transfer's */

/* Answers a letter for each transfer: posted, exists, no debit account, no credit account, too
 * much. It is called with whole records; the amount is at byte 48. */
static const char library[] =
    "#!lua name=quipu\n"
    "local function post(keys, records)\n"
    "  local call, answers = redis.call, {}\n"
    "  for i, record in ipairs(records) do\n"
    "    local id = 't' .. record:sub(1, 16)\n"
    "    if not call('SET', id, record, 'NX') then\n"
    "      answers[i] = 'x'\n"
    "    else\n"
    "      local debit, credit = 'a' .. record:sub(17, 32), 'a' .. record:sub(33, 48)\n"
    "      local amount = struct.unpack('<L', record, 49)\n"
    "      local balance = call('HMGET', debit, 'd', 'c')\n"
    "      if not balance[1] then\n"
    "        answers[i] = 'd'\n"
    "      elseif call('EXISTS', credit) == 0 then\n"
    "        answers[i] = 'c'\n"
    "      elseif balance[2] - balance[1] < amount then\n"
    "        answers[i] = 'm'\n"
    "      else\n"
    "        call('HINCRBY', debit, 'd', amount)\n"
    "        call('HINCRBY', credit, 'c', amount)\n"
    "        answers[i] = 'p'\n"
    "      end\n"
    "      if answers[i] ~= 'p' then call('DEL', id) end\n"
    "    end\n"
    "  end\n"
    "  return table.concat(answers)\n"
    "end\n"
    "redis.register_function('post', post)\n";

struct store {
    struct peer_server server;
    char path[320];
};

struct session {
    redisContext *redis;
    struct window window;
    const char *arguments[QUIPU_BATCH_MAX + 3];
    size_t lengths[QUIPU_BATCH_MAX + 3];
};

static uint32_t status_of(char letter)
{
    switch (letter) {
    case 'p': return QUIPU_CREATED;
    case 'x': return QUIPU_CREATE_TRANSFER_EXISTS;
    case 'd': return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    case 'c': return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    default: return QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    }
}

/* The next reply, or NULL: said why. */
static redisReply *reply_of(struct session *session)
{
    void *reply = NULL;
    redisReply *answer;

    if (redisGetReply(session->redis, &reply) != REDIS_OK) {
        (void)peer_fail("redis: %s", session->redis->errstr);
        return NULL;
    }
    answer = reply;
    if (answer->type != REDIS_REPLY_ERROR) return answer;
    (void)peer_fail("redis: %s", answer->str);
    freeReplyObject(reply);
    return NULL;
}

static bool expect(struct session *session)
{
    redisReply *reply = reply_of(session);

    if (reply == NULL) return false;
    freeReplyObject(reply);
    return true;
}

static bool take_answer(struct session *session)
{
    struct call call = window_pop(&session->window);
    redisReply *reply = reply_of(session);
    bool whole;

    if (reply == NULL) return false;
    whole = reply->type == REDIS_REPLY_STRING && (size_t)reply->len == call.count;
    for (size_t i = 0; i < call.count && whole; i++)
        call.results[i].status = status_of(reply->str[i]);
    freeReplyObject(reply);
    return whole || peer_fail("redis: an answer of the wrong length");
}

static bool redis_drain(void *context)
{
    struct session *session = context;

    while (session->window.count > 0)
        if (!take_answer(session)) return false;
    return true;
}

static bool redis_post(void *context, const quipu_transfer *events, size_t count,
                       quipu_result *results)
{
    struct session *session = context;
    static const char *const head[] = {"FCALL", "post", "0"};

    while (window_is_full(&session->window, count))
        if (!take_answer(session)) return false;
    for (size_t i = 0; i < 3; i++) {
        session->arguments[i] = head[i];
        session->lengths[i] = strlen(head[i]);
    }
    for (size_t i = 0; i < count; i++) {
        session->arguments[3 + i] = (const char *)&events[i];
        session->lengths[3 + i] = sizeof events[i];
    }
    if (redisAppendCommandArgv(session->redis, (int)count + 3, session->arguments,
                               session->lengths) != REDIS_OK)
        return peer_fail("redis: %s", session->redis->errstr);
    window_push(&session->window, (struct call){events, results, count});
    return true;
}

static void redis_leave(void *context)
{
    struct session *session = context;

    if (session->redis != NULL) redisFree(session->redis);
    free(session);
}

static bool redis_enter(void *context, void **made)
{
    struct store *store = context;
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) return peer_fail("no memory");
    session->redis = redisConnectUnix(store->path);
    if (session->redis == NULL || session->redis->err != 0) {
        redis_leave(session);
        return false; /* silent: it is tried again while the server starts */
    }
    *made = session;
    return true;
}

static bool load_library(struct session *session)
{
    const char *arguments[] = {"FUNCTION", "LOAD", library};

    return redisAppendCommandArgv(session->redis, 3, arguments, NULL) == REDIS_OK &&
           expect(session);
}

static bool wait_for(struct store *store)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    void *session = NULL;
    bool loaded;

    for (int i = 0; !redis_enter(store, &session); i++) {
        if (!peer_server_lives(&store->server) || i == CONNECT_TRIES)
            return peer_fail("redis: the server does not answer");
        (void)nanosleep(&pause, NULL);
    }
    loaded = load_library(session);
    redis_leave(session);
    return loaded;
}

static void redis_close(void *context)
{
    struct store *store = context;

    peer_server_stop(&store->server, SIGKILL); /* there is nothing to save */
    free(store);
}

static bool redis_open(const struct peer *peer, const struct peer_order *order, void **context)
{
    struct store *store = calloc(1, sizeof *store);
    char program[] = "redis-server", port[] = "--port", zero[] = "0", socket[] = "--unixsocket",
         save[] = "--save", nothing[] = "", append[] = "--appendonly", no[] = "no", yes[] = "yes",
         sync[] = "--appendfsync", always[] = "always", rewrite[] = "--auto-aof-rewrite-percentage";
    char *const arguments[] = {program, port,        zero,
                               socket,  store->path, save,
                               nothing, append,      order->durable ? yes : no,
                               sync,    always,      rewrite,
                               zero,    NULL};

    (void)peer;
    if (store == NULL) return peer_fail("no memory");
    if (!peer_server_prepare(&store->server, order->scratch)) goto forget;
    (void)snprintf(store->path, sizeof store->path, "%s/socket", store->server.folder);
    if (!peer_server_start(&store->server, arguments)) goto forget;
    if (!wait_for(store)) {
        redis_close(store);
        return false;
    }
    *context = store;
    return true;
forget:
    free(store);
    return false;
}

static void name_of(char *name, char kind, const quipu_uint128 *id)
{
    name[0] = kind;
    memcpy(name + 1, id, sizeof *id);
}

static bool redis_load(void *context, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct session *session = context;
    char name[NAME_BYTES];

    for (size_t i = 0; i < count; i++) {
        name_of(name, 'a', &ids[i]);
        if (redisAppendCommand(session->redis, "HSET %b d 0 c %llu", name, sizeof name,
                               (unsigned long long)funds) != REDIS_OK)
            return peer_fail("redis: %s", session->redis->errstr);
    }
    for (size_t i = 0; i < count; i++)
        if (!expect(session)) return false;
    return true;
}

static bool redis_balances(void *context, const quipu_uint128 *ids, size_t count,
                           struct peer_balance *balances)
{
    struct session *session = context;
    char name[NAME_BYTES];

    for (size_t i = 0; i < count; i++) {
        name_of(name, 'a', &ids[i]);
        if (redisAppendCommand(session->redis, "HMGET %b d c", name, sizeof name) != REDIS_OK)
            return peer_fail("redis: %s", session->redis->errstr);
    }
    for (size_t i = 0; i < count; i++) {
        redisReply *reply = reply_of(session);
        bool whole = reply != NULL && reply->elements == 2 && reply->element[0]->str != NULL &&
                     reply->element[1]->str != NULL;

        if (whole) {
            balances[i].debits = strtoull(reply->element[0]->str, NULL, 10);
            balances[i].credits = strtoull(reply->element[1]->str, NULL, 10);
        }
        if (reply != NULL) freeReplyObject(reply);
        if (!whole) return peer_fail("redis: an account is not there");
    }
    return true;
}

const struct peer peer_redis = {
    .name = "redis",
    .settings = "Redis, UNIX socket, a Lua function, pipelined (at most 100 calls), no persistence",
    .durable = "Redis, UNIX socket, a Lua function, appendfsync always",
    .kind = PEER_ENGINE,
    .is_server = true,
    .unit_max = {1000, 1000},
    .durable_unit_max = 1000,
    .open = redis_open,
    .close = redis_close,
    .enter = redis_enter,
    .leave = redis_leave,
    .load = redis_load,
    .post = redis_post,
    .drain = redis_drain,
    .balances = redis_balances,
};
