/* one_server.c - SET, and the two scripts; see one_server.h. */
#include "redis/one_server.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Compare, then act, as one step of the server: the owner may have changed since anybody looked. */
static const char delete_script[] =
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
static const char extend_script[] = "if redis.call('get', KEYS[1]) == ARGV[1] then "
                                    "return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0";

bool one_server_open(struct one_server *server, const quipu_redis_server *at, uint32_t timeout_ms)
{
    *server = (struct one_server){.port = at->port, .timeout_ms = timeout_ms};
    if (at->socket_path != NULL) server->socket_path = strdup(at->socket_path);
    if (at->host != NULL) server->host = strdup(at->host);
    return server->socket_path != NULL || server->host != NULL;
}

static void disconnect(struct one_server *server)
{
    if (server->connection != NULL) redisFree(server->connection);
    server->connection = NULL;
}

void one_server_close(struct one_server *server)
{
    disconnect(server);
    free(server->socket_path);
    free(server->host);
}

static void say(const struct one_server *server, char *problem, const char *why)
{
    if (server->socket_path != NULL) {
        (void)snprintf(problem, PROBLEM_BYTES, "%s: %s", server->socket_path, why);
    } else {
        (void)snprintf(problem, PROBLEM_BYTES, "%s:%u: %s", server->host, server->port, why);
    }
}

/* What hiredis says of a timeout is the text of EAGAIN. */
static const char *why(const redisContext *connection)
{
    if (connection == NULL || connection->err == REDIS_ERR_OOM) return "memory ran out";
    if (connection->err == REDIS_ERR_IO && strstr(connection->errstr, "temporarily") != NULL)
        return "no answer in time";
    return connection->errstr;
}

/* A connection at rest has nothing to say: a byte, or its end, says that it is not to be used. */
static bool is_at_rest(const redisContext *connection)
{
    struct pollfd look = {.fd = connection->fd, .events = POLLIN};

    return poll(&look, 1, 0) == 0;
}

static bool connect_to(struct one_server *server, char *problem)
{
    struct timeval wait = {.tv_sec = server->timeout_ms / 1000,
                           .tv_usec = (suseconds_t)(server->timeout_ms % 1000) * 1000};
    redisContext *made;

    if (server->connection != NULL && is_at_rest(server->connection)) return true;
    disconnect(server);
    made = server->socket_path != NULL ? redisConnectUnixWithTimeout(server->socket_path, wait)
                                       : redisConnectWithTimeout(server->host, server->port, wait);
    if (made == NULL || made->err != 0 || redisSetTimeout(made, wait) != REDIS_OK ||
        fcntl(made->fd, F_SETFD, FD_CLOEXEC) != 0) {
        say(server, problem, made != NULL && made->err == 0 ? "cannot set it up" : why(made));
        if (made != NULL) redisFree(made);
        return false;
    }
    server->connection = made;
    return true;
}

/* NULL: no answer, or an error; complained. */
static redisReply *ask(struct one_server *server, int count, const char **words, char *problem)
{
    redisReply *reply;

    if (!connect_to(server, problem)) return NULL;
    reply = redisCommandArgv(server->connection, count, words, NULL);
    if (reply == NULL) {
        say(server, problem, why(server->connection));
        disconnect(server);
    } else if (reply->type == REDIS_REPLY_ERROR) {
        say(server, problem, reply->str);
        freeReplyObject(reply);
        reply = NULL;
    }
    return reply;
}

enum server_answer one_server_set(struct one_server *server, const struct lock_key *key,
                                  char *problem)
{
    char ttl[16];
    const char *words[] = {"SET", key->name, key->owner, "NX", "PX", ttl};
    redisReply *reply;
    enum server_answer answer;

    (void)snprintf(ttl, sizeof ttl, "%u", key->ttl_ms);
    server->may_have_key = connect_to(server, problem);
    if (!server->may_have_key) return SERVER_SILENT;
    reply = ask(server, 6, words, problem);
    if (reply == NULL) return SERVER_SILENT;
    answer = reply->type == REDIS_REPLY_STATUS ? SERVER_YES : SERVER_NO;
    server->may_have_key = answer == SERVER_YES;
    freeReplyObject(reply);
    return answer;
}

static enum server_answer run(struct one_server *server, const char *script,
                              const struct lock_key *key, char *problem)
{
    char ttl[16];
    const char *words[] = {"EVAL", script, "1", key->name, key->owner, ttl};
    redisReply *reply;
    enum server_answer answer;

    (void)snprintf(ttl, sizeof ttl, "%u", key->ttl_ms);
    reply = ask(server, 6, words, problem);
    if (reply == NULL) return SERVER_SILENT;
    answer = reply->type == REDIS_REPLY_INTEGER && reply->integer == 1 ? SERVER_YES : SERVER_NO;
    freeReplyObject(reply);
    return answer;
}

enum server_answer one_server_extend(struct one_server *server, const struct lock_key *key,
                                     char *problem)
{
    return run(server, extend_script, key, problem);
}

enum server_answer one_server_delete(struct one_server *server, const struct lock_key *key,
                                     char *problem)
{
    enum server_answer answer = run(server, delete_script, key, problem);

    if (answer != SERVER_SILENT) server->may_have_key = false;
    return answer;
}
