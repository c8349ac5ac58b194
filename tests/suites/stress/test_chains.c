/* test_chains.c - chains of many threads over few accounts, many of which fail.
 *
 *   T1  all legs are created and stored, or none is; of a failed chain one leg says why
 *   T2  the id that says why is burnt if it is transient; the others are free and may be used
 *   T3  a chain that funds itself never fails for want of funds: its legs see each other (cas, too:
 *       it may refuse over room that others took, so there it may)
 *   T4  the books are right */
#include <string.h>

#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum { THREADS = 4, LEGS = 4, ACCOUNTS = 6, SOURCE = 1, SINK = 2 };

struct chains {
    quipu_ledger *ledger;
    quipu_protocol protocol;
    unsigned count; /* per thread */
    const char *wrong[THREADS];
    uint64_t created, failed;
};

static quipu_uint128 id_of(const struct chains *chains, unsigned thread, unsigned chain,
                           unsigned leg)
{
    return 1 + (((quipu_uint128)thread * chains->count) + chain) * LEGS + leg;
}

/* Funds from the source, round about the limited accounts, to the sink: more than was put in, at
 * times. */
static void plan(struct chains *chains, struct random *random, unsigned thread, unsigned chain,
                 quipu_transfer *events, bool *funded)
{
    quipu_uint128 amount = 1 + random_below(random, 9), at = SOURCE;

    *funded = !random_one_in(random, 3);
    for (unsigned leg = 0; leg < LEGS; leg++) {
        quipu_uint128 next = SINK;

        if (leg + 1 < LEGS) {
            do {
                next = 3 + random_below(random, ACCOUNTS - 2);
            } while (next == at);
        }
        if (leg == 1 && !*funded) amount += 1 + random_below(random, 20);
        events[leg] = a_flagged_transfer(id_of(chains, thread, chain, leg), at, next, amount,
                                         leg + 1 < LEGS ? QUIPU_TRANSFER_LINKED : 0);
        at = next;
    }
}

static const char *judge(struct chains *chains, const quipu_result *results, bool funded,
                         unsigned *failed)
{
    unsigned created = 0, linked = 0;

    for (unsigned leg = 0; leg < LEGS; leg++) {
        if (results[leg].status == QUIPU_CREATED) {
            created++;
        } else if (results[leg].status == QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED) {
            linked++;
        } else {
            *failed = leg;
        }
    }
    if (created == LEGS) {
        (void)shared_add(&chains->created, 1);
        *failed = LEGS;
        return NULL;
    }
    (void)shared_add(&chains->failed, 1);
    if (created != 0 || linked != LEGS - 1) return "a chain succeeded in part";
    if (results[*failed].status != QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS) return "an odd reason";
    if (funded && chains->protocol != QUIPU_CAS) return "a funded chain was refused";
    return NULL;
}

/* T2: the one that said why is burnt, another is not. */
static const char *reuse(struct chains *chains, quipu_transfer burnt, quipu_transfer unburnt)
{
    quipu_transfer events[2] = {burnt, unburnt};
    quipu_result results[2];

    for (int i = 0; i < 2; i++) {
        events[i].debit_account_id = SOURCE;
        events[i].credit_account_id = SINK;
        events[i].flags = 0;
    }
    if (quipu_create_transfers(chains->ledger, events, 2, results) != QUIPU_OK)
        return "a call failed";
    if (results[0].status != QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED) return "it was not burnt";
    if (results[1].status != QUIPU_CREATED) return "it was burnt";
    return NULL;
}

static void submit(void *context, unsigned thread)
{
    struct chains *chains = context;
    struct random random = {thread};

    for (unsigned i = 0; i < chains->count && chains->wrong[thread] == NULL; i++) {
        quipu_transfer events[LEGS];
        quipu_result results[LEGS];
        unsigned failed = LEGS;
        bool funded;

        plan(chains, &random, thread, i, events, &funded);
        if (quipu_create_transfers(chains->ledger, events, LEGS, results) != QUIPU_OK) {
            chains->wrong[thread] = "a call failed";
            return;
        }
        chains->wrong[thread] = judge(chains, results, funded, &failed);
        if (failed < LEGS && chains->wrong[thread] == NULL && random_one_in(&random, 4)) {
            chains->wrong[thread] = reuse(chains, events[failed], events[failed == 0 ? 1 : 0]);
        }
    }
}

/* T1: what is stored. Legs that were used again by themselves go from the source to the sink. */
static void check_stored(const struct chains *chains)
{
    for (unsigned thread = 0; thread < THREADS; thread++) {
        for (unsigned chain = 0; chain < chains->count; chain++) {
            quipu_uint128 ids[LEGS];
            quipu_transfer stored[LEGS];
            int found = 0;

            for (unsigned leg = 0; leg < LEGS; leg++)
                ids[leg] = id_of(chains, thread, chain, leg);
            cr_assert_eq(quipu_lookup_transfers(chains->ledger, ids, LEGS, stored, NULL), QUIPU_OK);
            for (unsigned leg = 0; leg < LEGS; leg++) {
                bool reused =
                    stored[leg].debit_account_id == SOURCE && stored[leg].credit_account_id == SINK;

                if (stored[leg].id != 0 && !reused) found++;
            }
            cr_assert(found == 0 || found == LEGS, "a chain is stored in part");
        }
    }
}

EVERY_PROTOCOL(chains, are_all_or_nothing, .timeout = 240)
{
    struct chains chains = {.protocol = protocols[*protocol_index], .count = threads_work(8000)};
    const char *verdict;

    chains.ledger = ledger_open(chains.protocol, NULL);
    for (unsigned id = 1; id <= ACCOUNTS; id++) {
        quipu_account event =
            a_flagged_account(id, id > SINK ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS : 0);
        quipu_result result;

        cr_assert_eq(quipu_create_accounts(chains.ledger, &event, 1, &result), QUIPU_OK);
    }
    threads_run(THREADS, submit, &chains);
    for (int t = 0; t < THREADS; t++) {
        cr_assert_null(chains.wrong[t], "%s: %s", protocol_name(chains.protocol), chains.wrong[t]);
    }
    cr_assert(chains.created > 0 && chains.failed > 0);
    check_stored(&chains);
    verdict = check_ledger(chains.ledger, ACCOUNTS, false);
    cr_assert_null(verdict, "%s: %s", protocol_name(chains.protocol), verdict);
    ledger_close(chains.ledger);
}
