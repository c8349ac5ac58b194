/* stress_act.c - the operations of a thread, made so that threads collide.
 *
 * Half of the accounts are drawn from a hot few. Shared ids are drawn from a window that moves on
 * with the round, so that all threads use the same ids at about the same time. A transfer under a
 * shared id is made from the id, so the second thread that sends it is told `exists`. At times a
 * thread yields: between a read and the commit that relies on it, and between operations. */
#define _POSIX_C_SOURCE 200809L
#include "command/stress/stress_act.h"

#include "command/stress/stress_order.h"

#define HOT_ACCOUNTS 4
#define AMOUNT_MAX 40

/* A thread's own ids start at its number times OWN_IDS; shared ids are below OWN_IDS. */
#define OWN_IDS 1000000000u
#define DUPLICATES 100000000u
#define HOLDS 200000000u

/* The window moves on by one id after so many calls of all threads, so each id is used a few times.
 * It is as wide as the threads may be apart. */
#define CALLS_PER_SHARED_ID 30
#define SHARED_WINDOW 6

/* In a thousand. */
enum {
    PAUSE_IN_WINDOW = 500,
    PAUSE_BETWEEN = 150,
    HUGE_AMOUNTS = 2,
    HUGE_CHAINS = 20,
    HUGE_HOLDS_KEPT = 50 /* of the huge chains */
};

#define HALF ((quipu_uint128)1 << 127)

static quipu_uint128 own_id(struct hand *hand)
{
    return hand->number * OWN_IDS + ++hand->last_id;
}

static uint64_t shared_number(struct hand *hand)
{
    uint64_t done = hand->tape->call_count * hand->order->thread_count;

    return 1 + done / CALLS_PER_SHARED_ID + random_below(&hand->random, SHARED_WINDOW);
}

static uint64_t draw_account(struct random *random, uint64_t account_count)
{
    bool hot = account_count > HOT_ACCOUNTS && random_in_thousand(random, 500);

    return 1 + random_below(random, hot ? HOT_ACCOUNTS : account_count);
}

static uint64_t draw_other(struct random *random, uint64_t account_count, uint64_t but)
{
    uint64_t other;

    do
        other = draw_account(random, account_count);
    while (other == but);
    return other;
}

static quipu_transfer draft(struct random *random, uint64_t account_count, quipu_uint128 id)
{
    uint64_t debit = draw_account(random, account_count);

    return (quipu_transfer){
        .id = id,
        .debit_account_id = debit,
        .credit_account_id = draw_other(random, account_count, debit),
        .amount = random_between(random, 1, AMOUNT_MAX),
        .ledger = 1,
        .code = 1,
    };
}

static quipu_transfer own(struct hand *hand)
{
    return draft(&hand->random, hand->order->account_count, own_id(hand));
}

/* The same transfer for all threads. */
static quipu_transfer shared(struct hand *hand, uint64_t id)
{
    struct random random = {hand->order->seed ^ random_mix(id)};

    return draft(&random, hand->order->account_count, id);
}

/* Send events[0..count) as one unit, by one of the two calls. */
static void ask(struct hand *hand, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++)
        hand->events[i].flags |= QUIPU_TRANSFER_LINKED;
    if (hand->order->protocol == QUIPU_CAS || random_in_thousand(&hand->random, 500)) {
        hand_create(hand, count);
    } else {
        hand_commit(hand, 0, count);
    }
}

/* Did the last call work, and may another follow? */
static bool go_on(struct hand *hand)
{
    return hand->status == QUIPU_OK && hand->tape->call_count < hand->calls_wanted;
}

/* Now and then, a transfer between the two accounts without limits is so large that totals nearly
 * overflow, and later transfers make them overflow. */
static void act_transfer(struct hand *hand)
{
    hand->events[0] = own(hand);
    if (random_in_thousand(&hand->random, HUGE_AMOUNTS)) {
        hand->events[0].debit_account_id = 1 + random_below(&hand->random, 2);
        hand->events[0].credit_account_id = 3 - hand->events[0].debit_account_id;
        hand->events[0].amount = QUIPU_AMOUNT_MAX / 2 - random_below(&hand->random, 4000);
    }
    ask(hand, 1);
}

