/* stress_round.c - before a round: open a ledger and fund its accounts. After it: look up the
 * transfers, read the accounts, close. */
#include "command/stress/stress_round.h"

#include <stdlib.h>

#include "checker/stamp.h"
#include "command/common/stopwatch.h"
#include "command/stress/stress_hand.h"

/* With --timeouts a second of the ledger's clock takes a fifth of a millisecond: about as long as a
 * hold waits for its post or void. */
#define CLOCK_SPEED 5000
#define CLOCK_START 1700000000000000000u

#define FUNDS 200

struct round {
    const struct stress_order *order;
    uint64_t opened_ns;
    quipu_account accounts[STRESS_ACCOUNTS_MAX];
    quipu_uint128 account_ids[STRESS_ACCOUNTS_MAX];
    uint64_t versions[STRESS_ACCOUNTS_MAX];
    quipu_transfer funds[STRESS_ACCOUNTS_MAX];
    quipu_result results[STRESS_ACCOUNTS_MAX];

    /* The steps that are looked up by the next call. */
    struct history_step *steps[QUIPU_BATCH_MAX];
    quipu_uint128 ids[QUIPU_BATCH_MAX];
    quipu_transfer transfers[QUIPU_BATCH_MAX];
    quipu_transfer_versions transfer_versions[QUIPU_BATCH_MAX];
    size_t count;
    uint64_t missing; /* created, but not found */
    quipu_uint128 first_missing;
};

struct round *round_new(const struct stress_order *order)
{
    struct round *round = calloc(1, sizeof *round);

    if (round != NULL) round->order = order;
    return round;
}

void round_free(struct round *round)
{
    free(round);
}

static uint64_t fast_clock(void *context)
{
    const struct round *round = context;

    return CLOCK_START + (stopwatch_ns() - round->opened_ns) * CLOCK_SPEED;
}

/* Account 1 is the bank, without limits. Of each three others one must not be overdrawn, one must
 * not have more credits than debits, and one has no limit. */
static uint16_t limit_of(uint64_t id)
{
    if (id == 1) return 0;
    switch (id % 3) {
    case 0: return QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    case 1: return QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
    default: return 0;
    }
}

static bool write_accounts(struct round *round, struct tape *tape, uint64_t begin, uint64_t end)
{
    if (tape_call(tape, begin, end) == NULL) return false;
    for (size_t i = 0; i < round->order->account_count; i++) {
        struct history_step *step = tape_step(tape, HISTORY_ACCOUNT);

        if (step == NULL) return false;
        step->status = round->results[i].status;
        step->account = round->accounts[i];
        step->account.timestamp = round->results[i].timestamp;
        step->version = 1;
    }
    return true;
}

static quipu_status create_accounts(struct round *round, struct tape *tape, quipu_ledger *ledger)
{
    size_t count = round->order->account_count;
    uint64_t begin;
    quipu_status status;

    for (size_t i = 0; i < count; i++) {
        round->account_ids[i] = i + 1;
        round->accounts[i] =
            (quipu_account){.id = i + 1, .ledger = 1, .code = 1, .flags = limit_of(i + 1)};
    }
    begin = stamp_begin(true);
    status = quipu_create_accounts(ledger, round->accounts, count, round->results);
    if (status != QUIPU_OK) return status;
    return write_accounts(round, tape, begin, stamp_end(true)) ? QUIPU_OK : QUIPU_NO_MEMORY;
}

/* Give each account some money from the bank, or let it owe some to the bank. */
static quipu_status fund(struct round *round, struct tape *tape, quipu_ledger *ledger)
{
    size_t count = round->order->account_count - 1;
    uint64_t begin;
    quipu_status status;

    for (size_t i = 0; i < count; i++) {
        uint64_t id = i + 2;
        bool owes = limit_of(id) == QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;

        round->funds[i] = (quipu_transfer){
            .id = id,
            .debit_account_id = owes ? id : 1,
            .credit_account_id = owes ? 1 : id,
            .amount = FUNDS,
            .ledger = 1,
            .code = 1,
        };
    }
    begin = stamp_begin(true);
    status = quipu_create_transfers(ledger, round->funds, count, round->results);
    if (status != QUIPU_OK) return status;
    if (tape_call(tape, begin, stamp_end(true)) == NULL) return QUIPU_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct history_step *step = tape_step(tape, HISTORY_TRANSFER);

        if (step == NULL) return QUIPU_NO_MEMORY;
        step->status = round->results[i].status;
        step->transfer = round->funds[i];
    }
    return QUIPU_OK;
}

