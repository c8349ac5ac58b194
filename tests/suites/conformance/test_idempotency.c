/* test_idempotency.c - an id counts once: again is `exists`, different is said how, burnt stays. */
#include "support/faults.h"

#define IS(name) QUIPU_CREATE_TRANSFER_##name

enum { A = 1, B, LIMITED };
enum { PLAIN = 500, HOLD, OTHER_HOLD, POST, POST_OTHERS };

static quipu_transfer stored_hold(void)
{
    quipu_transfer hold = a_hold(HOLD, A, B, 10, 60);

    hold.user_data_128 = 128;
    hold.user_data_64 = 64;
    hold.user_data_32 = 32;
    return hold;
}

/* Nothing of its own but the amount. */
static quipu_transfer stored_post(void)
{
    return a_post(POST, HOLD, 4);
}

static void set_up(struct twin *twin, int protocol_index)
{
    quipu_transfer other = stored_hold();

    twin_open(twin, protocol_index);
    twin_account(twin, an_account(A), QUIPU_CREATED);
    twin_account(twin, an_account(B), QUIPU_CREATED);
    twin_account(twin, a_flagged_account(LIMITED, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS),
                 QUIPU_CREATED);
    other.id = OTHER_HOLD;
    twin_transfer(twin, stored_hold(), QUIPU_CREATED);
    twin_transfer(twin, other, QUIPU_CREATED);
    twin_transfer(twin, stored_post(), QUIPU_CREATED);
}

/* One row: a field, how it is changed, and what the retry becomes. In order of comparison. */
enum field {
    FLAGS,
    PENDING_ID,
    TIMEOUT,
    DEBIT,
    CREDIT,
    AMOUNT,
    DATA_128,
    DATA_64,
    DATA_32,
    LEDGER,
    CODE,
    FIELDS
};

static const uint32_t differs[FIELDS] = {
    IS(EXISTS_WITH_DIFFERENT_FLAGS),
    IS(EXISTS_WITH_DIFFERENT_PENDING_ID),
    IS(EXISTS_WITH_DIFFERENT_TIMEOUT),
    IS(EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID),
    IS(EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID),
    IS(EXISTS_WITH_DIFFERENT_AMOUNT),
    IS(EXISTS_WITH_DIFFERENT_USER_DATA_128),
    IS(EXISTS_WITH_DIFFERENT_USER_DATA_64),
    IS(EXISTS_WITH_DIFFERENT_USER_DATA_32),
    IS(EXISTS_WITH_DIFFERENT_LEDGER),
    IS(EXISTS_WITH_DIFFERENT_CODE),
};

static void change(quipu_transfer *event, enum field field)
{
    switch (field) {
    case FLAGS: event->flags ^= QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT; break;
    case PENDING_ID: event->pending_id += OTHER_HOLD; break;
    case TIMEOUT: event->timeout++; break;
    case DEBIT: event->debit_account_id = 77; break;
    case CREDIT: event->credit_account_id = 77; break;
    case AMOUNT: event->amount++; break;
    case DATA_128: event->user_data_128 = 7; break;
    case DATA_64: event->user_data_64 = 7; break;
    case DATA_32: event->user_data_32 = 7; break;
    case LEDGER: event->ledger = 7; break;
    case CODE: event->code = 7; break;
    case FIELDS: break;
    }
}

static void retry(struct twin *twin, quipu_transfer stored)
{
    twin_transfer(twin, stored, IS(EXISTS));
    for (int earlier = 0; earlier < FIELDS; earlier++) {
        for (int later = earlier; later < FIELDS; later++) {
            quipu_transfer event = stored;

            change(&event, (enum field)earlier);
            if (later != earlier) change(&event, (enum field)later);
            twin_transfer(twin, event, differs[earlier]);
        }
    }
}

EVERY_PROTOCOL(idempotency, says_what_differs)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(PLAIN, A, B, 5), QUIPU_CREATED);
    retry(&twin, a_transfer(PLAIN, A, B, 5));
    retry(&twin, stored_hold());
    retry(&twin, stored_post());
    twin_close(&twin);
}

/* The retry may say what the record inherited, or leave it out as before. */
EVERY_PROTOCOL(idempotency, knows_what_was_inherited)
{
    struct twin twin;
    quipu_transfer event;

    set_up(&twin, *protocol_index);
    event = stored_post();
    event.debit_account_id = A;
    event.credit_account_id = B;
    event.user_data_128 = 128;
    event.user_data_64 = 64;
    event.user_data_32 = 32;
    event.ledger = 1;
    event.code = 1;
    twin_transfer(&twin, event, IS(EXISTS));

    /* A record with data of its own: zero would have inherited other data. */
    event = a_post(POST_OTHERS, OTHER_HOLD, 4);
    event.user_data_64 = 65;
    twin_transfer(&twin, event, QUIPU_CREATED);
    twin_transfer(&twin, event, IS(EXISTS));
    event.user_data_64 = 0;
    twin_transfer(&twin, event, IS(EXISTS_WITH_DIFFERENT_USER_DATA_64));
    twin_close(&twin);
}

