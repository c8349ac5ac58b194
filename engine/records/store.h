/* store.h - all that a ledger stores. */
#ifndef QUIPU_RECORDS_STORE_H
#define QUIPU_RECORDS_STORE_H

#include "base/clock.h"
#include "records/accounts.h"
#include "records/imports.h"
#include "records/index.h"
#include "records/timeouts.h"
#include "records/transfers.h"
#include "records/worker.h"

struct rcu;

struct store {
    struct accounts accounts;
    struct transfers transfers;
    struct index account_ids, transfer_ids;
    struct timeouts timeouts;
    struct clock clock;
    struct workers workers;
    struct imports imports;
    _Atomic uint64_t horizon; /* the largest that was computed: horizon.h */
    struct rcu *rcu;          /* of the rcu protocol, else NULL */
};

/* False: no memory, and nothing to close. With `prefault` all memory is taken now. */
bool quipui_store_open(struct store *store, uint64_t account_capacity, uint64_t transfer_capacity,
                       bool prefault);
void quipui_store_close(struct store *store);

/* Make sure that the worker can store `count` transfers in a row and burn one id. What idle workers
 * hold is called in before it is said that there is no space.
 *
 *   returns  QUIPU_OK, QUIPU_NO_SPACE, QUIPU_NO_MEMORY */
quipu_status quipui_supply(struct store *store, struct worker *worker, uint64_t count);

/* A fresh hold in state HOLD_NEW, and giving it back if it came to nothing. */
quipu_status quipui_hold_take(struct store *store, struct worker *worker, uint64_t *hold);
void quipui_hold_give_back(struct store *store, struct worker *worker, uint64_t hold);

#endif
