/* traffic.c - see traffic.h. */
#include "support/traffic.h"

#include <string.h>

#include "support/random.h"

enum { LARGEST = 12 };

void traffic_open_again(struct traffic *t, quipu_protocol protocol, uint64_t *clock,
                        const char *path)
{
    const quipu_options options = {.protocol = protocol,
                                   .path = path,
                                   .account_capacity = 1 << 10,
                                   .transfer_capacity = 1 << 22,
                                   .checkpoint_bytes = path == NULL ? 0 : UINT64_MAX,
                                   .clock = shared_clock,
                                   .clock_context = clock};
    quipu_status status = quipu_open(&options, &t->ledger);
    char words[512] = "";

    if (status != QUIPU_OK && path != NULL) {
        (void)quipu_diagnose(NULL, path, words, sizeof words);
    }
    cr_assert_eq(status, QUIPU_OK, "%s: %s", quipu_status_text(status), words);
}

void traffic_open(struct traffic *t, quipu_protocol protocol, unsigned accounts, uint64_t *clock)
{
    traffic_open_at(t, protocol, accounts, clock, NULL);
}

void traffic_open_at(struct traffic *t, quipu_protocol protocol, unsigned accounts, uint64_t *clock,
                     const char *path)
{
    memset(t, 0, sizeof(*t));
    if (clock == NULL) {
        t->ledger = ledger_open(protocol, NULL);
    } else {
        traffic_open_again(t, protocol, clock, path);
    }
    t->accounts = accounts;
    t->next_id = 1;
    for (unsigned id = 1; id <= accounts; id++) {
        uint16_t limit = id % 2 ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS
                                : QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
        quipu_account event = a_flagged_account(id, id > 2 ? limit : 0);
        quipu_result result;

        cr_assert_eq(quipu_create_accounts(t->ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATED);
    }
}

void traffic_close(struct traffic *t)
{
    ledger_close(t->ledger);
}

static quipu_transfer one_event(struct traffic *t, struct random *random, uint64_t id)
{
    uint32_t kind = random_below(random, 10);
    quipu_uint128 debit = 1 + random_below(random, t->accounts), credit;
    quipu_transfer event;

    do {
        credit = 1 + random_below(random, t->accounts);
    } while (credit == debit);
    event = a_transfer(id, debit, credit, random_below(random, 20));
    if (kind < 3) {
        event.flags = QUIPU_TRANSFER_PENDING;
        event.timeout = t->timeout == 0 ? 0 : 1 + random_below(random, t->timeout);
    } else if (kind < 5 && id > 1) { /* of a recent hold, anybody's */
        uint64_t back = 1 + random_below(random, id < 64 ? (uint32_t)id - 1 : 64);

        event = kind == 3 ? a_post(id, id - back, random_below(random, 20)) : a_void(id, id - back);
    } else if (kind == 5) {
        event.flags = random_one_in(random, 2) ? QUIPU_TRANSFER_BALANCING_DEBIT
                                               : QUIPU_TRANSFER_BALANCING_CREDIT;
    }
    if (random_one_in(random, 5)) event.flags |= QUIPU_TRANSFER_LINKED;
    return event;
}

static void note(struct traffic *t, const quipu_result *results, size_t count, uint64_t before)
{
    uint64_t created = 0, newest = 0;

    for (size_t i = 0; i < count; i++) {
        if (results[i].status == QUIPU_CREATED) created++;
        if (results[i].timestamp > newest) newest = results[i].timestamp;
        if (results[i].timestamp <= before) (void)shared_add(&t->out_of_order, 1);
    }
    (void)shared_add(&t->created, created);
    (void)shared_add(&t->refused, count - created);
    shared_raise(&t->newest, newest);
}

void traffic_write(struct traffic *t, unsigned index)
{
    struct random random = {t->seed * THREADS_MAX + index};
    quipu_transfer events[LARGEST];
    quipu_result results[LARGEST];

    for (unsigned i = 0; meanwhile_goes_on(&t->awaited, i, t->batches); i++) {
        size_t count = 1 + random_below(&random, random_one_in(&random, 4) ? LARGEST : 3);
        uint64_t first = shared_add(&t->next_id, count), before = shared_read(&t->newest);

        for (size_t n = 0; n < count; n++) {
            events[n] = one_event(t, &random, first + n);
        }
        events[count - 1].flags &= (uint16_t)~QUIPU_TRANSFER_LINKED;
        if (quipu_create_transfers(t->ledger, events, count, results) != QUIPU_OK) {
            (void)shared_add(&t->failed_calls, 1);
            break;
        }
        note(t, results, count, before);
    }
    (void)shared_add(&t->writers, (uint64_t)-1);
}

const char *traffic_verdict(const struct traffic *t)
{
    if (t->failed_calls != 0) return "a call failed";
    if (t->created < t->batches) return "hardly anything was created";
    if (t->refused == 0) return "nothing was refused";
    if (t->out_of_order != 0) return "an event that began later has a smaller timestamp";
    return NULL;
}
