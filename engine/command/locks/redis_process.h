/* redis_process.h - a real `redis-server`, started on loopback for one purpose and ended with it.
 *
 * It listens on a UNIX socket in a directory of its own, and on a port if another server follows
 * it. It runs with the persistence that Redis has by default. The kernel kills it when the thread
 * that started it ends, so it does not outlive a process that is killed. */
#ifndef QUIPU_COMMAND_LOCKS_REDIS_PROCESS_H
#define QUIPU_COMMAND_LOCKS_REDIS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define REDIS_DIRECTORY_BYTES 80 /* the path of a socket has 107 at most */
#define REDIS_PROBLEM_BYTES 256

struct redis_process {
    pid_t pid; /* 0: it does not run */
    char directory[REDIS_DIRECTORY_BYTES];
    char socket_path[REDIS_DIRECTORY_BYTES + 8];
    uint16_t port;      /* 0: only the socket */
    uint16_t follows;   /* the port of its master; 0: none */
    bool has_own_clock; /* by libfaketime: redis_process_set_clock() */
    char problem[REDIS_PROBLEM_BYTES];
};

/* The functions below return false, and say why in `problem`, if they fail. */

/* Make its directory inside `parent`. */
bool redis_process_make(struct redis_process *server, const char *parent, const char *name);

/* Start it, again after it was killed, and wait until it answers. */
bool redis_process_start(struct redis_process *server);

/* Another time than the machine's: so many seconds ahead. It is read at each look at the clock. */
bool redis_process_set_clock(struct redis_process *server, long seconds_ahead);

/* Choose a free port. Until the server is started another may take it. */
bool redis_process_choose_port(struct redis_process *server);

/* SIGKILL: as in a crash, nothing is saved. Returns when it is gone. */
void redis_process_kill(struct redis_process *server);

/* SIGSTOP, and on again. The first returns when it is stopped. */
void redis_process_stop(struct redis_process *server);
void redis_process_go_on(struct redis_process *server);

/* Kill it, and remove its directory. */
void redis_process_remove(struct redis_process *server);

/* One command on a connection of its own, and what became of it. */
struct redis_answer {
    long long number;
    char text[64];
    bool is_nothing;
};

bool redis_process_ask(struct redis_process *server, struct redis_answer *answer,
                       const char **words /* the last is NULL */);

#define REDIS_ASK(server, answer, ...)                                                             \
    redis_process_ask((server), (answer), (const char *[]){__VA_ARGS__, NULL})

#endif
