/* test_huge.c - amounts near 2^127 and 2^128 behind what gives them back, in one chain.
 *
 *   T1  an account has room for less than RIVAL, before each chain that hands on a hold of 2^127
 *       and after it; so no call ever gets RIVAL from it, though the amounts of the chain and what
 *       is taken already are together over 2^128
 *   T2  such a chain never fails, and never fails to return: it needs no more than it gives back
 *   T3  what is read keeps every limit at every instant
 *   T4  chains that give back and take, against small transfers, voids and time-outs of the same
 *       hold, leave the books right */
#include <sched.h>

#include "support/checks.h"
#include "support/huge.h"
#include "support/ledger.h"
#include "support/threads.h"

#define HALF ((quipu_uint128)1 << 127)

/* What is left of the room, and what rivals ask for. */
enum { LEFT = 49, RIVAL = 100 };

enum { SUBJECT = 1, BANK, SIDE_A, SIDE_B, ACCOUNTS = SIDE_B };

/* Which total is nearly full, and of what: a limit, or 2^128 - 1. */
enum fullness { FULL_OF_CREDITS, FULL_OF_DEBITS, FULL, FULLNESSES };

enum { PASSER, RIVALS, READER = RIVALS + 2, PASS_THREADS };

struct pass {
    quipu_ledger *ledger;
    enum fullness fullness;
    unsigned chains;
    uint64_t running; /* the passer is */
    uint64_t refused, let_through, failed_calls, broken_reads;
    uint32_t said; /* why a chain failed, or 0 */
};

static quipu_transfer from_subject(const struct pass *pass, quipu_uint128 id, quipu_uint128 to,
                                   quipu_uint128 amount, uint16_t flags)
{
    bool mirrored = pass->fullness == FULL_OF_DEBITS;

    return a_flagged_transfer(id, mirrored ? to : SUBJECT, mirrored ? SUBJECT : to, amount, flags);
}

static void open_pass(struct pass *pass, quipu_protocol protocol)
{
    uint16_t limit = pass->fullness == FULL_OF_CREDITS
                         ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS
                         : QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];
    quipu_transfer events[3];
    size_t count = 0;

    pass->ledger = ledger_open(protocol, NULL);
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        bool limited = i + 1 == SUBJECT && pass->fullness != FULL;

        accounts[i] = a_flagged_account(i + 1, limited ? limit : 0);
    }
    cr_assert_eq(quipu_create_accounts(pass->ledger, accounts, ACCOUNTS, results), QUIPU_OK);
    if (pass->fullness != FULL) {
        events[count] = from_subject(pass, 1, BANK, QUIPU_AMOUNT_MAX, 0);
        events[count].debit_account_id = from_subject(pass, 1, BANK, 0, 0).credit_account_id;
        events[count].credit_account_id = from_subject(pass, 1, BANK, 0, 0).debit_account_id;
        count++;
    }
    events[count++] = from_subject(pass, 2, BANK, HALF - 1 - LEFT, 0);
    events[count++] = from_subject(pass, 3, SIDE_A, HALF, QUIPU_TRANSFER_PENDING);
    cr_assert_eq(quipu_create_transfers(pass->ledger, events, count, results), QUIPU_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
}

/* Hand on the hold: give it back, by a void or by a post of nothing, and hold as much again. */
static void hand_on(struct pass *pass)
{
    quipu_uint128 hold = 3;

    for (unsigned i = 0; i < pass->chains && pass->said == 0; i++) {
        quipu_uint128 id = 1000 + (quipu_uint128)2 * i, to = i % 2 == 0 ? SIDE_B : SIDE_A;
        quipu_transfer events[2] = {i % 3 == 0 ? a_post(id, hold, 0) : a_void(id, hold),
                                    from_subject(pass, id + 1, to, HALF, QUIPU_TRANSFER_PENDING)};
        quipu_result results[2];

        events[0].flags |= QUIPU_TRANSFER_LINKED;
        if (quipu_create_transfers(pass->ledger, events, 2, results) != QUIPU_OK) {
            (void)shared_add(&pass->failed_calls, 1);
            break;
        }
        if (results[1].status != QUIPU_CREATED) pass->said = results[1].status;
        hold = id + 1;
    }
    __atomic_store_n(&pass->running, 0, __ATOMIC_RELEASE);
}

static void ask(struct pass *pass, unsigned rival)
{
    quipu_uint128 id = ((quipu_uint128)(1 + rival) << 64) + 1;

    do {
        uint16_t flags = id % 2 == 0 ? QUIPU_TRANSFER_PENDING : 0;
        quipu_transfer event = from_subject(pass, id++, BANK, RIVAL, flags);
        quipu_result result;

        if (quipu_create_transfers(pass->ledger, &event, 1, &result) != QUIPU_OK) {
            (void)shared_add(&pass->failed_calls, 1);
            return;
        }
        (void)shared_add(result.status == QUIPU_CREATED ? &pass->let_through : &pass->refused, 1);
    } while (shared_read(&pass->running) != 0);
}

static void look(struct pass *pass)
{
    do {
        quipu_uint128 id = SUBJECT;
        quipu_account account;

        if (quipu_lookup_accounts(pass->ledger, &id, 1, &account, NULL) != QUIPU_OK) return;
        if (!check_within_limits(&account)) (void)shared_add(&pass->broken_reads, 1);
        (void)sched_yield();
    } while (shared_read(&pass->running) != 0);
}

