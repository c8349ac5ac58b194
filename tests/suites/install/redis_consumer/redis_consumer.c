/* redis_consumer.c - a host of libquipu-redis: C11, and C++17 by redis_consumer.cpp.
 *
 * There is no server where it looks for one, and it is told so. */
#include <quipu/redis_lock.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    quipu_redis_server server;
    quipu_redis_lock_options options;
    quipu_redis_lock *lock = NULL;
    int told;

    memset(&server, 0, sizeof(server));
    server.socket_path = "/nowhere/at/all";
    memset(&options, 0, sizeof(options));
    options.servers = &server;
    options.server_count = 1;
    options.key = "a key";
    options.ttl_ms = 1000;
    if (quipu_redis_lock_open(&options, &lock) != QUIPU_OK) return 1;
    if (quipu_redis_lock_take(lock) != QUIPU_IO) return 2;
    told = strstr(quipu_redis_lock_problem(lock), "/nowhere/at/all: No such file") != NULL;
    (void)printf("%s\n", quipu_redis_lock_problem(lock));
    quipu_redis_lock_close(lock);
    return told ? 0 : 3;
}
