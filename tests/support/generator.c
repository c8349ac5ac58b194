/* generator.c - see generator.h. Account ids: 1..9 ordinary, 10..12 for huge amounts, 13 foreign,
 * 14 rare, from 100 on created one by one, and from 10,000 on sets for huge chains. */
#include "support/generator.h"

#include <string.h>

#include "support/huge.h"

enum { ORDINARY = 9, HUGE_FIRST = 10, HUGE_COUNT = 3, FOREIGN = 13, NOBODY = 98 };

/* So many cases are drawn over a set before the next set is created. */
enum { HUGE_SETS = 10000, CASES_PER_SET = 3 };

void generator_start(struct generator *g, uint64_t seed)
{
    memset(g, 0, sizeof(*g));
    g->random.state = seed;
    g->next_id = 1;
    g->next_account_id = 100;
    g->huge_set = HUGE_SETS;
}

static uint32_t below(struct generator *g, uint32_t n)
{
    return random_below(&g->random, n);
}

static bool one_in(struct generator *g, uint32_t n)
{
    return random_one_in(&g->random, n);
}

quipu_uint128 generator_account_id(struct generator *g)
{
    if (one_in(g, 8)) return g->next_account_id - 1;
    return one_in(g, 6) ? 1 + below(g, GENERATOR_ACCOUNTS) : 1 + below(g, ORDINARY);
}

/* About now: mostly shortly before, at times absurd. */
static uint64_t a_timestamp(struct generator *g, uint64_t base)
{
    switch (below(g, 16)) {
    case 0: return 0;
    case 1: return base;
    case 2: return (uint64_t)INT64_MAX + below(g, 2);
    case 3: return 1 + below(g, 100);
    default: return base - 1 - below(g, 30000);
    }
}

static void spoil_account(struct generator *g, quipu_account *a)
{
    switch (below(g, 14)) {
    case 0: a->reserved = 1; break;
    case 1: a->flags |= (uint16_t)(1u << (6 + below(g, 10))); break;
    case 2: a->id = 0; break;
    case 3: a->id = QUIPU_AMOUNT_MAX; break;
    case 4: a->flags |= 6; break;
    case 5: a->debits_pending = 1; break;
    case 6: a->debits_posted = 1; break;
    case 7: a->credits_pending = 1; break;
    case 8: a->credits_posted = 1; break;
    case 9: a->ledger = 0; break;
    case 10: a->code = 0; break;
    case 11: a->timestamp ^= 1; break;
    case 12: a->flags ^= QUIPU_ACCOUNT_IMPORTED; break;
    default: a->user_data_32 = 9; break;
    }
}

static quipu_account an_account_of(struct generator *g, quipu_uint128 id)
{
    quipu_account a = {.id = id, .ledger = id == FOREIGN ? 2 : 1, .code = 1};

    a.user_data_128 = one_in(g, 12);
    a.user_data_64 = one_in(g, 12);
    a.user_data_32 = one_in(g, 12);
    if (one_in(g, 40)) a.ledger = 3;
    if (one_in(g, 12)) a.code = 2;
    if (id >= HUGE_FIRST && id < FOREIGN) return a;
    if (one_in(g, 3))
        a.flags |= QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    else if (one_in(g, 3))
        a.flags |= QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
    if (one_in(g, 30)) a.flags |= QUIPU_ACCOUNT_CLOSED;
    return a;
}

static size_t a_huge_set(struct generator *g, quipu_account *events)
{
    g->huge_set += HUGE_SET;
    g->huge_left = CASES_PER_SET;
    for (unsigned i = 0; i < HUGE_SET; i++) {
        events[i] = (quipu_account){
            .id = g->huge_set + i, .ledger = 1, .code = 1, .flags = huge_account_flags(i)};
    }
    return HUGE_SET;
}

