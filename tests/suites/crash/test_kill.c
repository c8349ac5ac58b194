/* test_kill.c - `kill -9` in the middle of everything: what was answered, or seen, is there.
 *
 * A child opens a ledger in a directory and works on it with several threads; what it is told it
 * writes into memory that it shares with its parent. It is killed, and the parent opens the
 * directory itself, under another protocol, and holds it against the notes. It is killed
 *
 *   - by its parent, after so many answers
 *   - by itself, at a call of the file system: before it, halfway, after it (support/mortal.h),
 *     while it opens, works or closes
 *   - by itself, before or after a unit's entries are published
 *
 * In some lives a thread makes checkpoints, or the ledger does so by itself after little journal,
 * so that kills find them half made, and segments half trimmed.
 *
 *   R1  every transfer that was created is there, with the versions it was given
 *   R2  every id that a transient failure burnt is burnt still
 *   R3  every account that was created is there
 *   R4  no account is at an earlier version than one that was read
 *   R5  the books balance, replayed one by one (support/checks.h); nothing is there twice
 *
 * Transfers, holds that fall due, posts and voids, chains, imports, ids that burn, new accounts; a
 * directory has a few lives in a row. QUIPU_KILLS says how many, in all; QUIPU_KILLS_FROM what they
 * are drawn from. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/checks.h"
#include "support/effort.h"
#include "support/ledger.h"
#include "support/mortal.h"
#include "support/random.h"
#include "support/scratch.h"
#include "support/threads.h"

#define KILLS 200
#define LIVES 10 /* of a directory */
#define THREADS 3
#define ACCOUNTS 8
#define BATCH 24
#define IDS 200000  /* that a thread has */
#define ANSWERS 300 /* before a child is killed or closes, at most */
#define APART 40    /* answers between two checkpoints, at most */

#define CHECKPOINT_BYTES ((uint64_t)64 << 10)

/* The clock of the test runs so much faster: holds fall due in no time, and whole runs of processes
 * have one time. */
#define HASTE 1000

/* Seconds: no hold is open for longer. */
#define LONGEST 60

enum note { NOTE_NOTHING, NOTE_CREATED, NOTE_BURNT };

/* What one thread was told. Written by it; read when it is dead. */
struct notes {
    uint64_t next; /* id, within those of the thread */
    uint64_t holds;
    uint64_t accounts; /* created beside those that all share */
    uint64_t seen[ACCOUNTS];
    uint8_t note[IDS];
};

struct notebook {
    uint64_t answers, enough; /* enough: the threads stop when there are so many */
    uint64_t stopped;         /* threads of this life */
    uint64_t began, skipped;  /* ns */
    struct notes threads[THREADS];
};

struct work {
    struct notebook *notebook;
    quipu_ledger *ledger;
    uint64_t seed;
};

