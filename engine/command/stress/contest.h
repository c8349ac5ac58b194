/* contest.h - threads that race each other for money, and a referee who counts.
 *
 * Each round has a few fresh accounts of 100 that must not be overdrawn. All threads start together
 * and try to take 60 from each, and each time put 1 into a pot that all share. So from each account
 * one withdrawal can succeed, and the pot must grow by as many as there were deposits. What the
 * ledger told the threads is held against what it believes when all is quiet. */
#ifndef QUIPU_COMMAND_STRESS_CONTEST_H
#define QUIPU_COMMAND_STRESS_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "quipu/quipu.h"

#define CONTEST_FUNDS 100
#define CONTEST_WITHDRAWAL 60

/* What can be taken from an account: whole withdrawals. */
#define CONTEST_POSSIBLE ((quipu_uint128)CONTEST_FUNDS / CONTEST_WITHDRAWAL * CONTEST_WITHDRAWAL)

struct contest_order {
    quipu_protocol protocol;
    uint64_t thread_count;
    double seconds;
};

struct contest_score {
    uint64_t ns, rounds;
    uint64_t accounts;                            /* that were raced for */
    uint64_t withdrawals_tried, withdrawals_told; /* told: the ledger said that it was created */
    uint64_t deposits_told, deposits_found;       /* found: in the pot */
    uint64_t overdrafts;                          /* accounts that paid more than they had */
    uint64_t lost_updates;                        /* told, but not in the totals */
    struct {
        quipu_uint128 account_id; /* 0: none */
        uint64_t withdrawals_told;
        quipu_uint128 debits_posted;
    } first_overdraft;
};

/* Play. False: the system failed, and said why. */
bool contest_play(const struct contest_order *order, struct contest_score *score);

#endif