static size_t mixed_accounts(struct generator *g, uint64_t base, quipu_account *events,
                             size_t capacity)
{
    size_t count = 1 + below(g, one_in(g, 4) ? (uint32_t)capacity : 3);
    bool imports = one_in(g, 3);

    for (size_t i = 0; i < count; i++) {
        quipu_account *a = &events[i];

        *a = an_account_of(g,
                           one_in(g, 6) ? g->next_account_id++ : 1 + below(g, GENERATOR_ACCOUNTS));
        if (imports) {
            a->flags |= QUIPU_ACCOUNT_IMPORTED;
            a->timestamp = a_timestamp(g, base);
        }
        if (one_in(g, 5)) spoil_account(g, a);
        if (one_in(g, 8)) a->flags |= QUIPU_ACCOUNT_LINKED;
    }
    return count;
}

size_t generator_accounts(struct generator *g, uint64_t base, quipu_account *events,
                          size_t capacity)
{
    if (g->huge_left == 0 && one_in(g, 4)) return a_huge_set(g, events);
    return mixed_accounts(g, base, events, capacity);
}

static quipu_uint128 an_amount(struct generator *g)
{
    return one_in(g, 12) ? 0 : below(g, 30);
}

static quipu_uint128 a_huge_amount(struct generator *g)
{
    quipu_uint128 half = (quipu_uint128)1 << 127;

    switch (below(g, 4)) {
    case 0: return QUIPU_AMOUNT_MAX - below(g, 3);
    case 1: return half;
    case 2: return half - 1 - below(g, 3);
    default: return below(g, 5);
    }
}

static quipu_transfer a_plain(struct generator *g)
{
    quipu_transfer t = {.id = g->next_id++, .ledger = 1, .code = 1};

    t.debit_account_id = generator_account_id(g);
    do {
        t.credit_account_id = generator_account_id(g);
    } while (t.credit_account_id == t.debit_account_id);
    t.amount = an_amount(g);
    if (one_in(g, 12)) {
        t.debit_account_id = HUGE_FIRST + below(g, HUGE_COUNT);
        t.credit_account_id = HUGE_FIRST + below(g, HUGE_COUNT);
        t.amount = a_huge_amount(g);
    }
    t.user_data_128 = one_in(g, 8);
    t.user_data_64 = one_in(g, 8);
    t.user_data_32 = one_in(g, 8);
    if (one_in(g, 3)) {
        t.flags |= QUIPU_TRANSFER_PENDING;
        if (one_in(g, 2)) t.timeout = 1 + below(g, 4);
        if (one_in(g, 30)) t.timeout = UINT32_MAX;
        if (one_in(g, 12)) t.flags |= QUIPU_TRANSFER_CLOSING_DEBIT;
        if (one_in(g, 12)) t.flags |= QUIPU_TRANSFER_CLOSING_CREDIT;
        /* Closed for long means that nothing else happens. */
        if (t.flags > QUIPU_TRANSFER_BALANCING_CREDIT && !one_in(g, 8)) t.timeout = 1;
    }
    if (one_in(g, 10)) t.flags |= QUIPU_TRANSFER_BALANCING_DEBIT;
    if (one_in(g, 10)) t.flags |= QUIPU_TRANSFER_BALANCING_CREDIT;
    return t;
}

static quipu_transfer one_of(struct generator *g, const struct recent *ring)
{
    size_t known = ring->count < GENERATOR_RECENT ? ring->count : GENERATOR_RECENT;

    if (known == 0) return a_plain(g);
    return ring->events[below(g, (uint32_t)known)];
}

static void put(struct recent *ring, const quipu_transfer *event)
{
    ring->events[ring->count++ % GENERATOR_RECENT] = *event;
}

static quipu_transfer a_resolution(struct generator *g)
{
    quipu_transfer of = one_of(g, one_in(g, 8) ? &g->asked : &g->holds);
    quipu_transfer t = {.id = g->next_id++};

    t.flags =
        one_in(g, 3) ? QUIPU_TRANSFER_VOID_PENDING_TRANSFER : QUIPU_TRANSFER_POST_PENDING_TRANSFER;
    t.pending_id = of.id;
    switch (below(g, 4)) {
    case 0: t.amount = 0; break;
    case 1: t.amount = QUIPU_AMOUNT_MAX; break;
    case 2: t.amount = an_amount(g); break;
    default: t.amount = of.amount; break;
    }
    if (one_in(g, 4)) t.debit_account_id = of.debit_account_id;
    if (one_in(g, 4)) t.credit_account_id = of.credit_account_id;
    if (one_in(g, 4)) t.ledger = of.ledger;
    if (one_in(g, 4)) t.code = of.code;
    if (one_in(g, 4)) t.user_data_64 = 5;
    return t;
}

