/* unsafe.c - the race itself: read, compute, write back, without a lock.
 *
 * This is the control that every checker must convict. It has the law, the loop and the records of
 * the other protocols; only its doors do nothing. Tests and the quipu command link it, the library
 * never does. */
#include <sched.h>

#include "protocol/holds.h"
#include "protocol/protocol.h"
#include "protocol/raced_state.h"

/* How often a writer pauses between its read and its write, so that a race needs no luck. */
#define PAUSE_EVERY 2

static struct raced_state *state_of(struct slot *slot)
{
    return slot_state(slot);
}

static quipu_uint128 *total_in(struct balance *balance, size_t i)
{
    quipu_uint128 *const totals[] = {
        [RACED_DEBITS_POSTED] = &balance->debits_posted,
        [RACED_CREDITS_POSTED] = &balance->credits_posted,
        [RACED_DEBITS_PENDING] = &balance->debits_pending,
        [RACED_CREDITS_PENDING] = &balance->credits_pending,
    };

    return totals[i];
}

static void copy_out(struct copy *copy)
{
    struct raced_state *from = state_of(copy->slot);
    uint64_t words[RACED_WORDS];

    for (size_t i = 0; i < RACED_WORDS; i++) {
        /* relaxed: the race is on purpose. */
        words[i] = load_relaxed(&from->words[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        *total_in(&copy->state.balance, i) =
            (quipu_uint128)words[RACED_TOTALS + 2 * i + 1] << 64 | words[RACED_TOTALS + 2 * i];
    }
    copy->state.balance.closed = words[RACED_CLOSED];
    copy->state.head = words[RACED_HEAD];
    copy->state.touched = words[RACED_TOUCHED];
    /* relaxed: the race is on purpose. */
    copy->state.balance.version = load_relaxed(&from->word);
}

static void copy_in(struct slot *slot, const struct account_state *state)
{
    struct raced_state *to = state_of(slot);
    struct balance balance = state->balance;

    /* relaxed: the race is on purpose. */
    store_relaxed(&to->words[RACED_HEAD], state->head);
    store_relaxed(&to->words[RACED_TOUCHED], state->touched);
    store_relaxed(&to->words[RACED_CLOSED], state->balance.closed);
    for (size_t i = 0; i < 4; i++) {
        quipu_uint128 total = *total_in(&balance, i);

        /* relaxed: the race is on purpose. */
        store_relaxed(&to->words[RACED_TOTALS + 2 * i], (uint64_t)total);
        store_relaxed(&to->words[RACED_TOTALS + 2 * i + 1], (uint64_t)(total >> 64));
    }
    /* relaxed: the race is on purpose. */
    store_relaxed(&to->word, state->balance.version);
}

static void load(struct store *store, struct unit *unit)
{
    for (uint32_t i = 0; i < unit->copy_count; i++)
        copy_out(&unit->copies[i]);
    holds_see(store, unit);
}

static bool commit(struct store *store, struct unit *unit, enum step step)
{
    static _Thread_local unsigned commits;

    if (step != STEP_APPROVED) return true;
    if (!holds_change(store, unit)) return false;
    if (++commits % PAUSE_EVERY == 0) (void)sched_yield();
    for (uint32_t i = 0; i < unit->copy_count; i++) {
        copy_in(unit->copies[i].slot, &unit->copies[i].state);
    }
    return true;
}

static void seed(struct store *store, struct slot *slot, const struct account_state *state)
{
    (void)store;
    copy_in(slot, state);
}

static void read(struct store *store, struct copy *copies, size_t count)
{
    (void)store;
    for (size_t i = 0; i < count; i++)
        copy_out(&copies[i]);
}

#include "protocol/loop.inc.h"

const struct protocol quipui_protocol_unsafe = {
    .name = "unsafe",
    .versioned = true,
    .seed = seed,
    .run = run,
    .run_plains = run_plains,
    .expire = expire_due,
    .read = read,
};
