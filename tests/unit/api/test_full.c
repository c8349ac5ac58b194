/* test_full.c - what a full ledger still answers: as a ledger with space would, or that it has
 * none.
 *
 *   F1  a chain or commit with a leg that is certain to fail (ill-formed, its id in use, burnt or
 *       that of an earlier leg, or the chain is open) has the answer that it would have if there
 *       were space
 *   F2  all others are told that there is none, and nothing changed; a commit, that there is a
 *       conflict, if there is
 *   F3  the same of accounts */
#include "support/generator.h"
#include "support/twin.h"

#include <string.h>

enum { LEGS_MAX = 4, LINKED = QUIPU_TRANSFER_LINKED };

#define EXISTS QUIPU_CREATE_TRANSFER_EXISTS
#define OPEN QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN
#define WITH_CHAIN QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED

/* What is wrong with a leg. */
enum ill { FINE, NO_CODE, NO_LEDGER };

/* A transfer to account 3, linked unless it is the last. */
struct leg {
    unsigned id, debit, amount; /* debit 0: there is no such leg */
    unsigned flags, pending_id;
    enum ill ill;
};

#define NEW(id)                                                                                    \
    {                                                                                              \
        id, 2, 1, 0, 0, FINE                                                                       \
    }
#define FROM(debit, id)                                                                            \
    {                                                                                              \
        id, debit, 1, 0, 0, FINE                                                                   \
    }
#define OF(amount, id)                                                                             \
    {                                                                                              \
        id, 2, amount, 0, 0, FINE                                                                  \
    }
#define ILL(ill, id)                                                                               \
    {                                                                                              \
        id, 2, 1, 0, 0, ill                                                                        \
    }
#define BALANCING(amount, id)                                                                      \
    {                                                                                              \
        id, 1, amount, QUIPU_TRANSFER_BALANCING_DEBIT, 0, FINE                                     \
    }
#define HOLD(id)                                                                                   \
    {                                                                                              \
        id, 2, 1, QUIPU_TRANSFER_PENDING, 0, FINE                                                  \
    }
#define POST(hold, id)                                                                             \
    {                                                                                              \
        id, 2, 1, QUIPU_TRANSFER_POST_PENDING_TRANSFER, hold, FINE                                 \
    }
#define VOID(hold, id)                                                                             \
    {                                                                                              \
        id, 2, 1, QUIPU_TRANSFER_VOID_PENDING_TRANSFER, hold, FINE                                 \
    }

/* Ids: 1..3 a chain, 4 a hold, 5 its post, 6 burnt; account 1 has nothing it might lose, 9 is not
 * there. The last leg is linked only in an open chain. */
struct row {
    const char *what;
    struct leg legs[LEGS_MAX];
    uint32_t outcomes[LEGS_MAX]; /* none: NO_SPACE */
    bool is_open;
};

/* clang-format off */
static const struct row rows[] = {
    {"the chain that was created", {NEW(1), NEW(2), NEW(3)}, {EXISTS, WITH_CHAIN, WITH_CHAIN}, false},
    {"its end", {NEW(2), NEW(3)}, {EXISTS, WITH_CHAIN}, false},
    {"the end of a new one exists", {NEW(50), NEW(51), NEW(4)},
     {WITH_CHAIN, WITH_CHAIN, QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_FLAGS}, false},
    {"with another amount", {NEW(50), OF(2, 3)},
     {WITH_CHAIN, QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT}, false},
    {"ids of zero", {NEW(0), NEW(0)}, {QUIPU_CREATE_TRANSFER_ID_MUST_NOT_BE_ZERO, WITH_CHAIN}, false},
    {"ill-formed at its end", {NEW(50), NEW(51), ILL(NO_CODE, 52)},
     {WITH_CHAIN, WITH_CHAIN, QUIPU_CREATE_TRANSFER_CODE_MUST_NOT_BE_ZERO}, false},
    {"open", {NEW(50), NEW(51)}, {WITH_CHAIN, OPEN}, true},
    {"open, of ids that exist", {NEW(1), NEW(2)}, {EXISTS, OPEN}, true},
    {"open and ill-formed", {ILL(NO_LEDGER, 50), NEW(51)},
     {QUIPU_CREATE_TRANSFER_LEDGER_MUST_NOT_BE_ZERO, OPEN}, true},
    {"open, by itself", {NEW(50)}, {OPEN}, true},
    {"a burnt id", {NEW(50), NEW(6)}, {WITH_CHAIN, QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED}, false},
    {"an id twice, the same flags", {NEW(50), NEW(50), NEW(51)}, {WITH_CHAIN, EXISTS, WITH_CHAIN}, false},
    {"an id twice", {NEW(50), OF(7, 50), NEW(51)},
     {WITH_CHAIN, QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT, WITH_CHAIN}, false},
    {"a balancing id twice",
     {BALANCING(9, 50), BALANCING(0, 50), NEW(51)},
     {WITH_CHAIN, EXISTS, WITH_CHAIN}, false},
    {"refused before the leg that exists", {FROM(9, 50), NEW(1)},
     {QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND, WITH_CHAIN}, false},
    {"which burnt its id", {NEW(50), NEW(1)}, {QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED, WITH_CHAIN}, false},
    {"a limit before the leg that is ill-formed",
     {NEW(53), FROM(1, 54), ILL(NO_CODE, 55)},
     {WITH_CHAIN, QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS, WITH_CHAIN}, false},
    {"a limit before it is open", {NEW(56), FROM(1, 57), NEW(58)},
     {WITH_CHAIN, QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS, OPEN}, true},
    {"a hold and its post, then ill-formed",
     {HOLD(60), POST(60, 61), VOID(60, 62), NEW(0)},
     {WITH_CHAIN, WITH_CHAIN, QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED, WITH_CHAIN}, false},
    {"a hold that is posted already, then open",
     {NEW(63), VOID(4, 64), NEW(65)},
     {WITH_CHAIN, QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED, OPEN}, true},
    {"a new one", {NEW(70), NEW(71)}, {0}, false},
    {"a new one that an account would refuse", {NEW(70), FROM(9, 71)}, {0}, false},
    {"a new transfer by itself", {NEW(70)}, {0}, false},
    {"a transfer by itself", {HOLD(4)}, {EXISTS}, false},
    {"an ill-formed transfer by itself", {ILL(NO_CODE, 70)},
     {QUIPU_CREATE_TRANSFER_CODE_MUST_NOT_BE_ZERO}, false},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof rows[0], CAPACITY = 5 };

