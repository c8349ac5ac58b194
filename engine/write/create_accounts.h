/* create_accounts.h - creating accounts. */
#ifndef QUIPU_WRITE_CREATE_ACCOUNTS_H
#define QUIPU_WRITE_CREATE_ACCOUNTS_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* As quipu_create_accounts(). One batch at a time: the others queue. */
quipu_status quipui_create_accounts(struct store *store, const struct protocol *protocol,
                                    const quipu_account *events, size_t count,
                                    quipu_result *results);

#endif
