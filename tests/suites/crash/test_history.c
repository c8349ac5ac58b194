/* test_history.c - one history across many kills: what was answered before a crash and after it is
 * one story.
 *
 * Process after process opens the same directory, each under another protocol, works on it with
 * several threads and is killed: in the middle of its work, by one of its own threads, or while it
 * opens. Its notes (support/life.h) become tapes of one history; calls that were under way become
 * calls without an answer, of which is known only what is there in the end. Then the history
 * checker judges all of it: every answer agrees with one serial order, and with real time, across
 * all crashes. With cas among the protocols: each account by itself.
 *
 * A ledger that answers before anything is written must be convicted.
 *
 * QUIPU_HISTORIES says how many, of each kind. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checker/checker.h"
#include "checker/history_file.h"
#include "checker/stamp.h"
#include "support/life.h"
#include "support/scratch.h"
#include "support/threads.h"

#define HISTORIES 8
#define LIVES 6
#define ANSWERS 200                      /* before a process is killed, at least */
#define TAPES (LIVES * LIFE_THREADS + 1) /* the last: setup and end */
#define LONGEST 60                       /* s: no hold is open for longer */

/* What one test does: which protocols take turns. */
struct plan {
    const quipu_protocol *protocols;
    unsigned protocol_count;
    quipu_durability durability;
    enum history_promise promise;
};

struct story {
    const struct plan *plan;
    struct life *life;
    struct history history;
    struct random random;
};

/* --- from notes to tapes --- */

static struct tape *last_tape(struct story *story)
{
    return &story->history.tapes[TAPES - 1];
}

static struct history_step *add(struct tape *tape, enum history_kind kind)
{
    struct history_step *step = tape_step(tape, kind);

    cr_assert_not_null(step);
    return step;
}

static void add_read(struct tape *tape, quipu_uint128 id, const quipu_account *account,
                     uint64_t version)
{
    struct history_step *step = add(tape, HISTORY_READ);

    step->account = *account;
    step->account.id = id;
    step->version = version;
}

static void add_receipt(struct tape *tape, struct history_step *step, const quipu_receipt *receipt)
{
    step->versions = (quipu_transfer_versions){receipt->debit_version, receipt->credit_version};
    if (receipt->debit_version != 0) {
        add_read(tape, receipt->debit.id, &receipt->debit, receipt->debit_version);
    }
    if (receipt->credit_version != 0) {
        add_read(tape, receipt->credit.id, &receipt->credit, receipt->credit_version);
    }
}

static void add_transfers(struct tape *tape, const struct life_note *note)
{
    bool decided = note->answered != 0 && note->status == QUIPU_OK;

    for (uint32_t i = 0; i < note->expected; i++) {
        struct history_step *step = add(tape, HISTORY_EXPECT);

        step->account.id = note->expectations[i].account_id;
        step->version = note->expectations[i].version;
    }
    for (uint32_t i = 0; i < note->count; i++) {
        struct history_step *step = add(tape, HISTORY_TRANSFER);

        step->transfer = note->events[i];
        if (!decided) continue;
        step->status = note->results[i].status;
        if (note->kind == LIFE_COMMIT) add_receipt(tape, step, &note->receipts[i]);
    }
}

static void add_finds(struct tape *tape, const struct life_note *note)
{
    for (uint32_t i = 0; i < note->count; i++) {
        struct history_step *step = add(tape, HISTORY_FIND);

        step->status = note->found[i].id != 0;
        if (step->status != 0) {
            step->transfer = note->found[i];
            step->versions = note->found_versions[i];
        }
        step->transfer.id = note->ids[i];
    }
}

