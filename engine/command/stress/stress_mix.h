/* stress_mix.h - the operations of `quipu stress`, and how often each is drawn. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_MIX_H
#define QUIPU_COMMAND_STRESS_STRESS_MIX_H

#include <argtable2.h>
#include <stdbool.h>

#include "command/common/seeded_random.h"
#include "quipu/quipu.h"

/* Name, name for users, share, and whether cas refuses it. */
#define STRESS_MIX_MAP(X)                                                                          \
    X(TRANSFER, "transfer", 20, false)  /* one, with a receipt or without */                       \
    X(CHAIN, "chain", 12, false)        /* two to four legs */                                     \
    X(BATCH, "batch", 6, false)         /* several units in one call */                            \
    X(PENDING, "pending", 15, false)    /* hold, post or void; threads share ids */                \
    X(BALANCING, "balancing", 4, false) /* as much as there is */                                  \
    X(READ, "read", 12, false)          /* two accounts at once, or more */                        \
    X(SNAPSHOT, "snapshot", 3, true)    /* all of them */                                          \
    X(COMMIT, "commit", 12, true)       /* read two, then move between them if both are as read */ \
    X(SKEW, "skew", 8, true)            /* read two, move on one if the other is as read */        \
    X(DUPLICATE, "duplicate", 6, false) /* under an id that others use too */                      \
    X(CLOSING, "closing", 1, false)     /* close an account for the time between two calls */      \
    X(FIND, "find", 2, false)           /* transfers by their ids */

enum stress_kind {
#define X(name, text, share, refused_by_cas) STRESS_##name,
    STRESS_MIX_MAP(X)
#undef X
        STRESS_KIND_COUNT
};

/* All names, joined by ", ". */
const char *stress_mix_names(void);

struct stress_mix {
    unsigned shares[STRESS_KIND_COUNT], total;
    char text[128]; /* the names, joined by `,` */
};

/* Read the operations that the option names. If it is absent, take all that the protocol offers.
 * Returns false, with a complaint, if a name is wrong or the protocol refuses it. */
bool stress_mix_read(const struct arg_str *option, quipu_protocol protocol, struct stress_mix *mix);

enum stress_kind stress_mix_draw(const struct stress_mix *mix, struct random *random);

#endif
