/* test_movement.c - from a stored transfer alone one can tell what it moved, and undo it.
 *
 * Random events of every kind are applied by the law; then their movements are taken back, newest
 * first, and every total on the way must be what it was. */
#include "rules/movement.h"
#include "support/random.h"
#include "trial.h"

enum { EVENTS = 4000, SEED = 7 };

enum kind { PLAIN, HOLD, POST_WHOLE, POST_SOME, VOID_WHOLE, BALANCING, KINDS };

struct step {
    quipu_transfer stored, pending;
    bool resolves;
    struct balance before[2];
};

static quipu_transfer event_of(enum kind kind, struct random *random, quipu_transfer pending)
{
    quipu_transfer event = trial_sound().event;

    event.amount = random_below(random, 1000);
    switch (kind) {
    case HOLD: event.flags = QUIPU_TRANSFER_PENDING; break;
    case BALANCING: event.flags = QUIPU_TRANSFER_BALANCING_DEBIT; break;
    case POST_WHOLE:
        event.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        event.amount = ALL;
        break;
    case POST_SOME:
        event.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        event.amount = random_below(random, (uint32_t)pending.amount + 1);
        break;
    case VOID_WHOLE:
        event.flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
        event.amount = 0;
        break;
    case PLAIN:
    case KINDS: break;
    }
    return event;
}

/* Apply one event; holds wait in `held`, newest last. */
static void apply(struct step *step, struct trial *trial, struct random *random,
                  quipu_transfer *held, size_t *held_count)
{
    enum kind kind = (enum kind)random_below(random, KINDS);

    if (*held_count == 0 && (kind == POST_WHOLE || kind == POST_SOME || kind == VOID_WHOLE))
        kind = HOLD;
    if (*held_count > 0) trial->pending = held[*held_count - 1];
    memcpy(step->before, trial->balances, sizeof step->before);
    trial->event = event_of(kind, random, trial->pending);
    step->resolves = rules_resolves(&trial->event);
    trial->balances[DEBIT].credits_posted += random_below(random, 100); /* something to balance */
    step->before[DEBIT].credits_posted = trial->balances[DEBIT].credits_posted;
    cr_assert_eq(trial_apply(trial, step->resolves), QUIPU_CREATED, "seed %d", SEED);
    step->stored = trial->stored;
    step->pending = trial->pending;
    if (kind == HOLD) held[(*held_count)++] = trial->stored;
    if (step->resolves) (*held_count)--;
}

static void undo(const struct step *step, struct balance *debit, struct balance *credit)
{
    struct movement moved =
        quipui_rules_movement(&step->stored, step->resolves ? &step->pending : NULL);

    rules_move_back(&moved, &debit->debits_pending, &debit->debits_posted);
    rules_move_back(&moved, &credit->credits_pending, &credit->credits_posted);
}

Test(rules_movement, undoes_every_kind)
{
    static struct step steps[EVENTS];
    static quipu_transfer held[EVENTS];
    struct random random = {SEED};
    struct trial trial = trial_sound();
    size_t held_count = 0;

    for (int i = 0; i < EVENTS; i++)
        apply(&steps[i], &trial, &random, held, &held_count);
    for (int i = EVENTS; i-- > 0;) {
        const struct balance *before = steps[i].before;
        struct balance debit = trial.balances[DEBIT], credit = trial.balances[CREDIT];

        undo(&steps[i], &debit, &credit);
        cr_assert(debit.debits_pending == before[DEBIT].debits_pending, "seed %d, %d", SEED, i);
        cr_assert(debit.debits_posted == before[DEBIT].debits_posted, "seed %d, %d", SEED, i);
        cr_assert(credit.credits_pending == before[CREDIT].credits_pending, "seed %d, %d", SEED, i);
        cr_assert(credit.credits_posted == before[CREDIT].credits_posted, "seed %d, %d", SEED, i);
        trial.balances[DEBIT] = debit;
        trial.balances[CREDIT] = credit;
    }
}

/* clang-format off */

Test(rules_movement, of_each_kind)
{
    static const struct {
        uint16_t flags;
        quipu_uint128 amount;
        bool resolves;
        quipu_uint128 reserved, released, posted;
    } rows[] = {
        /* flags                                 amount resolves  reserved released posted */
        {  0,                                    7,     false,    0,       0,       7 },
        {  QUIPU_TRANSFER_BALANCING_CREDIT,      7,     false,    0,       0,       7 },
        {  QUIPU_TRANSFER_PENDING,               7,     false,    7,       0,       0 },
        {  QUIPU_TRANSFER_PENDING |
           QUIPU_TRANSFER_CLOSING_DEBIT,         7,     false,    7,       0,       0 },
        {  QUIPU_TRANSFER_POST_PENDING_TRANSFER, 10,    true,     0,       10,      10 },
        {  QUIPU_TRANSFER_POST_PENDING_TRANSFER, 7,     true,     0,       10,      7 },
        {  QUIPU_TRANSFER_POST_PENDING_TRANSFER, 0,     true,     0,       10,      0 },
        {  QUIPU_TRANSFER_VOID_PENDING_TRANSFER, 10,    true,     0,       10,      0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quipu_transfer stored = {.flags = rows[i].flags, .amount = rows[i].amount};
        quipu_transfer pending = {.flags = QUIPU_TRANSFER_PENDING, .amount = 10};
        struct movement moved =
            quipui_rules_movement(&stored, rows[i].resolves ? &pending : NULL);

        cr_assert(moved.reserved == rows[i].reserved, "row %zu", i);
        cr_assert(moved.released == rows[i].released, "row %zu", i);
        cr_assert(moved.posted == rows[i].posted, "row %zu", i);
    }
}
