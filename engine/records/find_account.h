/* find_account.h - from the id of an account to its slot. */
#ifndef QUIPU_RECORDS_FIND_ACCOUNT_H
#define QUIPU_RECORDS_FIND_ACCOUNT_H

#include "records/store.h"

/* The account with this id, or NULL. `guess`: where it may be, or UINT64_MAX. In a read section. */
struct slot *quipui_find_slot(struct store *store, uint64_t hash, quipu_uint128 id, uint64_t guess);

/* The same without a guess; not in a read section. */
struct slot *quipui_find_account(struct store *store, quipu_uint128 id);

#endif
