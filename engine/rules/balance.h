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

/* A transfer has two sides: it changes the debits of one account and the credits of another. */
enum side { SIDE_DEBIT, SIDE_CREDIT };

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

/* What an account has taken on one side: pending and posted together. */
static inline quipu_uint128 rules_taken(const struct balance *balance, enum side side)
{
    return side == SIDE_DEBIT ? balance->debits_pending + balance->debits_posted
                              : balance->credits_pending + balance->credits_posted;
}

static inline quipu_uint128 rules_posted(const struct balance *balance, enum side side)
{
    return side == SIDE_DEBIT ? balance->debits_posted : balance->credits_posted;
}

/* What a limit on this side lets an account take: what is posted on the other. */
static inline quipu_uint128 rules_room(const struct balance *balance, enum side side)
{
    return side == SIDE_DEBIT ? balance->credits_posted : balance->debits_posted;
}

/* Is there a limit on this side of an account with these flags? */
static inline bool rules_is_limited(uint16_t flags, enum side side)
{
    return (flags & (side == SIDE_DEBIT ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS
                                        : QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS)) != 0;
}

/* When an event happens. The last two matter to imported events only. */
struct moment {
    uint64_t timestamp;
    uint64_t newest_transfer; /* largest timestamp of a stored transfer */
    bool taken_by_an_account; /* an account has this timestamp */
};

#endif