static void run_pass(void *context, unsigned index)
{
    struct pass *pass = context;

    if (index == PASSER) {
        hand_on(pass);
    } else if (index < READER) {
        ask(pass, index - RIVALS);
    } else {
        look(pass);
    }
}

EVERY_PROTOCOL(huge, is_handed_on, .timeout = 240)
{
    const char *name = protocol_name(protocols[*protocol_index]);

    for (int fullness = 0; fullness < FULLNESSES; fullness++) {
        struct pass pass = {
            .fullness = (enum fullness)fullness, .chains = threads_work(3000), .running = 1};
        const char *verdict;

        open_pass(&pass, protocols[*protocol_index]);
        threads_run(PASS_THREADS, run_pass, &pass);
        cr_assert_eq(pass.failed_calls, 0);
        cr_assert_eq(pass.said, 0, "%s: a chain was refused: %s", name,
                     quipu_create_transfer_text(pass.said));
        cr_assert_eq(pass.let_through, 0, "%s: an overdraft", name);
        cr_assert_eq(pass.broken_reads, 0, "%s: a limit was seen broken", name);
        cr_assert_gt(pass.refused, 0);
        verdict = check_ledger(pass.ledger, ACCOUNTS, false);
        cr_assert_null(verdict, "%s: %s", name, verdict);
        ledger_close(pass.ledger);
    }
}

enum { CHAIN, SPENDER, RESOLVER, TICKER, MEET_THREADS };

/* Ids of what they do; below are those of the case. */
enum { SPENDERS_IDS = 100, RESOLVERS_IDS = 200, SPENT = 10 };

struct meeting {
    quipu_ledger *ledger;
    uint64_t now;
    struct huge huge;
    quipu_transfer chain[HUGE_CHAIN_MAX];
    size_t legs;
    bool chain_created;
    uint64_t failed_calls;
};

static void prepare(struct meeting *meeting, struct random *random, quipu_protocol protocol)
{
    const quipu_options options = {.protocol = protocol,
                                   .account_capacity = HUGE_SET,
                                   .transfer_capacity = 1000,
                                   .clock = shared_clock,
                                   .clock_context = &meeting->now};
    quipu_account accounts[HUGE_SET];
    quipu_transfer setup[HUGE_SETUP];
    quipu_result results[HUGE_SET];
    quipu_uint128 id = 1;
    size_t count;

    meeting->now = NOON;
    cr_assert_eq(quipu_open(&options, &meeting->ledger), QUIPU_OK);
    for (unsigned i = 0; i < HUGE_SET; i++)
        accounts[i] = a_flagged_account(1 + i, huge_account_flags(i));
    cr_assert_eq(quipu_create_accounts(meeting->ledger, accounts, HUGE_SET, results), QUIPU_OK);
    meeting->huge = huge_draw(random, 1, &id);
    count = huge_setup(&meeting->huge, &id, random_below(random, 3), setup);
    if (count > 0)
        cr_assert_eq(quipu_create_transfers(meeting->ledger, setup, count, results), QUIPU_OK);
    meeting->legs = huge_chain(&meeting->huge, random, &id, meeting->chain);
}

static void submit(struct meeting *meeting, const quipu_transfer *events, size_t count,
                   quipu_result *results)
{
    if (quipu_create_transfers(meeting->ledger, events, count, results) != QUIPU_OK)
        (void)shared_add(&meeting->failed_calls, 1);
}

static void meet(void *context, unsigned index)
{
    struct meeting *meeting = context;
    quipu_result results[HUGE_CHAIN_MAX];
    quipu_transfer event;

    switch (index) {
    case CHAIN:
        submit(meeting, meeting->chain, meeting->legs, results);
        meeting->chain_created = results[0].status == QUIPU_CREATED;
        break;
    case SPENDER:
        for (unsigned i = 0; i < SPENT; i++) {
            event = huge_rival(&meeting->huge, SPENDERS_IDS + i, 1 + i);
            submit(meeting, &event, 1, results);
        }
        break;
    case RESOLVER:
        event = a_void(RESOLVERS_IDS, meeting->huge.hold);
        submit(meeting, &event, 1, results);
        break;
    default: (void)sched_yield(); (void)shared_add(&meeting->now, SECOND);
    }
}

EVERY_PROTOCOL(huge, meets_small, .timeout = 240)
{
    const char *name = protocol_name(protocols[*protocol_index]);
    struct random random = {7};
    unsigned created = 0, rounds = threads_work(600);

    for (unsigned round = 0; round < rounds; round++) {
        struct meeting meeting = {.now = 0};
        const char *verdict;

        prepare(&meeting, &random, protocols[*protocol_index]);
        threads_run(MEET_THREADS, meet, &meeting);
        cr_assert_eq(meeting.failed_calls, 0);
        created += meeting.chain_created;
        verdict = check_conservation(meeting.ledger, HUGE_SET);
        if (verdict == NULL) verdict = check_limits(meeting.ledger, HUGE_SET);
        cr_assert_null(verdict, "%s, round %u: %s", name, round, verdict);
        ledger_close(meeting.ledger);
    }
    cr_assert_gt(created, 0);
}
