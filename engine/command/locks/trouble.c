/* trouble.c - pauses, crashes, promotions and clocks, on real servers. */
#include "command/locks/trouble.h"

#include <stdio.h>
#include <string.h>

#include "command/locks/patience.h"

/* Of troubles that wait until the lock expires; and of those that take it away before that. */
#define SHORT_TTL_MS 250
#define LONG_TTL_MS 30000

/* The server whose clock jumps, and those that are down when the first holder comes. */
enum { JUMPS = 2, DOWN = 3 };

#define JUMP_SECONDS 7200

enum { MASTER, REPLICA };

static bool is_redlock(enum trouble trouble)
{
    return trouble == TROUBLE_CLOCK || trouble == TROUBLE_LONG_PAUSE;
}

uint32_t trouble_ttl_ms(enum trouble trouble)
{
    return trouble == TROUBLE_PAUSE || trouble == TROUBLE_LONG_PAUSE ? SHORT_TTL_MS : LONG_TTL_MS;
}

static bool passed_on(const struct redis_process *server, bool done, char *problem)
{
    if (!done) (void)snprintf(problem, REDIS_PROBLEM_BYTES, "%s", server->problem);
    return done;
}

/* Ask until the answer is this number. */
static bool await_number(struct redis_process *server, long long number, const char **words,
                         char *problem)
{
    struct patience patience = patience_begin();
    struct redis_answer answer;

    while (patience_wait(&patience)) {
        if (!redis_process_ask(server, &answer, words)) return passed_on(server, false, problem);
        if (answer.number == number) return true;
    }
    (void)snprintf(problem, REDIS_PROBLEM_BYTES, "redis-server: %s", patience_problem(&patience));
    return false;
}

static bool await_gone(struct redis_process *server, char *problem)
{
    return await_number(server, 0, (const char *[]){"EXISTS", LOCK_KEY, NULL}, problem);
}

static bool start(struct lock_servers *servers, size_t which, char *problem)
{
    return passed_on(&servers->server[which], redis_process_start(&servers->server[which]),
                     problem);
}

/* A replica that has followed so far, and then hears no more of its master: it is stopped, its
 * connection is cut, and what the first holder writes never reaches it. */
static bool follow_and_cut(struct lock_servers *servers, char *problem)
{
    struct redis_process *master = &servers->server[MASTER], *replica = &servers->server[REPLICA];
    struct redis_answer answer;

    if (!redis_process_choose_port(master)) return passed_on(master, false, problem);
    replica->follows = master->port;
    if (!start(servers, MASTER, problem) || !start(servers, REPLICA, problem)) return false;
    if (!REDIS_ASK(master, &answer, "INCR", "token")) return passed_on(master, false, problem);
    if (!await_number(master, 1, (const char *[]){"WAIT", "1", "100", NULL}, problem) ||
        !await_number(replica, 1, (const char *[]){"GET", "token", NULL}, problem))
        return false;
    redis_process_stop(replica);
    return passed_on(master, REDIS_ASK(master, &answer, "CLIENT", "KILL", "TYPE", "replica"),
                     problem);
}

bool trouble_begin(struct lock_servers *servers, enum trouble trouble, const char *directory,
                   char *problem)
{
    size_t started;

    *servers = (struct lock_servers){.trouble = trouble};
    servers->count = is_redlock(trouble) ? LOCK_SERVERS : 1 + (trouble == TROUBLE_PROMOTION);
    for (size_t i = 0; i < servers->count; i++) {
        char name[24];

        (void)snprintf(name, sizeof name, "%zu", i + 1);
        if (!redis_process_make(&servers->server[i], directory, name))
            return passed_on(&servers->server[i], false, problem);
    }
    if (trouble == TROUBLE_PROMOTION) return follow_and_cut(servers, problem);
    started = trouble == TROUBLE_CLOCK ? DOWN : servers->count;
    servers->server[JUMPS].has_own_clock = trouble == TROUBLE_CLOCK;
    for (size_t i = 0; i < started; i++) {
        if (!start(servers, i, problem)) return false;
    }
    return true;
}

/* The two that were down come back, and one of the three that have the lock jumps: now three of
 * five do not have it. */
static bool jump(struct lock_servers *servers, char *problem)
{
    struct redis_process *jumps = &servers->server[JUMPS];

    for (size_t i = DOWN; i < servers->count; i++) {
        if (!start(servers, i, problem)) return false;
    }
    return passed_on(jumps, redis_process_set_clock(jumps, JUMP_SECONDS), problem) &&
           await_gone(jumps, problem);
}

static bool promote(struct lock_servers *servers, char *problem)
{
    struct redis_process *replica = &servers->server[REPLICA];
    struct redis_answer answer;

    redis_process_kill(&servers->server[MASTER]);
    redis_process_go_on(replica);
    return passed_on(replica, REDIS_ASK(replica, &answer, "REPLICAOF", "NO", "ONE"), problem) &&
           await_gone(replica, problem);
}

bool trouble_happens(struct lock_servers *servers, struct money *money, char *problem)
{
    /* The ledger's clock is not spared. */
    if (servers->trouble == TROUBLE_CLOCK)
        money->clock_ahead_ns = (uint64_t)JUMP_SECONDS * 1000000000;
    if (servers->count == 0) return true; /* there is no lock to be lost */
    switch (servers->trouble) {
    case TROUBLE_PAUSE:
    case TROUBLE_LONG_PAUSE:
        for (size_t i = 0; i < servers->count; i++) {
            if (!await_gone(&servers->server[i], problem)) return false;
        }
        return true;
    case TROUBLE_CRASH:
        redis_process_kill(&servers->server[MASTER]);
        return start(servers, MASTER, problem) && await_gone(&servers->server[MASTER], problem);
    case TROUBLE_PROMOTION: return promote(servers, problem);
    case TROUBLE_CLOCK: return jump(servers, problem);
    }
    return false;
}

void trouble_end(struct lock_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        redis_process_remove(&servers->server[i]);
}

/* The server that grants now: after a promotion it is the replica. */
static size_t granting(const struct lock_servers *servers)
{
    return servers->trouble == TROUBLE_PROMOTION && servers->server[MASTER].pid == 0 ? REPLICA
                                                                                     : MASTER;
}

bool trouble_token(struct lock_servers *servers, long long *token, char *problem)
{
    struct redis_process *server = &servers->server[granting(servers)];
    struct redis_answer answer = {0};
    bool done = servers->count == 0 || is_redlock(servers->trouble) ||
                servers->trouble == TROUBLE_PAUSE || REDIS_ASK(server, &answer, "INCR", "token");

    *token = answer.number;
    return passed_on(server, done, problem);
}

size_t trouble_addresses(const struct lock_servers *servers,
                         quipu_redis_server addresses[LOCK_SERVERS])
{
    size_t first = is_redlock(servers->trouble) ? 0 : granting(servers);
    size_t count = is_redlock(servers->trouble) ? servers->count : 1;

    for (size_t i = 0; i < count; i++) {
        addresses[i] = (quipu_redis_server){.socket_path = servers->server[first + i].socket_path};
    }
    return count;
}
