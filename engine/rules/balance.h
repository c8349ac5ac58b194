/* balance.h - the private copies of accounts that the law works on.
 *
 * The rules are pure functions: values in, values and an outcome out. No atomics, no memory, no
 * clock; time and everything else they need are arguments. A refusal changes nothing. */
#ifndef QUIPU_RULES_BALANCE_H
#define QUIPU_RULES_BALANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "quipu/outcome.h"
#include "quipu/types.h"

/* What changes about an account. */
struct balance {
    quipu_uint128 debits_pending;
    quipu_uint128 debits_posted;
    quipu_uint128 credits_pending;
    quipu_uint128 credits_posted;
    uint64_t version; /* +1 with each change */
    uint64_t closed;  /* 0 or 1 */
};

/* One side of a transfer: a balance to change and what never changes about its account. */
struct party {
    struct balance *balance;
    uint64_t created; /* timestamp of the account */
    uint32_t ledger;
    uint16_t flags; /* as created: see balance->closed */
};

/* When an event happens. The last two matter to imported events only. */
struct moment {
    uint64_t timestamp;
    uint64_t newest_transfer; /* largest timestamp of a stored transfer */
    bool taken_by_an_account; /* an account has this timestamp */
};

/* What a stored transfer moved, on each side alike: debits of one account, credits of the other. */
struct movement {
    quipu_uint128 reserved; /* pending grew by this */
    quipu_uint128 released; /* and shrank by this */
    quipu_uint128 posted;   /* posted grew by this */
};

#endif