static void spoil_transfer(struct generator *g, quipu_transfer *t)
{
    switch (below(g, 26)) {
    case 0: t->id = 0; break;
    case 1: t->id = QUIPU_AMOUNT_MAX; break;
    case 2: t->debit_account_id = 0; break;
    case 3: t->debit_account_id = QUIPU_AMOUNT_MAX; break;
    case 4: t->credit_account_id = 0; break;
    case 5: t->credit_account_id = QUIPU_AMOUNT_MAX; break;
    case 6: t->credit_account_id = t->debit_account_id; break;
    case 7: t->debit_account_id = NOBODY; break;
    case 8: t->credit_account_id = NOBODY; break;
    case 9: t->pending_id ^= 1; break;
    case 10: t->pending_id = QUIPU_AMOUNT_MAX; break;
    case 11: t->pending_id = t->id; break;
    case 12: t->pending_id = 0; break;
    case 13: t->pending_id = g->next_id + 1000; break;
    case 14: t->timeout ^= 1; break;
    case 15: t->ledger = 0; break;
    case 16: t->ledger = 3; break;
    case 17: t->code = 0; break;
    case 18: t->code = 3; break;
    case 19: t->flags ^= (uint16_t)(1u << (1 + below(g, 8))); break;
    case 20: t->flags |= (uint16_t)(1u << (9 + below(g, 7))); break;
    case 21: t->timestamp ^= 1; break;
    case 22: t->amount++; break;
    case 23: t->user_data_128 ^= 2; break;
    case 24: t->user_data_64 ^= 2; break;
    default: t->user_data_32 ^= 2; break;
    }
}

/* What a huge case needs, and its chain, in one batch. At times something small comes first. */
static size_t a_huge_case(struct generator *g, quipu_transfer *events)
{
    struct huge huge = huge_draw(&g->random, g->huge_set, &g->next_id);
    size_t count = huge_setup(&huge, &g->next_id, below(g, 3), events);

    if (one_in(g, 4)) events[count++] = huge_rival(&huge, g->next_id++, 1 + below(g, 9));
    count += huge_chain(&huge, &g->random, &g->next_id, events + count);
    g->huge_left--;
    return count;
}

static size_t mixed_transfers(struct generator *g, uint64_t base, quipu_transfer *events,
                              size_t capacity)
{
    size_t count = 1 + below(g, one_in(g, 12) ? (uint32_t)capacity : 6);
    bool imports = one_in(g, 10);

    for (size_t i = 0; i < count; i++) {
        quipu_transfer *t = &events[i];

        *t = one_in(g, 4) ? a_resolution(g) : a_plain(g);
        if (imports) {
            t->flags |= QUIPU_TRANSFER_IMPORTED;
            t->timestamp = a_timestamp(g, base);
            if (!one_in(g, 4)) t->timeout = 0;
        }
        if (one_in(g, 8)) {
            *t = one_of(g, one_in(g, 4) ? &g->asked : &g->stored);
            if (one_in(g, 2)) spoil_transfer(g, t);
        } else {
            if (one_in(g, 10)) spoil_transfer(g, t);
            if (one_in(g, 8)) t->flags |= QUIPU_TRANSFER_LINKED;
            if (i + 1 == count && !one_in(g, 4)) t->flags &= (uint16_t)~QUIPU_TRANSFER_LINKED;
        }
        put(&g->asked, t);
    }
    return count;
}

size_t generator_transfers(struct generator *g, uint64_t base, quipu_transfer *events,
                           size_t capacity)
{
    if (g->huge_left > 0 && one_in(g, 4)) return a_huge_case(g, events);
    return mixed_transfers(g, base, events, capacity);
}

void generator_learn(struct generator *g, const quipu_transfer *events, const quipu_result *results,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].status != QUIPU_CREATED) continue;
        put(&g->stored, &events[i]);
        if (events[i].flags & QUIPU_TRANSFER_PENDING) put(&g->holds, &events[i]);
    }
}
