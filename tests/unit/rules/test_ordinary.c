/* test_ordinary.c - what the one look of the straight path lets through, nobody objects to.
 *
 * Events whose fields are each fine or at an edge, drawn at random: if one is ordinary, time, form
 * and fields all say QUIPU_CREATED, and its flags are those of its kind. And events that are fine
 * in each field are ordinary: the look does not let through too little. */
#include "support/random.h"
#include "trial.h"

#define EVENTS 2000000

static quipu_uint128 an_id(struct random *random)
{
    static const quipu_uint128 ids[] = {0, 1, 2, (quipu_uint128)1 << 64, ALL - 1, ALL};

    return ids[random_below(random, sizeof ids / sizeof *ids)];
}

/* A number of so many bits: 0 as often as not. */
static uint64_t a_number(struct random *random, unsigned bits)
{
    if (random_one_in(random, 2)) return 0;
    return random_next(random) >> (64 - bits) >> random_below(random, bits);
}

/* Those of a kind that has a look of its own. */
static uint16_t some_flags(struct random *random)
{
    static const uint16_t flags[] = {QUIPU_TRANSFER_LINKED, QUIPU_TRANSFER_PENDING,
                                     QUIPU_TRANSFER_POST_PENDING_TRANSFER,
                                     QUIPU_TRANSFER_VOID_PENDING_TRANSFER};

    return flags[random_below(random, sizeof flags / sizeof *flags)];
}

static quipu_transfer an_event(struct random *random)
{
    quipu_transfer event = {
        .id = an_id(random),
        .debit_account_id = an_id(random),
        .credit_account_id = an_id(random),
        .amount = a_number(random, 64),
        .ledger = (uint32_t)a_number(random, 32),
        .code = (uint16_t)a_number(random, 16),
    };

    if (random_one_in(random, 2)) return event;
    if (random_one_in(random, 2)) event.flags = some_flags(random);
    if (random_one_in(random, 2)) event.pending_id = an_id(random);
    if (random_one_in(random, 2)) return event;
    switch (random_below(random, 5)) {
    case 0: event.flags = (uint16_t)(1u << random_below(random, 16)); break;
    case 1: event.flags = (uint16_t)random_next(random); break;
    case 2: event.pending_id = an_id(random); break;
    case 3: event.timeout = (uint32_t)a_number(random, 32); break;
    default: event.timestamp = a_number(random, 64);
    }
    return event;
}

/* Does none of the three object? */
static bool is_fine(const quipu_transfer *event)
{
    return quipui_rules_transfer_time(event, false, NOW) == QUIPU_CREATED &&
           quipui_rules_transfer_form(event) == QUIPU_CREATED &&
           quipui_rules_transfer_fields(event) == QUIPU_CREATED;
}

/* May its accounts exist, and be two? */
static bool has_accounts(const quipu_transfer *event)
{
    return event->debit_account_id != 0 && event->debit_account_id != ALL &&
           event->credit_account_id != 0 && event->credit_account_id != ALL &&
           event->debit_account_id != event->credit_account_id;
}

/* May the pending transfer that it resolves exist, if its own id is free? */
static bool has_pending(const quipu_transfer *event)
{
    return event->pending_id != 0 && event->pending_id != ALL && event->pending_id != event->id;
}

static bool looks_resolving(const quipu_transfer *event)
{
    return rules_looks_ordinary_resolve(event, QUIPU_TRANSFER_POST_PENDING_TRANSFER) ||
           rules_looks_ordinary_resolve(event, QUIPU_TRANSFER_VOID_PENDING_TRANSFER);
}

/* Of each kind: so many were ordinary. */
struct ordinary {
    unsigned plain, linked, pending, resolving;
};

static void look(const quipu_transfer *event, unsigned i, struct ordinary *seen)
{
    bool fine = is_fine(event), resolves = rules_resolves(event);
    bool plain = fine && event->flags == 0, linked = fine && event->flags == QUIPU_TRANSFER_LINKED;
    bool pending = fine && event->flags == QUIPU_TRANSFER_PENDING;
    bool resolving = fine && (event->flags == QUIPU_TRANSFER_POST_PENDING_TRANSFER ||
                              event->flags == QUIPU_TRANSFER_VOID_PENDING_TRANSFER);

    cr_assert_eq(rules_is_ordinary(event), plain, "event %u", i);
    cr_assert_eq(rules_looks_ordinary(event) && has_accounts(event), plain, "event %u", i);
    cr_assert_eq(rules_looks_ordinary_link(event) && has_accounts(event), linked, "event %u", i);
    cr_assert_eq(rules_looks_ordinary_pending(event) && has_accounts(event), pending, "event %u",
                 i);
    cr_assert_eq(looks_resolving(event) && has_pending(event), resolving, "event %u", i);
    cr_assert_eq(resolves && (plain || linked || pending), false, "event %u", i);
    seen->plain += plain;
    seen->linked += linked;
    seen->pending += pending;
    seen->resolving += resolving;
}

Test(rules_ordinary, has_none_of_the_outcomes_of_time_form_and_fields)
{
    struct random random = {1};
    struct ordinary seen = {0};

    for (unsigned i = 0; i < EVENTS; i++) {
        quipu_transfer event = an_event(&random);

        look(&event, i, &seen);
    }
    cr_assert_gt(seen.plain, EVENTS / 100, "only %u of them", seen.plain);
    cr_assert_gt(seen.linked, EVENTS / 1000, "only %u of them", seen.linked);
    cr_assert_gt(seen.pending, EVENTS / 1000, "only %u of them", seen.pending);
    cr_assert_gt(seen.resolving, EVENTS / 1000, "only %u of them", seen.resolving);
    cr_assert_gt(EVENTS - seen.plain, EVENTS / 2, "as many as %u", seen.plain);
}
