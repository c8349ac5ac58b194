/* redis_ask.c - one command to a server that redis_process.c has started. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/locks/redis_process.h"

#define TIMEOUT_SECONDS 10

static bool read_reply(struct redis_process *server, const redisReply *reply,
                       struct redis_answer *answer)
{
    *answer = (struct redis_answer){.is_nothing = reply->type == REDIS_REPLY_NIL};
    if (reply->type == REDIS_REPLY_INTEGER) answer->number = reply->integer;
    if (reply->str != NULL) {
        (void)snprintf(answer->text, sizeof answer->text, "%s", reply->str);
        answer->number = strtoll(answer->text, NULL, 10);
    }
    if (reply->type != REDIS_REPLY_ERROR) return true;
    (void)snprintf(server->problem, sizeof server->problem, "redis-server: %s", reply->str);
    return false;
}

bool redis_process_ask(struct redis_process *server, struct redis_answer *answer,
                       const char **words)
{
    const struct timeval wait = {.tv_sec = TIMEOUT_SECONDS};
    redisContext *connection = redisConnectUnixWithTimeout(server->socket_path, wait);
    redisReply *reply = NULL;
    bool done = false;
    int count = 0;

    while (words[count] != NULL)
        count++;
    if (connection != NULL && connection->err == 0 &&
        redisSetTimeout(connection, wait) == REDIS_OK) {
        reply = redisCommandArgv(connection, count, words, NULL);
    }
    if (reply != NULL) {
        done = read_reply(server, reply, answer);
        freeReplyObject(reply);
    } else {
        (void)snprintf(server->problem, sizeof server->problem, "redis-server: %s",
                       connection != NULL ? connection->errstr : "memory ran out");
    }
    if (connection != NULL) redisFree(connection);
    return done;
}
