/* share.c - the contenders of `bench_share`: the limit, and Quipu beside it. */
#include "peers/peer.h"

const struct peer *const peer_list[] = {
    &peer_limit, &peer_optimistic, &peer_cas, &peer_mutex, &peer_rcu, NULL,
};

const struct peer_absent peer_list_of_absent[] = {{0}};
