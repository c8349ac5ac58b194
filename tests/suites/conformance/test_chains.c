/* test_chains.c - linked events succeed or fail as one.
 *
 * One row is one event of a batch; a table is a batch. */
#include "support/twin.h"

#include <stdlib.h>

#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { A = 1, B, LIMITED, NOBODY = 99, LINK = QUIPU_TRANSFER_LINKED };
enum { HOLD = QUIPU_TRANSFER_PENDING, POST = QUIPU_TRANSFER_POST_PENDING_TRANSFER };

struct row {
    int id, debit, credit, amount, pending_id;
    unsigned flags;
    uint32_t outcome;
};

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    twin_account(twin, an_account(A), QUIPU_CREATED);
    twin_account(twin, an_account(B), QUIPU_CREATED);
    twin_account(twin, a_flagged_account(LIMITED, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                 QUIPU_CREATED);
}

static void submit(struct twin *twin, int line, const struct row *rows, size_t count)
{
    quipu_transfer events[16] = {0};
    quipu_result results[16];

    for (size_t i = 0; i < count; i++) {
        events[i] = a_flagged_transfer((quipu_uint128)rows[i].id, (quipu_uint128)rows[i].debit,
                                       (quipu_uint128)rows[i].credit, (quipu_uint128)rows[i].amount,
                                       (uint16_t)rows[i].flags);
        events[i].pending_id = (quipu_uint128)rows[i].pending_id;
    }
    twin_transfers_at(twin, line, events, count, results);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(results[i].status, rows[i].outcome, "%s, line %d, row %zu: \"%s\"",
                     twin_name(twin), line, i, quipu_create_transfer_text(results[i].status));
    }
    twin_audit_at(twin, line);
}

#define SUBMIT(twin, ...)                                                                          \
    do {                                                                                           \
        static const struct row rows[] = {__VA_ARGS__};                                            \
        submit((twin), __LINE__, rows, sizeof(rows) / sizeof(rows[0]));                            \
    } while (0)

/* clang-format off */

EVERY_PROTOCOL(chains, see_what_came_before)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    /*             id debit    credit   amount pending flags        becomes */
    SUBMIT(&twin, { 1, A,       LIMITED, 10,    0,      LINK,        QUIPU_CREATED },
                  { 2, LIMITED, B,       10,    0,      LINK,        QUIPU_CREATED },
                  { 3, B,       A,       10,    0,      0,           QUIPU_CREATED });
    SUBMIT(&twin, { 4, A,       B,       10,    0,      LINK | HOLD, QUIPU_CREATED },
                  { 5, 0,       0,       4,     4,      LINK | POST, QUIPU_CREATED },
                  { 6, B,       A,       10,    0,      0,           QUIPU_CREATED });
    cr_assert(twin_look(&twin, A, NULL).debits_posted == 14);
    twin_close(&twin);
}

EVERY_PROTOCOL(chains, fail_as_one)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    SUBMIT(&twin, { 1, A,       B,       5,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 2, A,       LIMITED, 5,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 3, LIMITED, B,       6,     0,      LINK,        IS(EXCEEDS_CREDITS) },
                  { 4, A,       B,       5,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 5, A,       B,       5,     0,      0,           IS(LINKED_EVENT_FAILED) },
                  { 6, A,       B,       5,     0,      0,           QUIPU_CREATED });
    cr_assert(twin_look(&twin, A, NULL).debits_posted == 5);
    /* The first and the last of a chain, and one without anything else wrong. */
    SUBMIT(&twin, { 0, A,       B,       5,     0,      LINK,        IS(ID_MUST_NOT_BE_ZERO) },
                  { 8, A,       B,       5,     0,      0,           IS(LINKED_EVENT_FAILED) });
    SUBMIT(&twin, { 8, A,       B,       5,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 9, A,       A,       5,     0,      0,           IS(ACCOUNTS_MUST_BE_DIFFERENT) });
    twin_close(&twin);
}