/* `death`: when the process was known to be dead. */
static void add_note(struct tape *tape, const struct life_note *note, uint64_t death)
{
    bool answered = note->answered != 0;
    struct history_call *call = tape_call(tape, note->begin, answered ? note->end : death);

    cr_assert_not_null(call);
    call->unanswered = !answered;
    if (answered) call->status = note->status;
    switch (note->kind) {
    case LIFE_POST:
    case LIFE_COMMIT: add_transfers(tape, note); break;
    case LIFE_LOOK:
        for (uint32_t i = 0; i < note->count && answered; i++)
            add_read(tape, note->ids[i], &note->accounts[i], note->versions[i]);
        break;
    case LIFE_FIND:
        if (answered) add_finds(tape, note);
        break;
    }
}

static void keep_notes(struct story *story)
{
    uint64_t death = stamp_now();

    for (unsigned thread = 0; thread < LIFE_THREADS; thread++) {
        struct tape *tape = &story->history.tapes[story->life->number * LIFE_THREADS + thread];
        const struct life_pad *pad = &story->life->pads[thread];

        for (uint64_t i = 0; i < pad->count; i++)
            add_note(tape, &pad->notes[i], death);
    }
}

/* --- the beginning and the end, by the test itself --- */

static void make_accounts(struct story *story, quipu_ledger *ledger)
{
    quipu_account accounts[LIFE_ACCOUNTS];
    quipu_result results[LIFE_ACCOUNTS];
    uint64_t begin = stamp_begin(true);

    for (unsigned i = 0; i < LIFE_ACCOUNTS; i++)
        accounts[i] = life_account(i + 1);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, LIFE_ACCOUNTS, results), QUIPU_OK);
    cr_assert_not_null(tape_call(last_tape(story), begin, stamp_end(true)));
    for (unsigned i = 0; i < LIFE_ACCOUNTS; i++) {
        struct history_step *step = add(last_tape(story), HISTORY_ACCOUNT);

        step->status = results[i].status;
        step->version = 1;
        step->account = accounts[i];
        step->account.timestamp = results[i].timestamp;
    }
}

/* Look up a transfer; that is part of the history. Returns false if it is not there. */
static bool look_up(struct story *story, quipu_ledger *ledger, quipu_uint128 id,
                    quipu_transfer *found, quipu_transfer_versions *versions)
{
    struct life_note note = {.kind = LIFE_FIND, .answered = 1, .count = 1, .ids = {id}};

    note.begin = stamp_begin(true);
    cr_assert_eq(quipu_lookup_transfers(ledger, note.ids, 1, note.found, note.found_versions),
                 QUIPU_OK);
    note.end = stamp_end(true);
    add_note(last_tape(story), &note, 0);
    *found = note.found[0];
    *versions = note.found_versions[0];
    return found->id != 0;
}

/* Does a later call than this one have the record? One that was told so, or one without an answer
 * that asked the same again before the record was made. */
