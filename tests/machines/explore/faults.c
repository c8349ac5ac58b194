/* faults.c - stopping a fiber at each of its steps; see faults.h. */
#include "machines/explore/faults.h"

#include <string.h>

#include "api/ledger.h"
#include "connect/connection_parts.h"
#include "journal/journal_parts.h"
#include "machines/explore/explorer.h"
#include "machines/explore/judge.h"

/* What one may wait for. */
enum cause {
    LATCH,
    ID,
    CLAIM,
    PLACES,
    TIMEOUTS,
    CREATION,
    ACCOUNT,
    WRITER,
    READERS,
    JOURNAL,
    DAEMON,
    LISTENER,
    OTHER,
    CAUSES
};

static const char *const texts[] = {"a latch of the index, a worker or the markers",
                                    "an id in flight",
                                    "a pending transfer",
                                    "the lock of places",
                                    "the heap of time-outs",
                                    "the creation of accounts",
                                    "an account",
                                    "the writer",
                                    "readers (a grace period)",
                                    "the journal: a call's floor, or the flusher",
                                    "the daemon, or a client's next call",
                                    "the thread that listens on the handle",
                                    "something else"};

#define BIT(cause) (1u << (cause))

/* docs/protocols.md, "Who waits for whom". */
static const unsigned under_all =
    BIT(LATCH) | BIT(ID) | BIT(CLAIM) | BIT(PLACES) | BIT(TIMEOUTS) | BIT(CREATION);

struct tally {
    unsigned steps, passed, waits[CAUSES];
};

/* Which lock is this? */
static enum cause cause_of_lock(const struct stage *stage, const volatile void *address)
{
    struct store *store = &stage->ledger->store;
    const struct region *slots = &store->accounts.slots;
    size_t offset = (size_t)((const volatile char *)address - slots->base);

    if (offset < slots->reserved_bytes) return ACCOUNT;
    if (stage->far != NULL && address == &stage->far->connection->lock.word) return LISTENER;
    if (address == &store->accounts.creating.word) return CREATION;
    if (address == &store->timeouts.lock.word) return TIMEOUTS;
    if (stage->journal != NULL && (address == &stage->journal->waiters.lock.word ||
                                   address == &stage->journal->waiters.telling.word ||
                                   address == &stage->journal->round.word)) {
        return JOURNAL;
    }
    if (address == &store->transfers.places.lock.word ||
        address == &store->transfers.hold_places.lock.word ||
        address == &store->transfers.burnt_places.lock.word ||
        address == &store->transfers.aside.word) {
        return PLACES;
    }
    return store->protocol_state != NULL ? WRITER : OTHER; /* rcu alone has any */
}

/* What does a fiber that is blocked or spins here wait for? */
static enum cause cause_of(const struct stage *stage, struct place place)
{
    const struct {
        const char *function;
        enum cause cause;
    } waits[] = {{"latch_take", LATCH},
                 {"quipui_index_shard_wait", LATCH},
                 {"claim_or_wait", ID},
                 {"quipui_index_find", ID},
                 {"lapse", CLAIM},
                 {"run_unit", CLAIM},
                 {"word_at_rest", CLAIM},
                 {"show_fate", CLAIM},
                 {"read_again", ACCOUNT},
                 {"lock_any", ACCOUNT},
                 {"crowd_take", ACCOUNT},
                 {"wait_a_little", ACCOUNT},
                 {"quipui_grace_wait", READERS},
                 {"give_way", READERS}, /* elsewhere for so many yields only */
                 {"quipui_futex_wait", stage->far != NULL       ? LISTENER
                                       : stage->journal != NULL ? JOURNAL
                                                                : LATCH},
                 {"quipui_event_wait", stage->far != NULL ? DAEMON : JOURNAL},
                 {"await_call", DAEMON},
                 {"far_await", DAEMON}};

    if (strcmp(place.function, "quipui_lock_wait") == 0) return cause_of_lock(stage, place.address);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        if (strcmp(place.function, waits[i].function) == 0) return waits[i].cause;
    }
    return OTHER;
}

static bool is_timed(const struct program *program)
{
    for (uint32_t i = 0; i < FIBERS_MAX; i++) {
        if (program->fibers[i][0].kind == OP_ADVANCE) return true;
    }
    return false;
}

/* Does this fiber only read? */
static bool reads_only(const struct program *program, uint32_t fiber)
{
    for (size_t i = 0; i < OPS_MAX; i++) {
        enum op_kind kind = program->fibers[fiber][i].kind;

        if (kind != OP_NONE && kind != OP_LOOKUP && kind != OP_SNAPSHOT && kind != OP_HISTORY)
            return false;
    }
    return true;
}

