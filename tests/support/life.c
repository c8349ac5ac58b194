/* life.c - see life.h. */
#include "support/life.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "checker/stamp.h"
#include "support/threads.h"

/* The ledger's clock runs so much faster, so that holds fall due in no time. */
#define HASTE 1000

/* Shared ids of transfers and of holds; ids below are a thread's own. */
#define SHARED ((quipu_uint128)1 << 100)
#define HOLDS ((quipu_uint128)1 << 101)

/* The window of shared ids moves on after so many answers. */
#define ANSWERS_PER_ID 12
#define WINDOW 6

static uint64_t hasty_clock(void *context)
{
    return life_clock(context, stamp_now());
}

uint64_t life_clock(const struct life *life, uint64_t instant)
{
    return NOON + (instant - life->began) * HASTE + life->skipped;
}

struct life *life_new(const char *path)
{
    struct life *life =
        mmap(NULL, sizeof *life, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    cr_assert_neq(life, MAP_FAILED);
    life->path = path;
    life->began = stamp_now();
    return life;
}

void life_free(struct life *life)
{
    (void)munmap(life, sizeof *life);
}

quipu_ledger *life_open(struct life *life)
{
    const quipu_options options = {.protocol = life->protocol,
                                   .path = life->path,
                                   .durability = life->durability,
                                   .flush_interval = 3600 * SECOND, /* of a buffered one */
                                   .account_capacity = 64,
                                   .transfer_capacity = 1 << 18,
                                   .clock = hasty_clock,
                                   .clock_context = life};
    quipu_ledger *ledger = NULL;

    return quipu_open(&options, &ledger) == QUIPU_OK ? ledger : NULL;
}

quipu_account life_account(unsigned number)
{
    return a_flagged_account(number,
                             number % 3 == 0 ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS : 0);
}

/* --- notes --- */

struct hand {
    struct life *life;
    quipu_ledger *ledger;
    struct life_pad *pad;
    struct random random;
    unsigned thread;
};

static struct life_note *begin(struct hand *hand, const struct life_note *asked)
{
    struct life_note *note = &hand->pad->notes[hand->pad->count];

    *note = *asked;
    note->answered = 0;
    note->begin = stamp_begin(true);
    (void)shared_add(&hand->pad->count, 1);
    return note;
}

static void end(struct hand *hand, struct life_note *note, quipu_status status)
{
    uint64_t answers;

    note->end = stamp_end(true);
    note->status = status;
    if (status != QUIPU_OK && status != QUIPU_CONFLICT) abort();
    (void)shared_add(&note->answered, 1);
    answers = shared_add(&hand->life->answers, 1) + 1;
    if (answers == hand->life->enough) (void)kill(getpid(), SIGKILL);
}

/* Which event of which call it is whose transfer is stored: no two have one tag, but those that
 * repeat a call after a crash. */
static void tag(const struct hand *hand, struct life_note *asked)
{
    uint64_t asker = hand->life->number * LIFE_THREADS + hand->thread;

    for (uint32_t i = 0; i < asked->count && i < LIFE_EVENTS; i++) {
        asked->events[i].user_data_64 = asker << 32 | (hand->pad->count + 1) * LIFE_EVENTS | i;
    }
}

static void ask(struct hand *hand, const struct life_note *asked)
{
    struct life_note *note = begin(hand, asked);
    quipu_ledger *ledger = hand->ledger;

    switch (note->kind) {
    case LIFE_POST:
        end(hand, note, quipu_create_transfers(ledger, note->events, note->count, note->results));
        break;
    case LIFE_COMMIT:
        end(hand, note,
            quipu_commit(ledger, note->expectations, note->expected, note->events, note->count,
                         note->results, note->receipts));
        break;
    case LIFE_LOOK:
        end(hand, note,
            quipu_lookup_accounts(ledger, note->ids, note->count, note->accounts, note->versions));
        break;
    case LIFE_FIND:
        end(hand, note,
            quipu_lookup_transfers(ledger, note->ids, note->count, note->found,
                                   note->found_versions));
        break;
    }
}

/* --- what a thread asks --- */

static quipu_uint128 own_id(struct hand *hand)
{
    return (quipu_uint128)(hand->life->number * LIFE_THREADS + hand->thread + 1) << 64 |
           ++hand->pad->last_id;
}

static uint64_t any_number(struct hand *hand)
{
    return 1 + shared_read(&hand->life->answers) / ANSWERS_PER_ID +
           random_below(&hand->random, WINDOW);
}

static quipu_transfer draft(struct random *random, quipu_uint128 id)
{
    quipu_uint128 debit = 1 + random_below(random, LIFE_ACCOUNTS);
    quipu_uint128 credit = 1 + (debit + random_below(random, LIFE_ACCOUNTS - 1)) % LIFE_ACCOUNTS;

    return a_transfer(id, debit, credit, 1 + random_below(random, 50));
}

/* The same for all threads of all lives. */
static quipu_transfer shared(quipu_uint128 id)
{
    struct random random = {(uint64_t)id};
    quipu_transfer event = draft(&random, id);

    if (id > HOLDS) {
        event.flags = QUIPU_TRANSFER_PENDING;
        event.timeout = random_below(&random, 30);
    }
    return event;
}

static quipu_transfer any_event(struct hand *hand)
{
    quipu_uint128 hold = HOLDS + any_number(hand);
    quipu_transfer event;

    switch (random_below(&hand->random, 8)) {
    case 0:
    case 1: return shared(hold);
    case 2: return a_post(own_id(hand), hold, QUIPU_AMOUNT_MAX);
    case 3: return a_void(own_id(hand), hold);
    case 4:
        event = shared(SHARED + any_number(hand));
        event.amount += random_one_in(&hand->random, 8);
        return event;
    case 5: return shared(SHARED + any_number(hand));
    default: return draft(&hand->random, own_id(hand));
    }
}

static void post(struct hand *hand)
{
    struct life_note asked = {.kind = LIFE_POST};

    asked.count =
        random_one_in(&hand->random, 2) ? 1 : 1 + random_below(&hand->random, LIFE_EVENTS);
    for (size_t i = 0; i < asked.count; i++) {
        asked.events[i] = any_event(hand);
        if (i + 1 < asked.count && random_one_in(&hand->random, 2)) {
            asked.events[i].flags |= QUIPU_TRANSFER_LINKED;
        }
    }
    tag(hand, &asked);
    ask(hand, &asked);
}

static struct life_note *look(struct hand *hand, uint32_t count)
{
    struct life_note asked = {.kind = LIFE_LOOK, .count = count};
    uint32_t first = random_below(&hand->random, LIFE_ACCOUNTS);