static quipu_transfer transfer_of(const struct leg *leg)
{
    quipu_transfer transfer =
        a_flagged_transfer(leg->id, leg->debit, 3, leg->amount, (uint16_t)leg->flags);

    transfer.pending_id = leg->pending_id;
    if ((leg->flags & QUIPU_TRANSFER_PENDING) != 0) transfer.timeout = 3;
    if (leg->ill == NO_CODE) transfer.code = 0;
    if (leg->ill == NO_LEDGER) transfer.ledger = 0;
    return transfer;
}

/* The legs of a row, linked, and how many. */
static size_t legs_of(const struct row *row, quipu_transfer legs[LEGS_MAX])
{
    size_t count = 0;

    while (count < LEGS_MAX && row->legs[count].debit != 0)
        count++;
    for (size_t i = 0; i < count; i++) {
        legs[i] = transfer_of(&row->legs[i]);
        if (i + 1 < count || row->is_open) legs[i].flags |= LINKED;
    }
    return count;
}

/* What every ledger of this test has. */
static void set_up(struct twin *twin, int protocol_index, uint64_t capacity)
{
    quipu_account accounts[3] = {a_flagged_account(1, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                                 an_account(2), an_account(3)};
    quipu_transfer events[6] = {
        a_transfer(6, 1, 3, 1), /* refused, and burnt */
        a_flagged_transfer(1, 2, 3, 1, LINKED),
        a_flagged_transfer(2, 2, 3, 1, LINKED),
        a_transfer(3, 2, 3, 1),
        a_hold(4, 2, 3, 1, 3),
        a_post(5, 4, 1),
    };
    quipu_result results[6];

    twin_open_small(twin, protocol_index, 0, capacity, 0);
    twin->may_run_short = true;
    twin_accounts(twin, accounts, 3, results);
    cr_assert_eq(twin_transfers(twin, events, 6, results), QUIPU_OK);
    cr_assert_eq(results[0].status, QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    for (int i = 1; i < 6; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED, "event %d: %u", i, results[i].status);
}

static void say(struct twin *twin, const struct row *row, bool full)
{
    quipu_transfer legs[LEGS_MAX];
    quipu_result results[LEGS_MAX];
    size_t count = legs_of(row, legs);
    bool answered = row->outcomes[0] != 0;
    quipu_status status;

    if (!answered && !full) return; /* it would be created */
    status = twin_transfers(twin, legs, count, results);
    cr_assert_eq(status, answered ? QUIPU_OK : QUIPU_NO_SPACE, "%s, %s: %s", twin_name(twin),
                 row->what, quipu_status_text(status));
    for (size_t i = 0; i < count; i++) {
        uint32_t expected = answered ? row->outcomes[i] : 0;

        cr_assert_eq(results[i].status, expected, "%s, %s, leg %zu: %s", twin_name(twin), row->what,
                     i, quipu_create_transfer_text(results[i].status));
    }
    twin_audit(twin);
}

/* F1, F2 */
EVERY_PROTOCOL(full, answers_chains_that_need_no_space)
{
    for (int full = 0; full < 2; full++) {
        struct twin twin;

        set_up(&twin, *protocol_index, full ? CAPACITY : 0);
        for (size_t i = 0; i < ROWS; i++)
            say(&twin, &rows[i], full);
        twin_close(&twin);
    }
}

/* The same as commits, with their receipts; and what comes first, the expectations. */
EVERY_PROTOCOL(full, answers_commits_that_need_no_space)
{
    for (int full = 0; full < 2; full++) {
        struct twin twin;

        set_up(&twin, *protocol_index, full ? CAPACITY : 0);
        if (twin.protocol == QUIPU_CAS) {
            twin_close(&twin);
            return;
        }
        for (size_t i = 0; i < ROWS; i++) {
            quipu_expectation right = {2, 0, 0}, wrong = {3, 1, 0};
            bool answered = rows[i].outcomes[0] != 0;
            quipu_transfer legs[LEGS_MAX];
            quipu_result results[LEGS_MAX];
            quipu_receipt receipts[LEGS_MAX];
            size_t count = legs_of(&rows[i], legs);
            quipu_status status;

            (void)twin_look(&twin, 2, &right.version);
            status = twin_commit(&twin, &wrong, 1, legs, count, results, receipts);
            cr_assert_eq(status, QUIPU_CONFLICT, "%s, %s", twin_name(&twin), rows[i].what);
            if (!answered && !full) continue;
            status = twin_commit(&twin, &right, 1, legs, count, results, receipts);
            cr_assert_eq(status, answered ? QUIPU_OK : QUIPU_NO_SPACE, "%s, %s", twin_name(&twin),
                         rows[i].what);
            for (size_t leg = 0; leg < count; leg++)
                cr_assert_eq(results[leg].status, answered ? rows[i].outcomes[leg] : 0);
            status = twin_commit(&twin, NULL, 0, legs, count, results, receipts);
            cr_assert_eq(status, answered ? QUIPU_OK : QUIPU_NO_SPACE);
            twin_audit(&twin);
        }
        twin_close(&twin);
    }
}

/* Must this unit be answered by a full ledger? As far as can be said by what is stored. */
static bool is_certain(const struct twin *twin, const quipu_transfer *legs, size_t count,
                       bool is_open)
{
    if (is_open) return true;
    for (size_t i = 0; i < count; i++) {
        quipu_transfer stored;
        quipu_transfer_versions versions;

        if (legs[i].id == 0 || legs[i].id == ID_MAX) return true;
        model_lookup_transfers(twin->model, &legs[i].id, 1, &stored, &versions);
        if (stored.id != 0) return true;
        for (size_t j = 0; j < i; j++) {
            if (legs[j].id == legs[i].id) return true;
        }
    }
    return false;
}

static size_t unit_at(const quipu_transfer *events, size_t count, size_t from, bool *is_open)
{
    size_t end = from;

    while (end + 1 < count && (events[end].flags & LINKED) != 0)
        end++;
    *is_open = (events[end].flags & LINKED) != 0;
    return end - from + 1;
}

struct tally {
    unsigned answered, later, short_of; /* chains: by a leg that is not the first, too */
};

/* One batch, unit by unit, to the end: each is answered, as the model says, or lacks space. */
static void feed(struct twin *twin, struct generator *g, const quipu_transfer *events, size_t count,
                 struct tally *tally)
{
    quipu_result results[40];

    for (size_t from = 0; from < count;) {
        bool is_open, full = model_transfer_count(twin->model) == 12;
        size_t legs = unit_at(events, count, from, &is_open);
        quipu_status status = twin_transfers(twin, events + from, legs, results);

        cr_assert(status == QUIPU_OK || status == QUIPU_NO_SPACE);
        if (status == QUIPU_NO_SPACE) {
            cr_assert_not(is_certain(twin, events + from, legs, is_open), "%s: event %zu",
                          twin_name(twin), from);
            cr_assert(full || legs > 1, "there is space for one");
            tally->short_of++;
        } else {
            generator_learn(g, events + from, results, legs);
            if (full && legs > 1) {
                tally->answered++;
                tally->later += results[0].status == WITH_CHAIN;
            }
        }
        from += legs;
    }
}

/* F1: random batches in ledgers that are full soon. */
EVERY_PROTOCOL(full, agrees_with_the_model, .timeout = 240)
{
    struct tally tally = {0, 0, 0};

    for (uint64_t seed = 1; seed <= 12; seed++) {
        static quipu_account accounts[40];
        static quipu_transfer transfers[40];
        static quipu_result results[40];
        struct generator g;
        struct twin twin;

        twin_open_small(&twin, *protocol_index, 0, 12, seed % 2 == 0 ? 4 : 0);
        twin.may_run_short = true;
        twin.seed = seed;
        generator_start(&g, seed);
        for (int round = 0; round < 250; round++) {
            uint64_t base = twin.now + twin.step;

            if (round % 50 == 20) twin_pass(&twin, 5 * SECOND);
            if (round < 8) {
                size_t count = generator_accounts(&g, base, accounts, 40);

                twin_accounts(&twin, accounts, count, results);
            } else {
                size_t count = generator_transfers(&g, base, transfers, 40);

                feed(&twin, &g, transfers, count, &tally);
            }
            twin_audit_accounts(&twin);
        }
        twin_close(&twin);
    }
    cr_assert_gt(tally.answered, 100, "%u chains", tally.answered);
    cr_assert_gt(tally.later, 20, "%u chains by a later leg", tally.later);
    cr_assert_gt(tally.short_of, 100, "%u units", tally.short_of);
}

/* F3 */
EVERY_PROTOCOL(full, answers_chains_of_accounts)
{
    enum { A_LINKED = QUIPU_ACCOUNT_LINKED };
    const uint32_t failed = QUIPU_CREATE_ACCOUNT_LINKED_EVENT_FAILED;
    const uint32_t exists = QUIPU_CREATE_ACCOUNT_EXISTS;
    quipu_account ill = an_account(21), differs = a_flagged_account(20, A_LINKED);
    struct {
        quipu_account events[3];
        uint32_t outcomes[3];
    } chains[] = {
        {{a_flagged_account(1, A_LINKED), a_flagged_account(2, A_LINKED), an_account(3)},
         {exists, failed, failed}},
        {{a_flagged_account(20, A_LINKED), a_flagged_account(21, A_LINKED), an_account(3)},
         {failed, failed, exists}},
        {{a_flagged_account(20, A_LINKED), a_flagged_account(22, A_LINKED), ill},
         {failed, failed, QUIPU_CREATE_ACCOUNT_CODE_MUST_NOT_BE_ZERO}},
        {{a_flagged_account(20, A_LINKED), a_flagged_account(20, A_LINKED), an_account(21)},
         {failed, exists, failed}},
        {{a_flagged_account(20, A_LINKED), differs, an_account(21)},
         {failed, QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_64, failed}},
        {{a_flagged_account(20, A_LINKED), a_flagged_account(21, A_LINKED),
          a_flagged_account(22, A_LINKED)},
         {failed, failed, QUIPU_CREATE_ACCOUNT_LINKED_EVENT_CHAIN_OPEN}},
        {{a_flagged_account(20, A_LINKED), a_flagged_account(21, A_LINKED), an_account(22)},
         {0, 0, 0}},
    };

    ill.code = 0;
    chains[2].events[2] = ill;
    chains[4].events[1].user_data_64 = 5;
    for (uint64_t capacity = 3; capacity <= 5; capacity++) {
        struct twin twin;
        quipu_result results[3];

        twin_open_small(&twin, *protocol_index, capacity, 0, 0);
        twin.may_run_short = true;
        cr_assert_eq(twin_accounts(&twin, chains[0].events, 3, results), QUIPU_OK);
        for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
            bool answered = chains[i].outcomes[0] != 0;

            cr_assert_eq(twin_accounts(&twin, chains[i].events, 3, results),
                         answered ? QUIPU_OK : QUIPU_NO_SPACE, "chain %zu", i);
            for (int j = 0; j < 3; j++)
                cr_assert_eq(results[j].status, chains[i].outcomes[j], "chain %zu, event %d", i, j);
            twin_audit(&twin);
        }
        twin_close(&twin);
    }
}

/* F2: what a full ledger refuses leaves ids free and places as they were. */
EVERY_PROTOCOL(full, is_not_changed_by_what_it_answers)
{
    struct twin twin;
    quipu_transfer chain[3] = {a_flagged_transfer(50, 2, 3, 1, LINKED),
                               a_flagged_transfer(51, 2, 3, 1, LINKED), a_transfer(52, 2, 3, 1)};
    quipu_result results[3];

    set_up(&twin, *protocol_index, CAPACITY + 2);
    for (int i = 0; i < 40; i++)
        cr_assert_eq(twin_transfers(&twin, chain, 3, results), QUIPU_NO_SPACE);
    chain[2].code = 0;
    cr_assert_eq(twin_transfers(&twin, chain, 3, results), QUIPU_OK);
    cr_assert_eq(results[2].status, QUIPU_CREATE_TRANSFER_CODE_MUST_NOT_BE_ZERO);
    chain[1].flags = 0;
    cr_assert_eq(twin_transfers(&twin, chain, 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED, "there was space for two");
    twin_close(&twin);
}
