/* quipu.h - Quipu behind the calls of a peer: a store is a ledger, and so is a session. Contenders
 * that reach a ledger in another process make the same calls there. */
#ifndef QUIPU_BENCH_QUIPU_H
#define QUIPU_BENCH_QUIPU_H

#include "peers/peer.h"

bool quipu_peer_open(const struct peer *peer, const struct peer_order *order, void **store);
void quipu_peer_close(void *store);
bool quipu_peer_load(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds);
bool quipu_peer_post(void *session, const quipu_transfer *events, size_t count,
                     quipu_result *results);
bool quipu_peer_balances(void *session, const quipu_uint128 *ids, size_t count,
                         struct peer_balance *balances);

#endif