EVERY_PROTOCOL(chains, of_one_batch_are_apart)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    SUBMIT(&twin, { 1, A,       B,       1,     0,      0,           QUIPU_CREATED },
                  { 2, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 3, A,       A,       1,     0,      0,           IS(ACCOUNTS_MUST_BE_DIFFERENT) },
                  { 4, A,       B,       1,     0,      LINK,        QUIPU_CREATED },
                  { 5, A,       B,       1,     0,      0,           QUIPU_CREATED },
                  { 6, A,       B,       1,     0,      0,           QUIPU_CREATED },
                  { 7, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 8, LIMITED, B,       1,     0,      0,           IS(EXCEEDS_CREDITS) },
                  { 9, A,       B,       1,     0,      LINK,        QUIPU_CREATED },
                  {10, A,       B,       1,     0,      0,           QUIPU_CREATED });
    twin_close(&twin);
}

/* A batch that ends inside a chain: tested before anything else, broken chain or not. */
EVERY_PROTOCOL(chains, must_be_closed)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    SUBMIT(&twin, { 1, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_CHAIN_OPEN) });
    SUBMIT(&twin, { 1, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 2, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_CHAIN_OPEN) });
    SUBMIT(&twin, { 1, A,       B,       1,     0,      0,           QUIPU_CREATED },
                  { 2, A,       A,       1,     0,      LINK,        IS(ACCOUNTS_MUST_BE_DIFFERENT) },
                  { 3, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 0, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_CHAIN_OPEN) });
    SUBMIT(&twin, { 2, A,       B,       1,     0,      LINK,        QUIPU_CREATED },
                  { 3, A,       B,       1,     0,      0,           QUIPU_CREATED });
    twin_close(&twin);
}

/* Only the event that failed by itself is burnt; the others, before and after it, are free. */
EVERY_PROTOCOL(chains, burn_only_who_failed)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    SUBMIT(&twin, { 1, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 2, LIMITED, B,       1,     0,      LINK,        IS(EXCEEDS_CREDITS) },
                  { 3, NOBODY,  B,       1,     0,      0,           IS(LINKED_EVENT_FAILED) });
    SUBMIT(&twin, { 1, A,       B,       1,     0,      0,           QUIPU_CREATED },
                  { 2, A,       B,       1,     0,      0,           IS(ID_ALREADY_FAILED) },
                  { 3, A,       B,       1,     0,      0,           QUIPU_CREATED });
    /* A burnt id breaks a chain too. */
    SUBMIT(&twin, { 4, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 2, A,       B,       1,     0,      0,           IS(ID_ALREADY_FAILED) });
    twin_close(&twin);
}

/* One id twice in a batch. */
EVERY_PROTOCOL(chains, meet_their_own_ids)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    SUBMIT(&twin, { 1, A,       B,       1,     0,      0,           QUIPU_CREATED },
                  { 1, A,       B,       1,     0,      0,           IS(EXISTS) },
                  { 1, A,       B,       2,     0,      0,           IS(EXISTS_WITH_DIFFERENT_AMOUNT) },
                  { 2, LIMITED, B,       1,     0,      0,           IS(EXCEEDS_CREDITS) },
                  { 2, A,       B,       1,     0,      0,           IS(ID_ALREADY_FAILED) });
    /* Exists is no success: it breaks its chain, stored before or within it. */
    SUBMIT(&twin, { 3, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 1, A,       B,       1,     0,      0,           IS(EXISTS) });
    SUBMIT(&twin, { 3, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 4, A,       B,       1,     0,      LINK,        IS(LINKED_EVENT_FAILED) },
                  { 3, A,       B,       1,     0,      LINK,        IS(EXISTS) },
                  { 5, A,       B,       1,     0,      0,           IS(LINKED_EVENT_FAILED) },
                  { 3, A,       B,       1,     0,      0,           QUIPU_CREATED });
    /* What a broken chain had stored is gone for the next event. */
    SUBMIT(&twin, { 6, A,       B,       9,     0,      LINK | HOLD, IS(LINKED_EVENT_FAILED) },
                  { 7, A,       A,       1,     0,      0,           IS(ACCOUNTS_MUST_BE_DIFFERENT) },
                  { 8, 0,       0,       9,     6,      POST,        IS(PENDING_TRANSFER_NOT_FOUND) });
    twin_close(&twin);
}

