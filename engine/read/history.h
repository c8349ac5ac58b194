/* history.h - the transfers of an account, and its balances after each. */
#ifndef QUIPU_READ_HISTORY_H
#define QUIPU_READ_HISTORY_H

#include "read/consistent.h"

/* As the public calls of these names. */
quipu_status quipui_get_account_transfers(struct reader *reader, const quipu_account_filter *filter,
                                          quipu_transfer *transfers, size_t capacity,
                                          size_t *count);
quipu_status quipui_get_account_balances(struct reader *reader, const quipu_account_filter *filter,
                                         quipu_account_balance *balances, size_t capacity,
                                         size_t *count);

#endif
