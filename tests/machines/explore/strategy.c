/* strategy.c - see strategy.h. */
#include "machines/explore/strategy.h"

#include <string.h>

#include "support/random.h"

/* The n-th of these fibers. */
static uint32_t nth(uint32_t fibers, uint32_t n)
{
    while (n-- > 0)
        fibers &= fibers - 1;
    return (uint32_t)__builtin_ctz(fibers);
}

static uint32_t count_of(uint32_t fibers)
{
    return (uint32_t)__builtin_popcount(fibers);
}

/* --- random --- */

static struct random chance;
static uint32_t one_in;

void strategy_random(uint64_t seed)
{
    static const uint32_t rates[] = {2, 5, 12, 30};

    chance = (struct random){seed};
    one_in = rates[random_below(&chance, 4)];
}

uint32_t choose_random(const struct question *question)
{
    if (question->may_stay && !random_one_in(&chance, one_in)) return question->current;
    return nth(question->ready, random_below(&chance, count_of(question->ready)));
}

/* --- pct --- */

#define CHANGES_MAX 4

static uint32_t priorities[FIBERS_MAX], lowest;
static uint32_t changes[CHANGES_MAX], change_count;

void strategy_pct(uint64_t seed, uint32_t fibers, uint32_t steps)
{
    chance = (struct random){seed};
    lowest = CHANGES_MAX;
    for (uint32_t i = 0; i < fibers; i++)
        priorities[i] = CHANGES_MAX + 1 + i;
    for (uint32_t i = fibers; i > 1; i--) {
        uint32_t other = random_below(&chance, i), was = priorities[i - 1];

        priorities[i - 1] = priorities[other];
        priorities[other] = was;
    }
    change_count = 1 + random_below(&chance, CHANGES_MAX);
    for (uint32_t i = 0; i < change_count; i++)
        changes[i] = random_below(&chance, steps);
}

uint32_t choose_pct(const struct question *question)
{
    uint32_t best = (uint32_t)__builtin_ctz(question->ready);

    for (uint32_t i = 0; i < change_count; i++) {
        if (changes[i] == question->step) priorities[question->current] = lowest--;
    }
    for (uint32_t i = best + 1; i < FIBERS_MAX; i++) {
        if ((question->ready >> i & 1) != 0 && priorities[i] > priorities[best]) best = i;
    }
    return best;
}

/* --- exhaustive --- */

#define DECISIONS_MAX 65536

struct decision {
    uint8_t choice, choices;
};

static struct decision decisions[DECISIONS_MAX];
static size_t decided, depth; /* decisions to take again, and taken */
static uint32_t bound, preemptions;

void strategy_exhaustive(uint32_t most)
{
    bound = most;
    decided = depth = 0;
    preemptions = 0;
}

bool strategy_next(void)
{
    decided = depth;
    while (decided > 0 && decisions[decided - 1].choice + 1 == decisions[decided - 1].choices)
        decided--;
    if (decided == 0) return false;
    decisions[decided - 1].choice++;
    depth = 0;
    preemptions = 0;
    return true;
}

static uint32_t take_decision(uint32_t choices)
{
    if (depth == DECISIONS_MAX) return 0;
    if (depth >= decided) decisions[depth] = (struct decision){0, (uint8_t)choices};
    return decisions[depth++].choice;
}

uint32_t choose_exhaustive(const struct question *question)
{
    uint32_t others = question->ready & ~((uint32_t)1 << question->current), choice;

    if (!question->may_stay) {
        uint32_t count = count_of(question->ready);

        return nth(question->ready, count > 1 ? take_decision(count) : 0);
    }
    if (!question->matters || others == 0 || preemptions == bound) return question->current;
    choice = take_decision(1 + count_of(others));
    if (choice == 0) return question->current;
    preemptions++;
    return nth(others, choice - 1);
}

/* --- replay --- */

static const struct switch_at *given;
static size_t given_count, given_next;

void strategy_replay(const struct switch_at *switches, size_t count)
{
    given = switches;
    given_count = count;
    given_next = 0;
}

uint32_t choose_replay(const struct question *question)
{
    while (given_next < given_count && given[given_next].step < question->step)
        given_next++;
    if (given_next == given_count || given[given_next].step != question->step ||
        (question->ready >> given[given_next].fiber & 1) == 0) {
        return question->by_default;
    }
    return given[given_next++].fiber;
}