/* A hold that was resolved within a broken chain waits again. */
EVERY_PROTOCOL(chains, give_back_what_they_resolved)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    SUBMIT(&twin, { 1, A,       B,       9,     0,      HOLD,        QUIPU_CREATED });
    SUBMIT(&twin, { 2, 0,       0,       9,     1,      LINK | POST, IS(LINKED_EVENT_FAILED) },
                  { 3, 0,       0,       9,     1,      LINK | POST, IS(PENDING_TRANSFER_ALREADY_POSTED) },
                  { 4, A,       B,       1,     0,      0,           IS(LINKED_EVENT_FAILED) },
                  { 5, 0,       0,       3,     1,      POST,        QUIPU_CREATED });
    cr_assert(twin_look(&twin, A, NULL).debits_posted == 3);
    cr_assert(twin_look(&twin, A, NULL).debits_pending == 0);
    twin_close(&twin);
}

/* clang-format on */

EVERY_PROTOCOL(chains, of_accounts_do_the_same)
{
    struct twin twin;
    quipu_account events[4];
    quipu_result results[4];

    twin_open(&twin, *protocol_index);
    for (unsigned i = 0; i < 4; i++) {
        events[i] = a_flagged_account(1 + i, i < 3 ? QUIPU_ACCOUNT_LINKED : 0);
    }
    events[2].code = 0;
    twin_accounts(&twin, events, 4, results);
    cr_assert_eq(results[2].status, QUIPU_CREATE_ACCOUNT_CODE_MUST_NOT_BE_ZERO);
    cr_assert_eq(results[3].status, QUIPU_CREATE_ACCOUNT_LINKED_EVENT_FAILED);
    twin_audit(&twin);
    twin_accounts(&twin, events, 2, results);
    cr_assert_eq(results[0].status, QUIPU_CREATE_ACCOUNT_LINKED_EVENT_FAILED);
    cr_assert_eq(results[1].status, QUIPU_CREATE_ACCOUNT_LINKED_EVENT_CHAIN_OPEN);
    events[2].id = 1; /* twice in one chain */
    events[2].code = 1;
    twin_accounts(&twin, events, 4, results);
    cr_assert_eq(results[2].status, QUIPU_CREATE_ACCOUNT_EXISTS);
    cr_assert_eq(model_account_count(twin.model), 0);
    twin_audit(&twin);
    events[2].id = 3;
    twin_accounts(&twin, events, 4, results);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED);
    twin_close(&twin);
}

/* The longest chain there can be, over two accounts and over many; undone whole, and done whole. */
EVERY_PROTOCOL(chains, may_fill_a_batch)
{
    enum { SPREAD = 100 };
    static quipu_transfer events[QUIPU_BATCH_MAX];
    static quipu_result results[QUIPU_BATCH_MAX];
    struct twin twin;
    const size_t last = QUIPU_BATCH_MAX - 1;

    twin_open(&twin, *protocol_index);
    for (int id = 1; id <= SPREAD; id++) {
        twin_account(&twin, an_account((quipu_uint128)id), QUIPU_CREATED);
    }
    for (unsigned i = 0; i <= last; i++) {
        events[i] = a_flagged_transfer(1 + i, 1 + i % SPREAD, 1 + (i + 1) % SPREAD, 1,
                                       QUIPU_TRANSFER_LINKED);
    }
    events[last].flags = 0;
    events[last].code = 0;
    twin_transfers(&twin, events, QUIPU_BATCH_MAX, results);
    cr_assert_eq(results[0].status, IS(LINKED_EVENT_FAILED));
    cr_assert_eq(results[last].status, IS(CODE_MUST_NOT_BE_ZERO));
    cr_assert_eq(model_transfer_count(twin.model), 0);
    twin_audit(&twin);
    events[last].code = 1;
    twin_transfers(&twin, events, QUIPU_BATCH_MAX, results);
    cr_assert_eq(results[0].status, QUIPU_CREATED);
    cr_assert_eq(results[last].status, QUIPU_CREATED);
    twin_close(&twin);
}
