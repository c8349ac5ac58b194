/* sight.h - what a fiber sees of histories, changes, a hold and all transfers; and whether the last
 * two can be (walks: judge.c). */
#ifndef EXPLORE_SIGHT_H
#define EXPLORE_SIGHT_H

#include "machines/explore/program.h"

struct stage;
struct follower;

/* What a fiber saw of one account's history. */
struct walk {
    bool done;
    uint32_t account;
    uint64_t begin, end;
    size_t transfer_count, balance_count;
    quipu_transfer transfers[8];
    quipu_account_balance balances[8];
};

/* A hold by id, then its accounts, the open holds of one, the accounts and the hold again. */
struct hold_sight {
    bool done;
    quipu_hold before, after;
    quipu_account accounts[2], accounts_after[2];
    size_t open_count;
};

/* All transfers, by pages of two. */
struct scan_sight {
    bool done;
    uint64_t begin;
    size_t count;
    quipu_uint128 ids[16];
};

/* Play an operation: OP_HISTORY, OP_FOLLOW, OP_HOLD, OP_SCAN. NULL, or what is wrong. */
const char *sight_history(struct stage *stage, struct walk *walk, const struct op *op);
const char *sight_changes(struct stage *stage, struct follower *follower);
const char *sight_hold(struct stage *stage, struct hold_sight *sight, const struct op *op);
const char *sight_scan(struct stage *stage, struct scan_sight *sight);

/* NULL, or what is wrong with it. After all fibers. */
const char *judge_hold(struct stage *stage, const struct hold_sight *sight);
const char *judge_scan(struct stage *stage, const struct scan_sight *sight);

#endif