static bool is_anothers(const struct story *story, const struct history_call *mine,
                        const quipu_transfer *found)
{
    for (size_t t = 0; t + 1 < TAPES; t++) {
        const struct tape *tape = &story->history.tapes[t];

        for (size_t i = 0; i < tape->call_count; i++) {
            const struct history_call *call = &tape->calls[i];

            if (call == mine || call->step_count == 0) continue;
            for (size_t s = call->first_step; s < call->first_step + call->step_count; s++) {
                const struct history_step *step = &tape->steps[s];

                if (step->kind != HISTORY_TRANSFER || step->transfer.id != found->id ||
                    step->transfer.user_data_64 != found->user_data_64) {
                    continue;
                }
                if (step->status == QUIPU_CREATED) return true;
                if (call->unanswered && call->begin > mine->begin &&
                    life_clock(story->life, call->begin) <= found->timestamp) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* A step that was created gets its record, and so does one without an answer whose record is
 * there. */
static void complete(struct story *story, quipu_ledger *ledger, const struct history_call *call,
                     struct history_step *step)
{
    quipu_transfer_versions versions;
    quipu_transfer found;

    if (step->kind != HISTORY_TRANSFER) return;
    if (step->status != QUIPU_CREATED && !call->unanswered) return;
    if (!look_up(story, ledger, step->transfer.id, &found, &versions)) return;
    if (step->status != QUIPU_CREATED &&
        (found.user_data_64 != step->transfer.user_data_64 || is_anothers(story, call, &found))) {
        return;
    }
    step->transfer = found;
    step->versions = versions;
    step->status = QUIPU_CREATED;
}

/* Ask again under each id that was burnt, or may have been. */
static void probe(struct story *story, quipu_ledger *ledger, const struct history_step *step)
{
    struct life_note note = {.kind = LIFE_POST, .answered = 1, .count = 1};

    note.events[0] = a_transfer(step->transfer.id, 1, 2, 1);
    note.begin = stamp_begin(true);
    cr_assert_eq(quipu_create_transfers(ledger, note.events, 1, note.results), QUIPU_OK);
    note.end = stamp_end(true);
    add_note(last_tape(story), &note, 0);
    if (note.results[0].status == QUIPU_CREATED) {
        struct history_step *made = &last_tape(story)->steps[last_tape(story)->step_count - 1];

        complete(story, ledger, &last_tape(story)->calls[0], made); /* there is room: it stays */
    }
}

static bool is_worth_a_probe(const struct history_step *step)
{
    return step->kind == HISTORY_TRANSFER &&
           (step->status == 0 || step->status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS ||
            step->status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND);
}

static void look_at_accounts(struct story *story, quipu_ledger *ledger)
{
    struct life_note note = {.kind = LIFE_LOOK, .answered = 1, .count = LIFE_ACCOUNTS};

    for (unsigned i = 0; i < LIFE_ACCOUNTS; i++)
        note.ids[i] = i + 1;
    note.begin = stamp_begin(true);
    cr_assert_eq(
        quipu_lookup_accounts(ledger, note.ids, LIFE_ACCOUNTS, note.accounts, note.versions),
        QUIPU_OK);
    note.end = stamp_end(true);
    add_note(last_tape(story), &note, 0);
}

static void finish(struct story *story)
{
    quipu_ledger *ledger = life_open(story->life);

    cr_assert_not_null(ledger, "the last opening");
    look_at_accounts(story, ledger);
    for (size_t t = 0; t + 1 < TAPES; t++) {
        struct tape *tape = &story->history.tapes[t];

        for (size_t i = 0; i < tape->call_count; i++) {
            const struct history_call *call = &tape->calls[i];

            for (size_t c = 0; c < call->step_count; c++)
                complete(story, ledger, call, &tape->steps[call->first_step + c]);
        }
    }
    for (size_t t = 0; t + 1 < TAPES; t++) {
        for (size_t s = 0; s < story->history.tapes[t].step_count; s++) {
            if (is_worth_a_probe(&story->history.tapes[t].steps[s])) {
                probe(story, ledger, &story->history.tapes[t].steps[s]);
            }
        }
    }
    story->life->skipped += (LONGEST + 1) * SECOND; /* every hold that is open falls due */
    look_at_accounts(story, ledger);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
}

/* --- lives --- */

/* Kill it: while it opens, in the middle of its work, or by one of its own threads. */
static void live_and_die(struct story *story)
{
    struct life *life = story->life;
    uint64_t answers = shared_read(&life->answers) + ANSWERS + random_below(&story->random, 800);
    uint32_t way = random_below(&story->random, 4);
    int status = 0;
    pid_t child;

    life->enough = way == 1 ? answers : 0;
    child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        life_live(life);
        _exit(1); /* it was not killed in time */
    }
    if (way == 0) {
        (void)usleep(random_below(&story->random, 3000));
    } else {
        while (shared_read(&life->answers) < answers && waitpid(child, &status, WNOHANG) == 0)
            (void)usleep(100);
    }
    (void)kill(child, SIGKILL);
    if (status == 0) (void)waitpid(child, &status, 0);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the child ended by itself: %x",
              (unsigned)status);
}

static void tell(struct story *story)
{
    const struct plan *plan = story->plan;
    struct life *life = story->life;
    quipu_ledger *ledger;

    life->protocol = plan->protocols[0];
    life->durability = QUIPU_SYNCED;
    ledger = life_open(life);
    cr_assert_not_null(ledger);
    make_accounts(story, ledger);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    life->durability = plan->durability;
    for (unsigned i = 0; i < LIVES; i++) {
        life->protocol = plan->protocols[random_below(&story->random, plan->protocol_count)];
        life->seed = random_next(&story->random);
        live_and_die(story);
        keep_notes(story);
        life_next(life);
    }
    life->protocol = plan->protocols[random_below(&story->random, plan->protocol_count)];
    finish(story);
}

static struct verdict judge(struct story *story, uint64_t seed, bool loud)
{
    struct checker *checker = checker_new();
    const char *file = getenv("QUIPU_HISTORY_FILE");
    struct verdict verdict;

    cr_assert_not_null(checker);
    cr_assert(checker_run(checker, &story->history, &verdict));
    if (verdict.anomaly_count > 0 && loud) {
        (void)fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        checker_print(checker, &story->history, stderr);
        if (file != NULL) {
            FILE *to = fopen(file, "w");

            cr_assert(to != NULL && history_write(&story->history, to) && fclose(to) == 0);
        }
    }
    checker_free(checker);
    return verdict;
}

/* One history, from the first opening to the verdict. */
static struct verdict run(const struct plan *plan, uint64_t seed, bool loud)
{
    struct story story = {.plan = plan, .random = {seed}};
    struct verdict verdict;
    char path[SCRATCH_PATH];

    scratch_make(path);
    story.life = life_new(path);
    cr_assert(history_open(&story.history, TAPES));
    story.history.promise = plan->promise;
    /* All of the end: steps stay where they are. */
    cr_assert(tape_reserve(last_tape(&story), 1 << 17, 1 << 17));
    tell(&story);
    verdict = judge(&story, seed, loud);
    history_close(&story.history);
    life_free(story.life);
    scratch_remove(path);
    return verdict;
}

static const quipu_protocol all[] = {QUIPU_OPTIMISTIC, QUIPU_MUTEX, QUIPU_RCU, QUIPU_CAS};

static void run_many(const struct plan *plan, uint64_t seed)
{
    const char *said = getenv("QUIPU_HISTORIES");
    unsigned count = said != NULL ? (unsigned)strtoul(said, NULL, 10) : HISTORIES;

    for (unsigned i = 0; i < count; i++) {
        struct verdict verdict = run(plan, seed + i, true);

        cr_assert_eq(verdict.anomaly_count, 0, "history %u, seed %llu: %s", i,
                     (unsigned long long)(seed + i), anomaly_name(verdict.first));
        cr_assert_gt(verdict.calls, 1000);
    }
}

Test(history, is_one_across_kills, .timeout = 3600)
{
    const struct plan plan = {all, 3, QUIPU_SYNCED, HISTORY_SERIALIZABLE};

    run_many(&plan, 1);
}

Test(history, is_one_across_kills_per_account, .timeout = 3600)
{
    const struct plan plan = {all, 4, QUIPU_SYNCED, HISTORY_PER_ACCOUNT};

    run_many(&plan, 1001);
}

/* Controls: answers come before anything is written, and a kill takes them back. */
Test(history, of_a_ledger_that_does_not_wait_is_convicted, .timeout = 600)
{
    const struct plan plans[] = {{all, 3, QUIPU_BUFFERED, HISTORY_SERIALIZABLE},
                                 {all, 4, QUIPU_BUFFERED, HISTORY_PER_ACCOUNT}};

    for (int i = 0; i < 2; i++) {
        struct verdict verdict = run(&plans[i], 2001, false);

        cr_assert_gt(verdict.anomaly_count, 0, "plan %d", i);
        (void)fprintf(stderr, "convicted: %s, and %llu more\n", anomaly_name(verdict.first),
                      (unsigned long long)verdict.anomaly_count - 1);
    }
}