/* A bit per cause for which this fiber may wait. */
static unsigned may_wait_by_protocol(const struct stage *stage, quipu_protocol protocol,
                                     uint32_t fiber)
{
    bool reads = reads_only(stage->program, fiber) && !is_timed(stage->program);

    switch (protocol) {
    case QUIPU_OPTIMISTIC:
    case QUIPU_MUTEX: return under_all | BIT(ACCOUNT);
    case QUIPU_CAS: return reads ? BIT(LATCH) | BIT(ID) : under_all;
    case QUIPU_RCU: return reads ? BIT(LATCH) | BIT(ID) : under_all | BIT(WRITER) | BIT(READERS);
    }
    return 0;
}

static unsigned may_wait_for(const struct stage *stage, quipu_protocol protocol, uint32_t fiber)
{
    if (stage->far != NULL)
        return may_wait_by_protocol(stage, protocol, fiber) | BIT(DAEMON) | BIT(LISTENER);
    if (stage->journal == NULL) return may_wait_by_protocol(stage, protocol, fiber);
    if (fiber == stage->fibers - 1) return BIT(JOURNAL); /* the flusher: for a call's round */
    return may_wait_by_protocol(stage, protocol, fiber) | BIT(JOURNAL);
}

/* The others have run as far as they can: for what do they wait? NULL, or that one must not. */
static const char *look_at_others(struct stage *stage, quipu_protocol protocol, uint32_t stopped,
                                  struct tally *tally)
{
    static char text[256];
    unsigned causes = 0;

    for (uint32_t i = 0; i < stage->fibers; i++) {
        struct place place;
        enum cause cause;

        if (i == stopped || scheduler_state(i) == FIBER_DONE) continue;
        if (!scheduler_waits(i, &place)) return "the others retry without end";
        cause = cause_of(stage, place);
        causes |= BIT(cause);
        if ((may_wait_for(stage, protocol, i) & BIT(cause)) != 0) continue;
        (void)snprintf(text, sizeof text, "fiber %u waits in %s for %s, which it must not", i,
                       place.function, texts[cause]);
        return text;
    }
    tally->steps++;
    tally->passed += causes == 0;
    for (unsigned cause = 0; cause < CAUSES; cause++)
        tally->waits[cause] += causes >> cause & 1;
    return NULL;
}

/* Stop the fiber before its step `at`; *stopped is false if it ended before. */
static const char *stop_at(struct stage *stage, quipu_protocol protocol, uint32_t fiber,
                           uint32_t at, struct tally *tally, bool *stopped)
{
    const struct switch_at first = {0, fiber};
    const struct schedule *schedule;
    const char *wrong = NULL;

    stage_restore(stage);
    strategy_replay(&first, 1);
    scheduler_stop(fiber, at);
    schedule = scheduler_run(stage->fibers, stage_play, stage, choose_replay);
    *stopped = scheduler_state(fiber) == FIBER_STOPPED;
    if (*stopped) {
        wrong = look_at_others(stage, protocol, fiber, tally);
        schedule = scheduler_continue();
    }
    if (wrong != NULL) return wrong;
    if (schedule->ending != ENDING_DONE) return explore_wrong_end(stage, schedule);
    return judge(stage);
}

static void print_tally(const struct stage *stage, const struct tally *tally, const char *name,
                        FILE *to)
{
    (void)fprintf(to, "%-11s %-11s stopped at %4u steps: at %4u nobody waits", stage->program->name,
                  name, tally->steps, tally->passed);
    for (unsigned cause = 0; cause < CAUSES; cause++) {
        if (tally->waits[cause] > 0)
            (void)fprintf(to, "; at %u for %s", tally->waits[cause], texts[cause]);
    }
    (void)fprintf(to, "\n");
}

bool faults(struct stage *stage, quipu_protocol protocol, const char *name, FILE *to)
{
    struct tally tally = {0};

    for (uint32_t fiber = 0; fiber < stage->fibers; fiber++) {
        bool stopped = true;

        for (uint32_t at = 1; stopped; at++) {
            const char *wrong = stop_at(stage, protocol, fiber, at, &tally, &stopped);

            if (wrong == NULL) continue;
            (void)fprintf(to, "FAILED %s %s: fiber %u stopped at step %u, in %s: %s\n",
                          stage->program->name, name, fiber, at, scheduler_place(fiber).function,
                          wrong);
            scheduler_stop(fiber, 0);
            return false;
        }
        scheduler_stop(fiber, 0);
    }
    print_tally(stage, &tally, name, to);
    return true;
}
