/* program.h - a few operations on a few accounts, of which every interleaving is of interest.
 *
 * Accounts have the ids 1, 2, …; events name what matters and leave the rest to play.c. */
#ifndef EXPLORE_PROGRAM_H
#define EXPLORE_PROGRAM_H

#include <stdint.h>

#include "machines/explore/scheduler.h"
#include "quipu/quipu.h"

#define OPS_MAX 4
#define EVENTS_MAX 6
#define ACCOUNTS_MAX 6

/* Transfer ids from here on fall into one shard of the index, in the order of numbers. */
#define SAME_SHARD 1000

/* And those from here on have one home in it, while it has two. */
#define SAME_HOME 2000

enum op_kind {
    OP_NONE,
    OP_TRANSFERS, /* one call of quipu_create_transfers() */
    OP_COMMIT,    /* look up accounts[], then commit events[] if they are still at that version */
    OP_CREATE,    /* create accounts[], with flags */
    OP_LOOKUP,    /* look up accounts[], together */
    OP_SNAPSHOT,
    OP_FIND,    /* look up the transfers events[].id, one after the other */
    OP_HISTORY, /* the transfers of accounts[0], and then its balances */
    OP_FOLLOW,  /* the changes since this fiber followed last */
    OP_HOLD,    /* the hold events[0].id of accounts 1 and 2, and what these show: see sight.h */
    OP_SCAN,    /* all transfers, by pages */
    OP_ACQUIRE, /* the lease accounts[0], by the grant events[0]; what it learns the fiber keeps */
    OP_RENEW,   /* that lease, by the grant events[0] and the void events[1] */
    OP_FENCED,  /* commit events[] under that lease, if the fiber was ever granted it */
    OP_ADVANCE  /* the clock, by ns */
};

struct event {
    uint32_t id, debit, credit;
    quipu_uint128 amount;
    uint32_t pending_id, timeout;
    uint16_t flags;
};

struct op {
    enum op_kind kind;
    uint16_t flags;
    uint64_t ns;
    struct event events[EVENTS_MAX]; /* up to the first with id 0 */
    uint32_t accounts[ACCOUNTS_MAX]; /* up to the first 0 */
};

/* For which protocols. */
enum {
    ON_OPTIMISTIC = 1 << QUIPU_OPTIMISTIC,
    ON_CAS = 1 << QUIPU_CAS,
    ON_MUTEX = 1 << QUIPU_MUTEX,
    ON_RCU = 1 << QUIPU_RCU,
    ON_UNSAFE = 1 << 4, /* must be convicted */
    ON_ALL = ON_OPTIMISTIC | ON_CAS | ON_MUTEX | ON_RCU,
    ON_VERSIONED = ON_OPTIMISTIC | ON_MUTEX | ON_RCU
};

struct program {
    const char *name, *about;
    uint32_t protocols;
    bool is_kept;         /* with a journal: the flusher is one more fiber */
    bool is_far;          /* queues are of a handle, and transfers if there are none; the daemon
                             is one more fiber */
    uint32_t queues;      /* the first so many fibers make calls of OP_TRANSFERS by queues */
    uint32_t preemptions; /* explored exhaustively up to so many, in the bounded run */
    struct op setup[OPS_MAX];
    struct op fibers[FIBERS_MAX][OPS_MAX]; /* up to the first fiber without any */
};

extern const struct program programs[];
extern const size_t program_count;

const struct program *program_find(const char *name);
uint32_t program_fibers(const struct program *program);

#endif