    for (uint32_t i = 0; i < count; i++)
        asked.ids[i] = 1 + (first + i) % LIFE_ACCOUNTS;
    ask(hand, &asked);
    return &hand->pad->notes[hand->pad->count - 1];
}

/* Read two accounts, then move between them if both are as read. */
static void commit(struct hand *hand)
{
    const struct life_note *seen = look(hand, 2);
    struct life_note asked = {.kind = LIFE_COMMIT, .count = 1};

    asked.expected = random_below(&hand->random, 3);
    for (uint32_t i = 0; i < asked.expected; i++) {
        asked.expectations[i] =
            (quipu_expectation){.account_id = seen->ids[i], .version = seen->versions[i]};
    }
    asked.events[0] =
        a_transfer(own_id(hand), seen->ids[0], seen->ids[1], 1 + random_below(&hand->random, 50));
    tag(hand, &asked);
    ask(hand, &asked);
}

static void find(struct hand *hand)
{
    struct life_note asked = {.kind = LIFE_FIND, .count = 2};

    asked.ids[0] = SHARED + any_number(hand);
    asked.ids[1] = HOLDS + any_number(hand);
    ask(hand, &asked);
}

static void work(void *context, unsigned thread)
{
    struct hand hand = *(struct hand *)context;

    hand.thread = thread;
    hand.pad = &hand.life->pads[thread];
    hand.random.state = hand.life->seed + thread;
    for (uint32_t i = 0; i < hand.pad->again_count; i++)
        ask(&hand, &hand.pad->again[i]);
    while (hand.pad->count + 2 < LIFE_NOTES) {
        switch (random_below(&hand.random, 8)) {
        case 0: (void)look(&hand, 2 + random_below(&hand.random, LIFE_ACCOUNTS - 1)); break;
        case 1:
            if (hand.life->protocol != QUIPU_CAS) commit(&hand);
            break;
        case 2: find(&hand); break;
        default: post(&hand);
        }
    }
}

void life_live(struct life *life)
{
    struct hand hand = {.life = life, .ledger = life_open(life)};

    if (hand.ledger == NULL) abort();
    threads_run(LIFE_THREADS, work, &hand);
}

void life_next(struct life *life)
{
    for (unsigned thread = 0; thread < LIFE_THREADS; thread++) {
        struct life_pad *pad = &life->pads[thread];
        const struct life_note *last = pad->count > 0 ? &pad->notes[pad->count - 1] : NULL;

        pad->again_count = 0;
        if (last != NULL && last->answered == 0 && last->kind == LIFE_POST) {
            pad->again[pad->again_count++] = *last;
            pad->again[pad->again_count++] = *last; /* the second time all is known */
        }
        pad->count = pad->last_id = 0;
    }
    life->number++;
}