quipu_status round_open(struct round *round, uint64_t operations, struct tape *tape,
                        quipu_ledger **ledger)
{
    const struct stress_order *order = round->order;
    quipu_options options = {
        .protocol = order->protocol,
        .account_capacity = order->account_count,
        .transfer_capacity = operations * HAND_EVENTS_MAX + order->account_count,
    };
    quipu_status status;

    round->opened_ns = stopwatch_ns();
    if (order->timeouts) {
        options.clock = fast_clock;
        options.clock_context = round;
    }
    status = quipu_open(&options, ledger);
    if (status != QUIPU_OK) return status;
    status = create_accounts(round, tape, *ledger);
    if (status == QUIPU_OK) status = fund(round, tape, *ledger);
    if (status != QUIPU_OK) {
        (void)quipu_close(*ledger);
        *ledger = NULL;
    }
    return status;
}

/* Replace transfers as asked by transfers as stored: a post has the fields of its hold, a balancing
 * transfer may have moved less. */
static quipu_status fill_in(struct round *round, quipu_ledger *ledger)
{
    quipu_status status;

    if (round->count == 0) return QUIPU_OK;
    status = quipu_lookup_transfers(ledger, round->ids, round->count, round->transfers,
                                    round->transfer_versions);
    if (status != QUIPU_OK) return status;
    for (size_t i = 0; i < round->count; i++) {
        if (round->transfers[i].id == 0) { /* not reached by tests: no transfer is lost */
            if (round->missing++ == 0) round->first_missing = round->ids[i];
            continue;
        }
        round->steps[i]->transfer = round->transfers[i];
        round->steps[i]->versions = round->transfer_versions[i];
    }
    round->count = 0;
    return QUIPU_OK;
}

static quipu_status fill_tape_in(struct round *round, struct tape *tape, quipu_ledger *ledger)
{
    for (size_t i = 0; i < tape->step_count; i++) {
        struct history_step *step = &tape->steps[i];
        quipu_status status = QUIPU_OK;

        if (step->kind != HISTORY_TRANSFER || step->status != QUIPU_CREATED) continue;
        round->steps[round->count] = step;
        round->ids[round->count++] = step->transfer.id;
        if (round->count == QUIPU_BATCH_MAX) status = fill_in(round, ledger);
        if (status != QUIPU_OK) return status;
    }
    return QUIPU_OK;
}

static quipu_status read_final(struct round *round, struct tape *tape, quipu_ledger *ledger)
{
    uint64_t begin = stamp_begin(true);
    quipu_status status = quipu_lookup_accounts(
        ledger, round->account_ids, round->order->account_count, round->accounts, round->versions);
    uint64_t end = stamp_end(true);

    if (status != QUIPU_OK) return status;
    if (tape_call(tape, begin, end) == NULL) return QUIPU_NO_MEMORY;
    for (size_t i = 0; i < round->order->account_count; i++) {
        struct history_step *step = tape_step(tape, HISTORY_READ);

        if (step == NULL) return QUIPU_NO_MEMORY;
        step->account = round->accounts[i];
        step->version = round->versions[i];
    }
    return QUIPU_OK;
}

/* A created transfer is missing: write that down for the checker. */
static quipu_status write_missing(struct round *round, struct tape *tape)
{
    uint64_t now = stamp_now();
    struct history_step *step;

    if (round->missing == 0) return QUIPU_OK;
    /* Not reached by tests: see fill_in(). */
    if (tape_call(tape, now, now) == NULL) return QUIPU_NO_MEMORY;
    step = tape_step(tape, HISTORY_FIND);
    if (step == NULL) return QUIPU_NO_MEMORY;
    step->transfer.id = round->first_missing;
    return QUIPU_OK;
}

quipu_status round_close(struct round *round, struct history *history, struct tape *tape,
                         quipu_ledger *ledger)
{
    quipu_status status = QUIPU_OK, closed;

    round->count = 0;
    round->missing = 0;
    for (size_t t = 0; t < history->tape_count && status == QUIPU_OK; t++)
        status = fill_tape_in(round, &history->tapes[t], ledger);
    if (status == QUIPU_OK) status = fill_in(round, ledger);
    if (status == QUIPU_OK) status = read_final(round, tape, ledger);
    if (status == QUIPU_OK) status = write_missing(round, tape);
    closed = quipu_close(ledger);
    return status != QUIPU_OK ? status : closed;
}
