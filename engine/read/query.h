/* query.h - accounts and transfers of a span of time that have certain fields. */
#ifndef QUIPU_READ_QUERY_H
#define QUIPU_READ_QUERY_H

#include "read/consistent.h"

/* As the public calls of these names. */
quipu_status quipui_query_accounts(struct reader *reader, const quipu_query_filter *filter,
                                   quipu_account *accounts, size_t capacity, size_t *count);
quipu_status quipui_query_transfers(struct reader *reader, const quipu_query_filter *filter,
                                    quipu_transfer *transfers, size_t capacity, size_t *count);

#endif