/* A hold of about 2^127 between the two accounts without limits. */
static quipu_transfer huge_hold(struct hand *hand)
{
    quipu_transfer event = own(hand);

    event.debit_account_id = 1 + random_below(&hand->random, 2);
    event.credit_account_id = 3 - event.debit_account_id;
    event.amount = HALF - random_below(&hand->random, 100);
    event.flags = QUIPU_TRANSFER_PENDING;
    if (hand->order->timeouts) event.timeout = (uint32_t)random_below(&hand->random, 3);
    return event;
}

/* Void a hold, or post a part of it. */
static quipu_transfer let_go(struct hand *hand, quipu_uint128 hold)
{
    quipu_transfer event = {.id = own_id(hand), .pending_id = hold};

    event.flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
    if (random_in_thousand(&hand->random, 500)) {
        event.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        event.amount = random_between(&hand->random, 1, AMOUNT_MAX);
    }
    return event;
}

/* A chain that voids a huge hold and makes another: twice 2^127 in all. Its first hold comes from
 * the same chain or from the call before. Most of these chains leave as much room as they found. */
static void act_huge_chain(struct hand *hand)
{
    bool keeps = random_in_thousand(&hand->random, HUGE_HOLDS_KEPT);
    quipu_transfer first = huge_hold(hand), second = huge_hold(hand);
    size_t count = 0;

    hand->events[count++] = first;
    if (random_in_thousand(&hand->random, 500)) {
        ask(hand, count);
        if (!go_on(hand) || hand->results[0].status != QUIPU_CREATED) return;
        hand_pause(hand, PAUSE_IN_WINDOW);
        count = 0;
    }
    hand->events[count++] = let_go(hand, first.id);
    hand->events[count++] = second;
    if (!keeps) hand->events[count++] = let_go(hand, second.id);
    ask(hand, count);
}

static void act_chain(struct hand *hand)
{
    size_t count = random_between(&hand->random, 2, 4);

    if (random_in_thousand(&hand->random, HUGE_CHAINS)) {
        act_huge_chain(hand);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        hand->events[i] = own(hand);
        /* Half of the legs start where the one before ended. */
        if (i > 0 && random_in_thousand(&hand->random, 500)) {
            quipu_uint128 at = hand->events[i - 1].credit_account_id;

            if (hand->events[i].credit_account_id != at) hand->events[i].debit_account_id = at;
        }
    }
    ask(hand, count);
}

static quipu_transfer balancing(struct hand *hand)
{
    static const uint16_t flags[] = {
        QUIPU_TRANSFER_BALANCING_DEBIT, QUIPU_TRANSFER_BALANCING_CREDIT,
        QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT};
    quipu_transfer event = own(hand);

    event.flags = flags[random_below(&hand->random, 3)];
    return event;
}

static void act_balancing(struct hand *hand)
{
    hand->events[0] = balancing(hand);
    ask(hand, 1);
}

/* Make a hold under a shared id, or resolve one that a thread may have made a moment ago: post all
 * of it, post a part, or void it. */
static quipu_transfer pending(struct hand *hand)
{
    uint64_t number = shared_number(hand);
    uint64_t before = number > SHARED_WINDOW ? number - SHARED_WINDOW / 2 : number;
    quipu_transfer event = {.id = own_id(hand), .pending_id = HOLDS + before};

    switch (random_below(&hand->random, 5)) {
    case 0:
    case 1:
        event = shared(hand, HOLDS + number);
        event.flags = QUIPU_TRANSFER_PENDING;
        if (hand->order->timeouts) event.timeout = (uint32_t)(number % 4); /* 0: none */
        break;
    case 2:
        event.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        event.amount = QUIPU_AMOUNT_MAX;
        break;
    case 3:
        event.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        event.amount = random_between(&hand->random, 1, AMOUNT_MAX);
        break;
    default: event.flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
    }
    return event;
}

static void act_pending(struct hand *hand)
{
    hand->events[0] = pending(hand);
    ask(hand, 1);
}

static quipu_transfer duplicate(struct hand *hand)
{
    quipu_transfer event = shared(hand, DUPLICATES + shared_number(hand));

    if (random_in_thousand(&hand->random, 100)) event.amount++; /* a different event */
    return event;
}

static void act_duplicate(struct hand *hand)
{
    hand->events[0] = duplicate(hand);
    ask(hand, 1);
}