/* One row: how a hold of ten was resolved, and how the retry asks. */
EVERY_PROTOCOL(idempotency, compares_amounts_of_resolutions)
{
    static const struct {
        bool posts;
        quipu_uint128 amount, again;
        bool same;
    } rows[] = {
        {true, 4, 4, true},
        {true, 4, 5, false},
        {true, 4, QUIPU_AMOUNT_MAX, false}, /* all was not posted */
        {true, 10, 10, true},
        {true, 10, QUIPU_AMOUNT_MAX, true},
        {true, QUIPU_AMOUNT_MAX, 10, true},
        {true, QUIPU_AMOUNT_MAX, QUIPU_AMOUNT_MAX, true},
        {true, QUIPU_AMOUNT_MAX, 11, false},
        {true, 0, 0, true},
        {true, 0, 10, false},
        {false, 0, 0, true},
        {false, 0, 10, true},
        {false, 10, 0, true},
        {false, 0, 9, false},
        {false, 0, QUIPU_AMOUNT_MAX, false},
    };
    struct twin twin;

    set_up(&twin, *protocol_index);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        quipu_uint128 id = 1000 + 2 * i;
        quipu_transfer event = rows[i].posts ? a_post(id + 1, id, 0) : a_void(id + 1, id);

        twin_transfer(&twin, a_hold(id, A, B, 10, 0), QUIPU_CREATED);
        event.amount = rows[i].amount;
        twin_transfer(&twin, event, QUIPU_CREATED);
        event.amount = rows[i].again;
        twin_transfer(&twin, event, rows[i].same ? IS(EXISTS) : IS(EXISTS_WITH_DIFFERENT_AMOUNT));
    }
    twin_close(&twin);
}

/* `exists` does not ask whether the event would succeed now. */
EVERY_PROTOCOL(idempotency, outlives_what_made_it_possible)
{
    struct twin twin;

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, a_transfer(1, A, LIMITED, 10), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(2, LIMITED, A, 10), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(2, LIMITED, A, 10), IS(EXISTS));
    twin_transfer(
        &twin,
        a_flagged_transfer(3, LIMITED, A, 0, QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT),
        QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(2, LIMITED, A, 10), IS(EXISTS));
    twin_pass(&twin, 61 * SECOND);
    twin_transfer(&twin, stored_hold(), IS(EXISTS));
    twin_transfer(&twin, stored_post(), IS(EXISTS));
    twin_close(&twin);
}

/* One row: an event that fails, whether that burns its id, and what makes it possible after. */
EVERY_PROTOCOL(idempotency, never_flips_a_transient_failure)
{
    struct twin twin;
    quipu_transfer close =
        a_flagged_transfer(90, A, B, 0, QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT);
    const struct {
        quipu_transfer event;
        uint32_t outcome;
        bool burns;
    } rows[] = {
        {a_transfer(100, 50, B, 1), IS(DEBIT_ACCOUNT_NOT_FOUND), true},
        {a_transfer(101, B, 50, 1), IS(CREDIT_ACCOUNT_NOT_FOUND), true},
        {a_post(102, 92, 1), IS(PENDING_TRANSFER_NOT_FOUND), true},
        {a_transfer(103, A, B, 1), IS(DEBIT_ACCOUNT_ALREADY_CLOSED), true},
        {a_transfer(104, B, A, 1), IS(CREDIT_ACCOUNT_ALREADY_CLOSED), true},
        {a_transfer(105, LIMITED, B, 1), IS(EXCEEDS_CREDITS), true},
        {a_transfer(106, B, B, 1), IS(ACCOUNTS_MUST_BE_DIFFERENT), false},
        {a_post(107, HOLD, 5), IS(PENDING_TRANSFER_ALREADY_POSTED), false},
        {a_post(108, OTHER_HOLD, 11), IS(EXCEEDS_PENDING_TRANSFER_AMOUNT), false},
    };

    set_up(&twin, *protocol_index);
    twin_transfer(&twin, close, QUIPU_CREATED);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        twin_transfer(&twin, rows[i].event, rows[i].outcome);
        twin_transfer(&twin, rows[i].event,
                      rows[i].burns ? IS(ID_ALREADY_FAILED) : rows[i].outcome);
    }

    twin_transfer(&twin, a_void(91, 90), QUIPU_CREATED);
    twin_account(&twin, an_account(50), QUIPU_CREATED);
    twin_transfer(&twin, a_hold(92, A, B, 10, 0), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(93, B, LIMITED, 100), QUIPU_CREATED);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        quipu_transfer other = a_transfer(rows[i].event.id, A, B, 1);

        if (!rows[i].burns) continue;
        twin_transfer(&twin, rows[i].event, IS(ID_ALREADY_FAILED));
        twin_transfer(&twin, other, IS(ID_ALREADY_FAILED));
        /* A burnt id is no record: neither to be found, nor to be posted. */
        twin_transfer(&twin, a_post(200 + i, rows[i].event.id, 1), IS(PENDING_TRANSFER_NOT_FOUND));
    }
    twin_transfer(&twin, a_transfer(106, A, B, 1), QUIPU_CREATED);
    twin_close(&twin);
}
