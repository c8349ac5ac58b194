/* far.c - the contenders of `bench_daemon`: a ledger in this process, the same ledger in another
 * one, reached in two ways, and servers that others have written. */
#include "peers/peer.h"

extern const struct peer peer_daemon, peer_stream, peer_redis, peer_postgres;

const struct peer *const peer_list[] = {
    &peer_optimistic,
    &peer_daemon,
    &peer_stream,
#if PEER_REDIS_IS_HERE
    &peer_redis,
#endif
#if PEER_POSTGRES_IS_HERE
    &peer_postgres,
#endif
    NULL,
};

const struct peer_absent peer_list_of_absent[] = {
#if !PEER_REDIS_IS_HERE
    {"redis", "libhiredis-dev and redis-server"},
#endif
#if !PEER_POSTGRES_IS_HERE
    {"postgres", "libpq-dev and postgresql"},
#endif
    {0},
};
