/* peer.h - what a contender must do to be measured: keep accounts, post transfers, know them again.
 *
 * The limit, Quipu's protocols and every peer stand behind these few calls, so that the workload,
 * the clock and the checks are written once (drive.c).
 *
 *   P1  a transfer is posted whole or not at all, and kept under its id: the same id again
 *       is answered QUIPU_CREATE_TRANSFER_EXISTS, and nothing changes
 *   P2  a transfer that would take a debit account's debits over its credits is told
 *       QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS, and nothing changes
 *   P3  what post() and drain() have answered, balances() shows
 *
 * Every call that returns false has said why, by peer_fail(). */
#ifndef QUIPU_BENCH_PEER_H
#define QUIPU_BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/quipu.h"

/* What a store is opened for. */
struct peer_order {
    uint64_t account_count;
    uint64_t transfers_max; /* room for so many, of all threads */
    unsigned thread_count;
    const char *scratch; /* an empty folder, in memory unless `durable`; its owner removes it */
    bool durable;        /* what post() and drain() have answered outlives a loss of power */
};

struct peer_balance {
    uint64_t debits, credits;
};

/* A method keeps threads apart and has nothing else of an engine: no API, no rollback by hand, no
 * growth. It is shown for what it costs, and is no choice for a program that needs a store. */
enum peer_kind { PEER_LIMIT, PEER_QUIPU, PEER_ENGINE, PEER_METHOD };

struct peer {
    const char *name;
    const char *settings; /* in a line, for readers of the figures */
    const char *durable;  /* the same if it is durable; NULL: it cannot be */
    enum peer_kind kind;
    int variant;         /* its own affair */
    unsigned thread_max; /* 0: any */
    bool is_server;      /* other processes; sessions are connections */

    /* Transfers a call of post(), alone and with rivals: a transaction, for those that have them.
     * 0: whatever the batch is. */
    size_t unit_max[2];
    size_t durable_unit_max;

    bool (*open)(const struct peer *peer, const struct peer_order *order, void **store);
    void (*close)(void *store);

    /* One session a thread, used by that thread alone. */
    bool (*enter)(void *store, void **session);
    void (*leave)(void *session);

    /* Accounts that must not be overdrawn, each with `funds` credited. One session, at first. */
    bool (*load)(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds);

    /* Post these transfers; results[i].status answers events[i], now or once drain() returns. */
    bool (*post)(void *session, const quipu_transfer *events, size_t count, quipu_result *results);
    bool (*drain)(void *session); /* NULL: post() answers at once */

    bool (*balances)(void *session, const quipu_uint128 *ids, size_t count,
                     struct peer_balance *balances);
};

/* A program has some contenders, and a reason for each that it was built without. */
struct peer_absent {
    const char *name, *needs;
};

extern const struct peer *const peer_list[];           /* ends with NULL */
extern const struct peer_absent peer_list_of_absent[]; /* ends with a NULL name */

/* Say on stderr what went wrong and return false. */
bool peer_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

extern const struct peer peer_limit;
extern const struct peer peer_optimistic, peer_cas, peer_mutex, peer_rcu;

#endif
