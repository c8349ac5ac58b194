/* follower.h - follows the changes of a ledger from the beginning, and believes none of them.
 *
 *   C1  positions rise, and stay below the horizon, which never falls
 *   C2  each account's versions come one after the other: nothing is missing, nothing comes twice
 *   C3  each change leaves both accounts as the law says, given how the change before left them
 *   C4  nothing comes later that is below a horizon below which all had been told
 *   C5  at the end the accounts are as a lookup shows them
 *
 * One thread at a time. It asks the public header only, and shares no code with the engine. */
#ifndef QUIPU_TESTS_FOLLOWER_H
#define QUIPU_TESTS_FOLLOWER_H

#include <stdbool.h>

#include "quipu/quipu.h"

struct followed_account {
    quipu_account account;
    uint64_t version;
};

#define FOLLOWER_PAGE 64

struct follower {
    uint64_t after_timestamp, after_order, horizon;
    uint64_t told; /* all below was told: a page had room left */
    uint64_t transfers, expiries;
    struct followed_account *accounts;
    size_t account_count, account_room;
    quipu_transfer *holds; /* open ones */
    size_t hold_count, hold_room;
    quipu_change page[FOLLOWER_PAGE];
};

void follower_start(struct follower *follower);
void follower_stop(struct follower *follower);

/* Ask for at most `page` changes (1..FOLLOWER_PAGE) and check them; *count says how many. NULL, or
 * what is wrong. */
const char *follower_take(struct follower *follower, quipu_ledger *ledger, uint32_t page,
                          size_t *count);

/* Nobody writes any more: take all that is left, in pages of this size, then C5. */
const char *follower_finish(struct follower *follower, quipu_ledger *ledger, uint32_t page);

#endif
