/* list.c - the contenders of `bench_peers`: the limit, Quipu, and the peers of this build. */
#include "peers/peer.h"

#define PEERS(X)                                                                                   \
    X(SQLITE, sqlite, "sqlite", "libsqlite3-dev")                                                  \
    X(LMDB, lmdb, "lmdb", "liblmdb-dev")                                                           \
    X(ROCKSDB, rocksdb_optimistic, "rocksdb-optimistic", "librocksdb-dev")                         \
    X(ROCKSDB, rocksdb_pessimistic, "rocksdb-pessimistic", "librocksdb-dev")                       \
    X(WIREDTIGER, wiredtiger, "wiredtiger", "libwiredtiger-dev")                                   \
    X(REDIS, redis, "redis", "libhiredis-dev and redis-server")                                    \
    X(POSTGRES, postgres, "postgres", "libpq-dev and postgresql")                                  \
    X(STM, stm, "stm", "gcc with libitm; clang has no -fgnu-tm")

/* The build says of each 1 or 0: PEER_SQLITE_IS_HERE and so on. */
#define HERE_0(peer)
#define HERE_1(peer) &peer,
#define ABSENT_0(text, packages) {text, packages},
#define ABSENT_1(text, packages)
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

#define DECLARE(upper, name, text, packages) extern const struct peer peer_##name;
PEERS(DECLARE)

const struct peer *const peer_list[] = {
    &peer_limit,      &peer_optimistic, &peer_cas, &peer_mutex, &peer_rcu,
#define HERE(upper, name, text, packages) PASTE(HERE_, PEER_##upper##_IS_HERE)(peer_##name)
    PEERS(HERE) NULL,
};

const struct peer_absent peer_list_of_absent[] = {
#define ABSENT(upper, name, text, packages) PASTE(ABSENT_, PEER_##upper##_IS_HERE)(text, packages)
    PEERS(ABSENT){0},
};
