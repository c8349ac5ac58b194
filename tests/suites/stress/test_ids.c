/* test_ids.c - threads race with the same ids.
 *
 *   T1  of the same transfer sent by all threads exactly one is created; the others are told that
 *       it exists, with its timestamp
 *   T2  of different transfers under one id exactly one is created; the others are told what
 *       differs
 *   T3  an id that was burnt is never anything else; the first to fail is the only one told why
 *   T4  the same of accounts, but that accounts are not burnt
 *   T5  what was moved is what was created, once */
#include <stdlib.h>
#include <string.h>

#include "support/checks.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum { THREADS = 4, BATCH = 16, FIRST_ACCOUNT = 100 };

enum kind { SAME, DIFFERENT, FAILS, KINDS };

struct race {
    quipu_ledger *ledger;
    unsigned ids; /* multiple of BATCH */
    quipu_result *results[THREADS];
};

static enum kind kind_of(unsigned id)
{
    return (enum kind)(id % KINDS);
}

/* Each thread asks for the same ids, in batches shuffled by its own random numbers. */
static quipu_transfer event_of(unsigned id, unsigned thread)
{
    quipu_transfer event = a_transfer(1 + id, 1, 2, 1 + id % 5);

    if (kind_of(id) == DIFFERENT) event.amount += thread;
    if (kind_of(id) == FAILS) event.debit_account_id = 3; /* has no credits, gets none */
    return event;
}

static void send(void *context, unsigned thread)
{
    struct race *race = context;
    struct random random = {thread};

    for (unsigned from = 0; from < race->ids; from += BATCH) {
        quipu_transfer events[BATCH];
        quipu_result results[BATCH];
        unsigned order[BATCH];

        for (unsigned i = 0; i < BATCH; i++) {
            unsigned other = random_below(&random, i + 1);

            order[i] = i;
            order[i] = order[other];
            order[other] = i;
        }
        for (unsigned i = 0; i < BATCH; i++) {
            events[i] = event_of(from + order[i], thread);
        }
        if (quipu_create_transfers(race->ledger, events, BATCH, results) != QUIPU_OK) return;
        for (unsigned i = 0; i < BATCH; i++) {
            race->results[thread][from + order[i]] = results[i];
        }
    }
}

static void open_race(struct race *race, quipu_protocol protocol, unsigned ids)
{
    quipu_account events[3] = {an_account(1), an_account(2),
                               a_flagged_account(3, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS)};
    quipu_result results[3];

    race->ledger = ledger_open(protocol, NULL);
    race->ids = ids / BATCH * BATCH;
    cr_assert_eq(quipu_create_accounts(race->ledger, events, 3, results), QUIPU_OK);
    for (int t = 0; t < THREADS; t++) {
        race->results[t] = calloc(race->ids, sizeof(quipu_result));
        cr_assert_not_null(race->results[t]);
    }
}

static unsigned count_of(const struct race *race, unsigned id, uint32_t status)
{
    unsigned count = 0;

    for (int t = 0; t < THREADS; t++) {
        if (race->results[t][id].status == status) count++;
    }
    return count;
}

/* What was said of one id, all in all; returns what it moved. */
static quipu_uint128 judge(const struct race *race, unsigned id)
{
    unsigned created = count_of(race, id, QUIPU_CREATED);
    quipu_uint128 key = 1 + id;
    quipu_transfer stored;

    cr_assert_eq(quipu_lookup_transfers(race->ledger, &key, 1, &stored, NULL), QUIPU_OK);
    switch (kind_of(id)) {
    case SAME:
        cr_assert_eq(created, 1, "id %u was created %u times", id, created);
        cr_assert_eq(count_of(race, id, QUIPU_CREATE_TRANSFER_EXISTS), THREADS - 1);
        for (int t = 0; t < THREADS; t++) {
            cr_assert_eq(race->results[t][id].timestamp, stored.timestamp);
        }
        return stored.amount;
    case DIFFERENT:
        cr_assert_eq(created, 1, "id %u was created %u times", id, created);
        cr_assert_eq(count_of(race, id, QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT),
                     THREADS - 1);
        for (unsigned t = 0; t < THREADS; t++) {
            if (race->results[t][id].status != QUIPU_CREATED) continue;
            cr_assert(stored.amount == event_of(id, t).amount, "the winner's is stored");
            cr_assert_eq(race->results[t][id].timestamp, stored.timestamp);
        }
        return stored.amount;
    default:
        cr_assert_eq(count_of(race, id, QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS), 1);
        cr_assert_eq(count_of(race, id, QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED), THREADS - 1);
        cr_assert(stored.id == 0);
        return 0;
    }
}

EVERY_PROTOCOL(ids, count_once, .timeout = 240)
{
    struct race race;
    quipu_uint128 moved = 0;

    open_race(&race, protocols[*protocol_index], threads_work(60000));
    threads_run(THREADS, send, &race);
    for (unsigned id = 0; id < race.ids; id++) {
        moved += judge(&race, id);
    }
    cr_assert(ledger_account(race.ledger, 1, NULL).debits_posted == moved);
    cr_assert_null(check_ledger(race.ledger, 3, false));
    for (int t = 0; t < THREADS; t++) {
        free(race.results[t]);
    }
    ledger_close(race.ledger);
}

static void send_accounts(void *context, unsigned thread)
{
    struct race *race = context;

    for (unsigned i = 0; i < race->ids; i++) {
        quipu_account event = an_account(FIRST_ACCOUNT + i);

        event.code = (uint16_t)(kind_of(i) == DIFFERENT ? 1 + thread : 1);
        if (kind_of(i) == FAILS) event.ledger = 0;
        if (quipu_create_accounts(race->ledger, &event, 1, &race->results[thread][i]) != QUIPU_OK) {
            return;
        }
    }
}

EVERY_PROTOCOL(ids, of_accounts_count_once, .timeout = 240)
{
    struct race race;

    open_race(&race, protocols[*protocol_index], threads_work(20000));
    threads_run(THREADS, send_accounts, &race);
    for (unsigned i = 0; i < race.ids; i++) {
        if (kind_of(i) == FAILS) {
            cr_assert_eq(count_of(&race, i, QUIPU_CREATE_ACCOUNT_LEDGER_MUST_NOT_BE_ZERO), THREADS);
            continue;
        }
        cr_assert_eq(count_of(&race, i, QUIPU_CREATED), 1);
        cr_assert_eq(count_of(&race, i,
                              kind_of(i) == SAME ? QUIPU_CREATE_ACCOUNT_EXISTS
                                                 : QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_CODE),
                     THREADS - 1);
    }
    for (int t = 0; t < THREADS; t++) {
        free(race.results[t]);
    }
    ledger_close(race.ledger);
}
