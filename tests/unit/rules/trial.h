/* trial.h - precedence, shown on the law itself: events with one fault and with two.
 *
 * A table lists faults in order of precedence, each as a function that puts it into a trial. Every
 * fault must be found alone; and with any later one put in first, the earlier must still be the
 * answer. */
#ifndef QUIPU_TESTS_UNIT_RULES_TRIAL_H
#define QUIPU_TESTS_UNIT_RULES_TRIAL_H

#include <criterion/criterion.h>
#include <string.h>

#include "rules/account.h"
#include "rules/post.h"

#define ALL (~(quipu_uint128)0)
#define SECOND UINT64_C(1000000000)
#define NOW (UINT64_C(1700000000) * SECOND)

enum { A = 1, B = 2 };
enum { DEBIT, CREDIT };

/* All that the law is asked about. */
struct trial {
    quipu_account account, stored_account;
    quipu_transfer event, stored, pending;
    bool batch_imports, no_pending;
    uint64_t now; /* or the newest timestamp */
    struct moment at;
    enum hold_state state;
    struct balance balances[2];
    struct party parties[2]; /* their balances are filled in when asked */
    bool missing[2];
};

struct fault {
    uint32_t outcome;
    void (*put)(struct trial *trial);
};

/* Judge a trial; what it leaves behind is in the trial. */
typedef uint32_t judge_fn(struct trial *trial);

static inline void trial_faults_in_order(judge_fn *judge, const struct trial *sound, uint32_t fine,
                                         const struct fault *faults, size_t count)
{
    struct trial trial = *sound;

    cr_assert_eq(judge(&trial), fine, "the sound event");
    for (size_t i = 0; i < count; i++) {
        uint32_t outcome;

        trial = *sound;
        faults[i].put(&trial);
        outcome = judge(&trial);
        cr_assert_eq(outcome, faults[i].outcome, "fault %zu gave %u", i, outcome);
        for (size_t j = i + 1; j < count; j++) {
            trial = *sound;
            faults[j].put(&trial);
            faults[i].put(&trial);
            outcome = judge(&trial);
            cr_assert_eq(outcome, faults[i].outcome, "faults %zu and %zu gave %u", i, j, outcome);
        }
    }
}

#define IN_ORDER(judge, sound, fine, faults)                                                       \
    trial_faults_in_order((judge), (sound), (fine), (faults), sizeof(faults) / sizeof((faults)[0]))

/* Ask post or resolve, for a record that has its id. A refusal must leave every byte of the
 * balances as it was, and write no record. */
static inline uint32_t trial_apply(struct trial *trial, bool resolves)
{
    struct balance before[2];
    struct party *debit = &trial->parties[DEBIT], *credit = &trial->parties[CREDIT];
    struct hold_view hold = {trial->no_pending ? NULL : &trial->pending, trial->state};
    quipu_transfer untouched;
    uint32_t outcome;

    memset(&untouched, 0x5A, sizeof untouched);
    untouched.id = trial->event.id;
    trial->stored = untouched;
    memcpy(before, trial->balances, sizeof before);
    debit->balance = &trial->balances[DEBIT];
    credit->balance = &trial->balances[CREDIT];
    if (trial->missing[DEBIT]) debit = NULL;
    if (trial->missing[CREDIT]) credit = NULL;
    outcome = resolves ? quipui_rules_resolve(&trial->event, trial->event.flags, &trial->at, &hold,
                                              debit, credit, &trial->stored)
                       : rules_post(&trial->event, &trial->at, debit, credit, &trial->stored);
    if (outcome == QUIPU_CREATED) return outcome;
    cr_assert_eq(memcmp(before, trial->balances, sizeof before), 0, "%u changed a balance",
                 outcome);
    cr_assert_eq(memcmp(&untouched, &trial->stored, sizeof untouched), 0, "%u stored", outcome);
    return outcome;
}

static inline uint32_t trial_post(struct trial *trial)
{
    return trial_apply(trial, false);
}

static inline uint32_t trial_resolve(struct trial *trial)
{
    return trial_apply(trial, true);
}

/* A plain transfer of 10 from A to B, which have plenty; and a hold of 10 between them. */
static inline struct trial trial_sound(void)
{
    struct trial trial = {0};

    trial.event = (quipu_transfer){
        .id = 7,
        .debit_account_id = A,
        .credit_account_id = B,
        .amount = 10,
        .ledger = 1,
        .code = 2,
    };
    trial.pending = trial.event;
    trial.pending.id = 6;
    trial.pending.flags = QUIPU_TRANSFER_PENDING;
    trial.pending.timestamp = NOW - 100 * SECOND;
    trial.at.timestamp = NOW;
    trial.at.newest_transfer = NOW - 50 * SECOND;
    trial.state = HOLD_PENDING;
    for (int side = 0; side < 2; side++) {
        trial.balances[side] = (struct balance){1000, 2000, 3000, 4000, 5, 0};
        trial.parties[side] = (struct party){.created = NOW - 200 * SECOND, .ledger = 1};
    }
    return trial;
}

#endif