static uint64_t hasty_clock(void *context)
{
    const struct notebook *notebook = context;
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return NOON +
           ((uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec - notebook->began) * HASTE +
           notebook->skipped;
}

static quipu_uint128 id_of(unsigned thread, uint64_t number)
{
    return (quipu_uint128)(thread + 1) << 64 | (number + 1);
}

static quipu_uint128 account_of(unsigned thread, uint64_t number)
{
    return (quipu_uint128)(thread + 1) << 96 | (number + 1);
}

static quipu_ledger *open_at(const char *path, quipu_protocol protocol, struct notebook *notebook,
                             uint64_t checkpoint_bytes)
{
    const quipu_options options = {.protocol = protocol,
                                   .path = path,
                                   .account_capacity = 1 << 14,
                                   .transfer_capacity = 1 << 20,
                                   .clock = hasty_clock,
                                   .clock_context = notebook,
                                   .checkpoint_bytes = checkpoint_bytes};
    quipu_ledger *ledger = NULL;
    quipu_status status = quipu_open(&options, &ledger);
    char text[512] = "";

    if (status != QUIPU_OK) (void)quipu_diagnose(NULL, path, text, sizeof text);
    cr_assert_eq(status, QUIPU_OK, "%s: %s", quipu_status_text(status), text);
    return ledger;
}

/* One event of a random kind. */
static quipu_transfer draw(struct random *random, struct notes *notes, unsigned thread,
                           uint64_t number)
{
    quipu_uint128 debit = 1 + random_below(random, ACCOUNTS);
    quipu_uint128 credit = 1 + (debit + random_below(random, ACCOUNTS - 1)) % ACCOUNTS;
    quipu_uint128 amount = 1 + random_below(random, 50);
    quipu_uint128 id = id_of(thread, number);

    switch (random_below(random, 8)) {
    case 0: return a_hold(id, debit, credit, amount, 1 + (uint32_t)random_below(random, 30));
    case 1: return a_hold(id, debit, credit, amount, LONGEST);
    case 2: return a_post(id, id_of(thread, random_below(random, number + 1)), QUIPU_AMOUNT_MAX);
    case 3: return a_void(id, id_of(thread, random_below(random, number + 1)));
    case 4: return a_flagged_transfer(id, debit, credit, amount, QUIPU_TRANSFER_LINKED);
    default: break;
    }
    (void)notes;
    return a_transfer(id, debit, credit, amount);
}

/* Transfers that bring their timestamps: just now, each later than the one before. What other
 * threads stored meanwhile is later, or they run into each other: then they are refused. */
static void import_some(struct work *work, struct random *random, unsigned thread)
{
    struct notes *notes = &work->notebook->threads[thread];
    size_t count = 1 + random_below(random, 4);
    quipu_transfer events[4];
    quipu_result results[4];
    uint64_t first = notes->next, now;

    notes->next += count;
    now = hasty_clock(work->notebook);
    for (size_t i = 0; i < count; i++) {
        quipu_uint128 debit = 1 + random_below(random, ACCOUNTS - 1);

        events[i] = a_flagged_transfer(id_of(thread, first + i), debit, debit + 1, 1 + i,
                                       QUIPU_TRANSFER_IMPORTED);
        events[i].timestamp = now - count + i;
    }
    if (quipu_create_transfers(work->ledger, events, count, results) != QUIPU_OK) abort();
    for (size_t i = 0; i < count; i++) {
        if (results[i].status == QUIPU_CREATED) notes->note[first + i] = NOTE_CREATED;
    }
}

static void take_notes(struct notes *notes, uint64_t first, const quipu_result *results,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].status == QUIPU_CREATED) notes->note[first + i] = NOTE_CREATED;
        if (results[i].status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS ||
            results[i].status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND) {
            notes->note[first + i] = NOTE_BURNT;
        }
    }
}

static void post_some(struct work *work, struct random *random, unsigned thread)
{
    struct notes *notes = &work->notebook->threads[thread];
    size_t count = 1 + random_below(random, random_below(random, 3) == 0 ? BATCH : 2);
    quipu_transfer events[BATCH];
    quipu_result results[BATCH];
    uint64_t first = notes->next;

    notes->next += count;
    for (size_t i = 0; i < count; i++)
        events[i] = draw(random, notes, thread, first + i);
    events[count - 1].flags &= (uint16_t)~QUIPU_TRANSFER_LINKED;
    if (quipu_create_transfers(work->ledger, events, count, results) != QUIPU_OK) abort();
    take_notes(notes, first, results, count);
}

static void create_one(struct work *work, unsigned thread)
{
    struct notes *notes = &work->notebook->threads[thread];
    quipu_account account = an_account(account_of(thread, notes->accounts));
    quipu_result result;

    if (quipu_create_accounts(work->ledger, &account, 1, &result) != QUIPU_OK) abort();
    if (result.status == QUIPU_CREATED || result.status == QUIPU_CREATE_ACCOUNT_EXISTS) {
        notes->accounts++;
    }
}

static void look(struct work *work, struct random *random, unsigned thread)
{
    quipu_uint128 id = 1 + random_below(random, ACCOUNTS);
    quipu_account account;
    uint64_t version;

    if (quipu_lookup_accounts(work->ledger, &id, 1, &account, &version) != QUIPU_OK) abort();
    work->notebook->threads[thread].seen[id - 1] = version;
}

