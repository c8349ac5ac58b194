/* lock_show.h - two holders of one lock, and what becomes of the balance that it should protect.
 *
 * One withdrawal of 60 is to be made from an account with 100, once. Two workers run the same
 * program for it: take the lock, read the balance, see that it is enough; then pay. The first is
 * paused between the two halves: it does nothing until the second has paid. Meanwhile a trouble
 * takes the lock from it, without its knowledge. */
#ifndef QUIPU_COMMAND_LOCKS_LOCK_SHOW_H
#define QUIPU_COMMAND_LOCKS_LOCK_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#define SHOW_FUNDS 100
#define SHOW_WITHDRAWAL 60

/* How the lock is lost. */
enum trouble {
    TROUBLE_PAUSE,     /* the first is paused for longer than the time to live */
    TROUBLE_CRASH,     /* the server is killed, and starts again as Redis does by default */
    TROUBLE_PROMOTION, /* the server is killed, and its replica takes its place */
    TROUBLE_CLOCK,     /* Redlock: the clock of one server jumps ahead, while two were down */
    TROUBLE_LONG_PAUSE /* Redlock, and the first is paused for longer than the time to live */
};

#define TROUBLE_COUNT 5
extern const char *const trouble_names[TROUBLE_COUNT];

/* Where the balance is, and what guards it beside the lock. */
enum keeping {
    KEEP_REDIS,   /* in Redis; after a crash or a promotion a token of Redis is compared, too */
    KEEP_FENCE,   /* in a ledger: each payment names the token of a lease */
    KEEP_ID,      /* in a ledger: the withdrawal has one id for both */
    KEEP_VERSION, /* in a ledger, and no lock at all: the payment names the version that was read */
};

#define KEEPING_COUNT 4
extern const char *const keeping_names[KEEPING_COUNT];

#define SHOW_ANSWER_BYTES 64

struct show_score {
    enum trouble trouble;
    enum keeping keeping;
    const char *guard;
    long long before, after, paid;
    char first[SHOW_ANSWER_BYTES], second[SHOW_ANSWER_BYTES]; /* what each was answered */
    bool lost;                                                /* more was paid than there was */
};

/* Play one. Returns false, with a complaint, if the system failed. */
bool lock_show_play(enum trouble trouble, enum keeping keeping, struct show_score *score);

#endif
