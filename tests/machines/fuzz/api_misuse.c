/* api_misuse.c - NULL, counts out of range, pointers that are misaligned or overlap: INVALID,
 * whatever the rest of the arguments say. */
#include "machines/fuzz/api.h"

static bool never(void *context, const quipu_account *account, uint64_t version)
{
    (void)context;
    (void)account;
    (void)version;
    claim(false, "nothing is to be visited");
    return false;
}

static _Alignas(16) unsigned char memory[2048];

/* Where no record can be. */
static void *askew(void)
{
    return memory + 8;
}

/* The account filter, the query filter, the room and the count of what is found: one is missing, or
 * is where it cannot be. */
static quipu_status read_without(quipu_ledger *ledger, unsigned which, unsigned missing)
{
    static const quipu_account_filter of_account = {
        .account_id = 1, .limit = 1, .flags = QUIPU_FILTER_DEBITS};
    static const quipu_query_filter all = {.limit = 1};
    quipu_transfer transfer;
    quipu_account account;
    quipu_account_balance balance;
    size_t unwanted, *count = missing == 2 ? NULL : &unwanted;
    size_t capacity = missing == 3 ? 0 : 1;
    bool filter = missing != 0, room = missing != 1;

    if (missing == 4) ledger = NULL;
    if (missing == 5) return quipu_query_transfers(ledger, askew(), &transfer, 1, count);
    if (missing == 6) return quipu_query_transfers(ledger, &all, askew(), 1, count);
    if (missing == 7) {
        return quipu_query_accounts(ledger, &all, &account, 1, (size_t *)(void *)&account);
    }
    switch (which) {
    case 0:
        return quipu_get_account_transfers(ledger, filter ? &of_account : NULL,
                                           room ? &transfer : NULL, capacity, count);
    case 1:
        return quipu_get_account_balances(ledger, filter ? &of_account : NULL,
                                          room ? &balance : NULL, capacity, count);
    case 2:
        return quipu_query_accounts(ledger, filter ? &all : NULL, room ? &account : NULL, capacity,
                                    count);
    default:
        return quipu_query_transfers(ledger, filter ? &all : NULL, room ? &transfer : NULL,
                                     capacity, count);
    }
}

static size_t wrong_count(unsigned missing)
{
    static const size_t counts[] = {0, QUIPU_BATCH_MAX + 1, SIZE_MAX, SIZE_MAX / 128 + 2};

    return missing < 4 ? counts[missing] : 1;
}

/* One array is misaligned, or overlaps another. */
static quipu_status batch_askew(quipu_ledger *ledger, unsigned which)
{
    void *start = memory, *inside = memory + 128;

    switch (which) {
    case 0: return quipu_create_accounts(ledger, askew(), 1, start);
    case 1: return quipu_create_transfers(ledger, start, 2, inside);
    case 2: return quipu_commit(ledger, NULL, 0, start, 2, inside, NULL);
    case 3: return quipu_lookup_accounts(ledger, start, 9, inside, NULL);
    default: return quipu_lookup_transfers(ledger, start, 1, inside, inside);
    }
}

static quipu_status batch_without(quipu_ledger *ledger, unsigned which, unsigned missing)
{
    static const quipu_expectation expected = {1, 1, 0};
    const quipu_account account = an_account(1);
    const quipu_transfer transfer = a_transfer(1, 1, 2, 1);
    const quipu_uint128 id = 1;
    quipu_account found_account;
    quipu_transfer found_transfer;
    quipu_result result;
    size_t count = wrong_count(missing);
    bool input = missing != 4, output = missing != 5;

    if (missing == 6) ledger = NULL;
    if (missing == 7) return batch_askew(ledger, which);
    switch (which) {
    case 0:
        return quipu_create_accounts(ledger, input ? &account : NULL, count,
                                     output ? &result : NULL);
    case 1:
        return quipu_create_transfers(ledger, input ? &transfer : NULL, count,
                                      output ? &result : NULL);
    case 2:
        return quipu_commit(ledger, &expected, 1, input ? &transfer : NULL, count,
                            output ? &result : NULL, NULL);
    case 3:
        return quipu_lookup_accounts(ledger, input ? &id : NULL, count,
                                     output ? &found_account : NULL, NULL);
    default:
        return quipu_lookup_transfers(ledger, input ? &id : NULL, count,
                                      output ? &found_transfer : NULL, NULL);
    }
}

void call_misuse(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);
    unsigned which = byte % 12, missing = byte / 12 % 8;
    quipu_ledger *ledger = s->twin.ledger;
    quipu_status status;

    if (which < 4) {
        status = read_without(ledger, which, missing);
    } else if (which < 9) {
        status = batch_without(ledger, which - 4, missing);
    } else if (which == 9) {
        status = quipu_snapshot(NULL, never, NULL);
    } else if (which == 10) {
        status = quipu_snapshot(ledger, NULL, NULL);
    } else {
        status = quipu_close(NULL);
    }
    if (which == 6 || which == 10) { /* cas may say first that it has no such call */
        claim(status == QUIPU_INVALID ||
              (s->twin.protocol == QUIPU_CAS && status == QUIPU_UNSUPPORTED));
        return;
    }
    claim(status == QUIPU_INVALID, "%s: misuse %u of call %u: \"%s\"", twin_name(&s->twin), missing,
          which, quipu_status_text(status));
}