/* Checkpoints, a few answers apart, while others work. */
static void make_checkpoints(struct work *work, struct random *random)
{
    uint64_t next = shared_read(&work->notebook->answers);

    while (shared_read(&work->notebook->stopped) < THREADS) {
        if (shared_read(&work->notebook->answers) < next) {
            (void)usleep(100);
            continue;
        }
        if (quipu_checkpoint(work->ledger) != QUIPU_OK) abort();
        next = shared_read(&work->notebook->answers) + random_below(random, APART);
    }
}

static void work_on(void *context, unsigned thread)
{
    struct work *work = context;
    struct random random = {work->seed + thread};

    if (thread == THREADS) {
        make_checkpoints(work, &random);
        return;
    }
    while (work->notebook->threads[thread].next + BATCH < IDS &&
           shared_read(&work->notebook->answers) < work->notebook->enough) {
        switch (random_below(&random, 8)) {
        case 0: look(work, &random, thread); break;
        case 1:
            if (random_below(&random, 4) == 0) create_one(work, thread);
            break;
        case 2: import_some(work, &random, thread); break;
        default: post_some(work, &random, thread);
        }
        (void)shared_add(&work->notebook->answers, 1);
    }
    (void)shared_add(&work->notebook->stopped, 1);
}

static void make_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (unsigned i = 0; i < ACCOUNTS; i++) {
        accounts[i] =
            a_flagged_account(i + 1, i % 4 == 3 ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS : 0);
    }
    (void)quipu_create_accounts(ledger, accounts, ACCOUNTS, results);
}

/* How a life ends. */
struct death {
    enum { BY_PARENT, AT_CALL, AT_PUBLICATION, WHILE_CLOSING, DEATHS } how;
    uint64_t number; /* of the call, or of the answer */
    enum mortal_moment moment;
};

static struct death draw_death(struct random *random)
{
    struct death death = {.how = random_below(random, DEATHS),
                          .moment = random_below(random, MORTAL_MOMENTS)};
    /* To open takes some dozens of calls, to close a few. */
    uint32_t most = death.how == WHILE_CLOSING ? 8 : death.how == AT_CALL ? 100 : ANSWERS;

    if (death.how == AT_CALL && random_one_in(random, 2)) most *= 4;
    death.number = 1 + random_below(random, most);
    return death;
}

/* The child: it ends by being killed, or closes before it comes to that. */
_Noreturn static void live(const char *path, quipu_protocol protocol, struct notebook *notebook,
                           uint64_t seed, struct death death)
{
    struct work work = {notebook, NULL, seed};
    struct random random = {seed};
    uint64_t bytes = random_one_in(&random, 2) ? CHECKPOINT_BYTES : 0;
    unsigned threads = THREADS + random_one_in(&random, 2);

    notebook->enough = UINT64_MAX;
    notebook->stopped = 0;
    if (death.how == AT_CALL) mortal_at(MORTAL_CALL, death.number, death.moment);
    work.ledger = open_at(path, protocol, notebook, bytes);
    make_accounts(work.ledger);
    if (death.how == AT_PUBLICATION) mortal_at(MORTAL_PUBLISH, death.number, death.moment);
    if (death.how == WHILE_CLOSING) notebook->enough = notebook->answers + ANSWERS / 4;
    threads_run(threads, work_on, &work);
    if (death.how == WHILE_CLOSING) mortal_at(MORTAL_CALL, death.number, death.moment);
    (void)quipu_close(work.ledger);
    _exit(0);
}