static void act_batch(struct hand *hand)
{
    size_t count = random_between(&hand->random, 2, HAND_EVENTS_MAX);

    for (size_t i = 0; i < count; i++) {
        switch (random_below(&hand->random, 6)) {
        case 0: hand->events[i] = pending(hand); break;
        case 1: hand->events[i] = duplicate(hand); break;
        case 2: hand->events[i] = balancing(hand); break;
        default: hand->events[i] = own(hand);
        }
        if (i + 1 < count && random_in_thousand(&hand->random, 250))
            hand->events[i].flags |= QUIPU_TRANSFER_LINKED;
    }
    hand_create(hand, count);
}

/* Draw two different accounts into ids[]. */
static void draw_pair(struct hand *hand)
{
    uint64_t count = hand->order->account_count;
    uint64_t first = draw_account(&hand->random, count);

    hand->ids[0] = first;
    hand->ids[1] = draw_other(&hand->random, count, first);
}

/* Read a few accounts, or so many that a write may come in between; some are read twice. */
static void act_read(struct hand *hand)
{
    bool few = random_in_thousand(&hand->random, 800);
    size_t count = few ? random_between(&hand->random, 2, 3) : HAND_IDS_MAX;

    draw_pair(hand);
    for (size_t i = 2; i < count; i++)
        hand->ids[i] = draw_account(&hand->random, hand->order->account_count);
    hand_read(hand, count);
}

static void act_snapshot(struct hand *hand)
{
    hand_snapshot(hand);
}

/* Read two accounts, and expect their versions. Returns false if no call may follow. */
static bool read_pair(struct hand *hand)
{
    draw_pair(hand);
    hand_read(hand, 2);
    if (!go_on(hand)) return false;
    hand_pause(hand, PAUSE_IN_WINDOW);
    for (size_t i = 0; i < 2; i++) {
        hand->expectations[i] = (quipu_expectation){
            .account_id = hand->ids[i],
            .version = hand->versions[i],
        };
    }
    return true;
}

static void act_commit(struct hand *hand)
{
    if (!read_pair(hand)) return;
    hand->events[0] = own(hand);
    hand->events[0].debit_account_id = hand->ids[0];
    hand->events[0].credit_account_id = hand->ids[1];
    hand_commit(hand, 2, 1);
}

/* Take from the second account only if the first is as it was read. Two threads that do so
 * crosswise make a write skew. */
static void act_skew(struct hand *hand)
{
    if (!read_pair(hand)) return;
    hand->events[0] = own(hand);
    hand->events[0].debit_account_id = hand->ids[1];
    hand->events[0].credit_account_id =
        draw_other(&hand->random, hand->order->account_count, (uint64_t)hand->ids[1]);
    hand_commit(hand, 1, 1);
}

static void act_closing(struct hand *hand)
{
    bool debit = random_in_thousand(&hand->random, 500);
    quipu_uint128 id;

    hand->events[0] = own(hand);
    hand->events[0].flags = QUIPU_TRANSFER_PENDING;
    hand->events[0].flags |= debit ? QUIPU_TRANSFER_CLOSING_DEBIT : QUIPU_TRANSFER_CLOSING_CREDIT;
    id = hand->events[0].id;
    ask(hand, 1);
    if (!go_on(hand) || hand->results[0].status != QUIPU_CREATED) return;
    hand->events[0] = (quipu_transfer){
        .id = own_id(hand), .pending_id = id, .flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER};
    ask(hand, 1);
}

static void act_find(struct hand *hand)
{
    hand->ids[0] = DUPLICATES + shared_number(hand);
    hand->ids[1] = HOLDS + shared_number(hand);
    hand->ids[2] = hand->number * OWN_IDS + hand->last_id;
    hand_find(hand, 3);
}

void stress_act(struct hand *hand)
{
    switch (stress_mix_draw(&hand->order->mix, &hand->random)) {
    case STRESS_TRANSFER: act_transfer(hand); break;
    case STRESS_CHAIN: act_chain(hand); break;
    case STRESS_BATCH: act_batch(hand); break;
    case STRESS_PENDING: act_pending(hand); break;
    case STRESS_BALANCING: act_balancing(hand); break;
    case STRESS_READ: act_read(hand); break;
    case STRESS_SNAPSHOT: act_snapshot(hand); break;
    case STRESS_COMMIT: act_commit(hand); break;
    case STRESS_SKEW: act_skew(hand); break;
    case STRESS_DUPLICATE: act_duplicate(hand); break;
    case STRESS_CLOSING: act_closing(hand); break;
    case STRESS_FIND: act_find(hand); break;
    case STRESS_KIND_COUNT: break; /* not reached: no kind */
    }
    hand_pause(hand, PAUSE_BETWEEN);
}
