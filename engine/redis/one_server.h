/* one_server.h - the key of a lock at one Redis server: three commands, over a connection that is
 * made when it is needed.
 *
 * A connection that failed, or timed out, is closed at once: a late answer must not be taken for
 * that of the next command. */
#ifndef QUIPU_REDIS_ONE_SERVER_H
#define QUIPU_REDIS_ONE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "quipu/redis_lock.h"

#define OWNER_DIGITS 32
#define PROBLEM_BYTES 256

struct redisContext;

struct one_server {
    char *socket_path, *host; /* one of both is NULL */
    uint16_t port;
    uint32_t timeout_ms;
    struct redisContext *connection; /* or NULL */
    bool may_have_key;               /* a SET was sent, and no answer says that it did nothing */
};

enum server_answer { SERVER_YES, SERVER_NO, SERVER_SILENT };

/* What all servers are asked about. */
struct lock_key {
    char *name;
    uint32_t ttl_ms;
    char owner[OWNER_DIGITS + 1]; /* "": none */
};

/* Returns false if memory runs out. */
bool one_server_open(struct one_server *server, const quipu_redis_server *at, uint32_t timeout_ms);
void one_server_close(struct one_server *server);

/* Yes: the server did it. No: the key is another owner's, or is not there (set: is there). Silent:
 * it did not answer, or not as it should; `problem` (PROBLEM_BYTES) says why. */
enum server_answer one_server_set(struct one_server *server, const struct lock_key *key,
                                  char *problem);
enum server_answer one_server_extend(struct one_server *server, const struct lock_key *key,
                                     char *problem);
enum server_answer one_server_delete(struct one_server *server, const struct lock_key *key,
                                     char *problem);

#endif
