/* life.h - a process that works on a ledger until it is killed, and what it leaves behind.
 *
 * Before a call a thread notes what it asks, and when; after the answer, what it was told. The
 * notes are in memory that the process shares with its parent, so they outlive it. A note without
 * `answered` is of a call that was under way. Threads share ids, also with threads of other lives:
 * a transfer under a shared id is made from the id, but for a tag that says which call asked. And
 * what a life left without an answer, the next one asks again, twice. */
#ifndef QUIPU_TESTS_LIFE_H
#define QUIPU_TESTS_LIFE_H

#include "support/ledger.h"
#include "support/random.h"

#define LIFE_THREADS 3
#define LIFE_ACCOUNTS 6
#define LIFE_NOTES 3000 /* of a thread */
#define LIFE_EVENTS 4

enum life_kind {
    LIFE_POST,   /* events */
    LIFE_COMMIT, /* events, under expectations */
    LIFE_LOOK,   /* ids of accounts */
    LIFE_FIND    /* ids of transfers */
};

struct life_note {
    enum life_kind kind;
    uint32_t expected, count;
    uint64_t answered; /* shared: by stores that the kernel keeps when the process is killed */
    uint64_t begin, end;
    quipu_status status;
    quipu_expectation expectations[2];
    quipu_transfer events[LIFE_EVENTS];
    quipu_uint128 ids[LIFE_ACCOUNTS];

    quipu_result results[LIFE_EVENTS];
    quipu_receipt receipts[LIFE_EVENTS];
    quipu_account accounts[LIFE_ACCOUNTS];
    quipu_transfer found[LIFE_ACCOUNTS];
    uint64_t versions[LIFE_ACCOUNTS];
    quipu_transfer_versions found_versions[LIFE_ACCOUNTS];
};

struct life_pad {
    uint64_t count;
    uint64_t last_id;
    uint32_t again_count; /* what the life before left without an answer */
    struct life_note again[2];
    struct life_note notes[LIFE_NOTES];
};

struct life {
    const char *path;
    quipu_protocol protocol;
    quipu_durability durability;
    uint64_t seed, number;
    uint64_t answers; /* of all lives so far; shared */
    uint64_t enough;  /* a thread kills its process after so many answers; 0: none does */
    uint64_t began;   /* ns of the clock */
    uint64_t skipped; /* ns that the ledger's clock is ahead */
    struct life_pad pads[LIFE_THREADS];
};

/* Shared with children. The test fails if there is no memory. */
struct life *life_new(const char *path);
void life_free(struct life *life);

/* What the ledger's clock says at an instant of stamp.h. */
uint64_t life_clock(const struct life *life, uint64_t instant);

/* Open the ledger as the life does. NULL: it does not open. */
quipu_ledger *life_open(struct life *life);

/* Accounts 1 to LIFE_ACCOUNTS, some limited. */
quipu_account life_account(unsigned number);

/* What happens in the child. It returns if it was not killed in time. */
void life_live(struct life *life);

/* Its process is dead: turn to the next one, which asks again what was left without an answer. */
void life_next(struct life *life);

#endif
