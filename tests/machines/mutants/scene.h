/* scene.h - small stages on which a mutant must give itself away; plain C, no test framework.
 *
 * A scene is one round: it opens a ledger, has a few threads work on it, and checks what it was
 * promised. driver.c repeats it until its time is up. The first broken promise ends the program:
 *
 *   broken: CHECK: what was seen */
#ifndef QUIPU_TESTS_MACHINES_MUTANTS_SCENE_H
#define QUIPU_TESTS_MACHINES_MUTANTS_SCENE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "quipu/quipu.h"

#define SECOND UINT64_C(1000000000)
#define NOON (UINT64_C(1700000000) * SECOND)

struct scene {
    quipu_protocol protocol;
    uint64_t seed; /* of this round */

    /* of this round: scene_open() clears the rest */
    quipu_ledger *ledger;
    uint64_t now; /* the ledger's clock, if it has one of ours */
    unsigned (*work)(struct scene *, unsigned index);
    unsigned writers;
    _Atomic unsigned waiting, meeting; /* threads that have not started, or not met */
    _Atomic unsigned writing;          /* writers that are not done */
    _Atomic unsigned frontier;         /* see scene_next() */
    uint64_t created;
};

/* What was promised did not come true. */
_Noreturn void broken(const char *check, const char *text, ...)
    __attribute__((format(printf, 2, 3)));
#define promise(check, claim)                                                                      \
    ((claim) ? (void)0 : broken((check), "%s:%d: %s", __FILE__, __LINE__, #claim))

enum opening { SCENE_PLAIN, SCENE_OWN_CLOCK, SCENE_PREFAULTED };
void scene_open(struct scene *scene, enum opening how);
void scene_close(struct scene *scene);

/* For threads that all do the same things, 0, 1, 2, ..., so that they meet at each however they are
 * scheduled: `done` is done, what is next? Start with what is next to nothing. */
#define NOTHING (~0u)
unsigned scene_next(struct scene *scene, unsigned done);

/* A scene that does not go on for this long hangs: of the clock, a round takes a second at most
 * where its threads do not take turns. */
#define HANGS_AFTER_SECONDS 20
void scene_watch(void);

/* All threads meet, once. It orders nothing. */
void scene_meet(struct scene *scene);

/* Threads 0..writers-1 write, those up to `threads` read while writers run, from when all have
 * started; returns when all are done. The sum of what they return becomes `created`. */
void scene_play(struct scene *scene, unsigned writers, unsigned threads,
                unsigned (*work)(struct scene *, unsigned index));

static inline bool scene_goes_on(struct scene *scene)
{
    return atomic_load_explicit(&scene->writing, memory_order_relaxed) > 0;
}

/* Accounts first..first+count-1 of ledger 1; transfers between them. */
void make_accounts(struct scene *scene, quipu_uint128 first, unsigned count, uint16_t flags);
quipu_transfer a_transfer(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                          quipu_uint128 amount, uint16_t flags);
uint32_t post(struct scene *scene, quipu_transfer transfer);
void post_all(struct scene *scene, const quipu_transfer *transfers, size_t count,
              quipu_result *results);
quipu_account read_account(struct scene *scene, quipu_uint128 id, uint64_t *version);

/* Debits and credits of accounts first..first+count-1 are each `sum`: check `conservation`. */
void check_sums(struct scene *scene, quipu_uint128 first, unsigned count, quipu_uint128 sum);

/* Nothing is pending on them: check `reserved`. */
void check_nothing_pending(struct scene *scene, quipu_uint128 first, unsigned count);

/* Versions n, n - 1, ..., 2 along the account's strand, and n is its own: check `history`. Their
 * timestamps fall: check `order`. */
void check_history(struct scene *scene, quipu_uint128 id);

#endif
