/* create_accounts.h - creating accounts. */
#ifndef QUIPU_WRITE_CREATE_ACCOUNTS_H
#define QUIPU_WRITE_CREATE_ACCOUNTS_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* As quipu_create_accounts(). One batch at a time: the others queue. One that never waits for room
 * in the ring returns QUIPU_BUSY instead, and has done nothing. */
quipu_status quipui_create_accounts(struct store *store, const struct protocol *protocol,
                                    const quipu_account *events, size_t count,
                                    quipu_result *results, bool never_waits);

#endif