static void check_transfers(quipu_ledger *ledger, const struct notes *notes, unsigned thread)
{
    for (uint64_t i = 0; i < notes->next; i++) {
        quipu_uint128 id = id_of(thread, i);
        quipu_transfer transfer;
        quipu_result result;

        if (notes->note[i] == NOTE_NOTHING) continue;
        cr_assert_eq(quipu_lookup_transfers(ledger, &id, 1, &transfer, NULL), QUIPU_OK);
        cr_assert_eq(transfer.id == id, notes->note[i] == NOTE_CREATED, "R1: thread %u, id %llu",
                     thread, (unsigned long long)i);
        if (notes->note[i] != NOTE_BURNT) continue;
        transfer = a_transfer(id, 1, 2, 1);
        cr_assert_eq(quipu_create_transfers(ledger, &transfer, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED, "R2: thread %u, %llu",
                     thread, (unsigned long long)i);
    }
}

static void check_accounts(quipu_ledger *ledger, const struct notes *notes, unsigned thread)
{
    for (uint64_t i = 0; i < notes->accounts; i++) {
        cr_assert_eq(ledger_account(ledger, account_of(thread, i), NULL).id, account_of(thread, i),
                     "R3");
    }
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        uint64_t version = 0;

        if (notes->seen[i] == 0) continue;
        (void)ledger_account(ledger, i + 1, &version);
        cr_assert_geq(version, notes->seen[i], "R4: account %u", i + 1);
    }
}

static void check_all(quipu_ledger *ledger, struct notebook *notebook)
{
    const char *wrong;

    make_accounts(ledger); /* it may have died before */
    for (unsigned thread = 0; thread < THREADS; thread++) {
        check_transfers(ledger, &notebook->threads[thread], thread);
        check_accounts(ledger, &notebook->threads[thread], thread);
    }
    notebook->skipped += (LONGEST + 1) * SECOND; /* every hold that is open falls due */
    wrong = check_ledger(ledger, ACCOUNTS, true);
    cr_assert_null(wrong, "R5: %s", wrong);
}

/* One life. */
static void live_and_die(const char *path, quipu_protocol protocol, struct notebook *notebook,
                         uint64_t seed, struct death death)
{
    uint64_t enough = shared_read(&notebook->answers) + death.number;
    bool closed;
    int status = 0;
    pid_t child = fork(), ended = 0;

    cr_assert_geq(child, 0);
    if (child == 0) live(path, protocol, notebook, seed, death);
    if (death.how == BY_PARENT) {
        while (shared_read(&notebook->answers) < enough && ended == 0) {
            (void)usleep(200);
            ended = waitpid(child, &status, WNOHANG);
        }
        (void)kill(child, SIGKILL);
    }
    if (ended == 0) (void)waitpid(child, &status, 0);
    closed = death.how == WHILE_CLOSING && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    cr_assert(closed || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL),
              "the child ended by itself: %x", (unsigned)status);
}

static uint64_t number_of(const char *variable, uint64_t usual)
{
    const char *said = getenv(variable);

    return said != NULL ? strtoull(said, NULL, 10) : usual;
}

/* A directory, and a few lives in it. */
static void live_in(const char *path, int protocol_index, uint64_t seed, uint64_t lives,
                    struct notebook *notebook)
{
    struct random random = {seed};
    struct timespec now;

    memset(notebook, 0, sizeof *notebook);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    notebook->began = (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
    for (uint64_t life = 0; life < lives; life++) {
        quipu_protocol next = protocols[((uint64_t)protocol_index + life) % PROTOCOL_COUNT];
        quipu_ledger *ledger;

        live_and_die(path, protocols[protocol_index], notebook, random_next(&random),
                     draw_death(&random));
        ledger = open_at(path, next, notebook, 0);
        check_all(ledger, notebook);
        if (random_one_in(&random, 4)) cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
        cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    }
}

EVERY_PROTOCOL(kill, what_was_answered_is_there, .timeout = 86400)
{
    struct notebook *notebook =
        mmap(NULL, sizeof *notebook, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t all = number_of("QUIPU_KILLS", EFFORT(KILLS));
    uint64_t kills = (all + PROTOCOL_COUNT - 1) / PROTOCOL_COUNT;
    uint64_t from = number_of("QUIPU_KILLS_FROM", 1);

    cr_assert_neq(notebook, MAP_FAILED);
    for (uint64_t done = 0; done < kills; done += LIVES) {
        uint64_t seed = (from + done) * PROTOCOL_COUNT + (uint64_t)*protocol_index;
        char path[SCRATCH_PATH];

        scratch_make(path);
        live_in(path, *protocol_index, seed, kills - done < LIVES ? kills - done : LIVES, notebook);
        scratch_remove(path);
    }
}
