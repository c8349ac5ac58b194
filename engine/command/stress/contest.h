/* contest.h - threads race each other for money, and a referee counts.
 *
 * Each round has a few new accounts of 100 that must not be overdrawn. All threads start together.
 * Each tries to take 60 from each account, and each time puts 1 into a pot that all share. So one
 * withdrawal from each account can succeed, and the pot must grow by the number of deposits. Then,
 * while no thread writes, the answers of the ledger are compared with its accounts. */
#ifndef QUIPU_COMMAND_STRESS_CONTEST_H
#define QUIPU_COMMAND_STRESS_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "quipu/quipu.h"

#define CONTEST_FUNDS 100
#define CONTEST_WITHDRAWAL 60

/* The most that can be taken from an account, by whole withdrawals. */
#define CONTEST_POSSIBLE ((quipu_uint128)CONTEST_FUNDS / CONTEST_WITHDRAWAL * CONTEST_WITHDRAWAL)

struct contest_order {
    quipu_protocol protocol;
    uint64_t thread_count;
    double seconds;
    const char *folder; /* ledgers are made in fresh directories in it; NULL: in memory */
};

struct contest_score {
    uint64_t ns, rounds;
    uint64_t accounts;                            /* of all rounds */
    uint64_t withdrawals_tried, withdrawals_told; /* told: the ledger said `created` */
    uint64_t deposits_told, deposits_found;       /* found: in the pot */
    uint64_t overdrafts;                          /* accounts that paid more than they had */
    uint64_t lost_updates;                        /* told, but not in the totals */
    struct {
        quipu_uint128 account_id; /* 0: none */
        uint64_t withdrawals_told;
        quipu_uint128 debits_posted;
    } first_overdraft;
};

/* Run a contest. Returns false, with a complaint, if the system fails. */
bool contest_play(const struct contest_order *order, struct contest_score *score);

#endif
