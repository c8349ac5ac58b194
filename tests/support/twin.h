/* twin.h - a ledger and the reference model, given the same calls at the same times.
 *
 * Every call fails the test, naming the caller's line, if the two answer differently; so a test has
 * to state only what it is about. The clock stands still but for twin_pass() and the `step` that
 * passes before each call; a step larger than any batch makes the batch's base the clock itself.
 * A time-out that falls into a batch, and every commit, let some microseconds pass afterwards.
 *
 * A ledger that `may_run_short` of memory or room may answer so; then it must have done what it
 * says and nothing else. */
#ifndef QUIPU_TESTS_TWIN_H
#define QUIPU_TESTS_TWIN_H

#include "support/ledger.h"
#include "support/model.h"

struct twin {
    quipu_ledger *ledger;
    struct model *model;
    quipu_protocol protocol;
    uint64_t now, step; /* ns */
    uint64_t floor;     /* the clock must not go back behind it: see settle_clock() */
    bool may_run_short;
    int line;      /* of the test that called last */
    uint64_t seed; /* of a random test; 0: none */
};

void twin_open(struct twin *twin, int protocol_index);
/* The same with capacities of a test's own; 0: more than a test needs. */
void twin_open_small(struct twin *twin, int protocol_index, uint64_t accounts, uint64_t transfers,
                     uint64_t failed_ids);
void twin_close(struct twin *twin);             /* after a last audit */
const char *twin_name(const struct twin *twin); /* for messages: protocol and seed */
void twin_pass(struct twin *twin, uint64_t ns);

/* QUIPU_OK, or how it ran short. */
quipu_status twin_accounts_at(struct twin *twin, int line, const quipu_account *events,
                              size_t count, quipu_result *results);
quipu_status twin_transfers_at(struct twin *twin, int line, const quipu_transfer *events,
                               size_t count, quipu_result *results);
/* Under cas: UNSUPPORTED, and nothing is done. */
quipu_status twin_commit_at(struct twin *twin, int line, const quipu_expectation *expectations,
                            size_t expectation_count, const quipu_transfer *events, size_t count,
                            quipu_result *results, quipu_receipt *receipts);

/* One event, and what must become of it. */
void twin_account_at(struct twin *twin, int line, quipu_account event, uint32_t expected);
void twin_transfer_at(struct twin *twin, int line, quipu_transfer event, uint32_t expected);

/* Every account and its version; both, and every transfer, history, query and snapshot. */
void twin_audit_accounts_at(struct twin *twin, int line);
void twin_audit_at(struct twin *twin, int line);

/* What twin_audit_at() also does: the states of all holds, and reads by pages of every kind. */
void twin_audit_holds(struct twin *twin);
void twin_audit_pages(struct twin *twin);

#define twin_accounts(twin, ...) twin_accounts_at((twin), __LINE__, __VA_ARGS__)
#define twin_transfers(twin, ...) twin_transfers_at((twin), __LINE__, __VA_ARGS__)
#define twin_commit(twin, ...) twin_commit_at((twin), __LINE__, __VA_ARGS__)
#define twin_account(twin, ...) twin_account_at((twin), __LINE__, __VA_ARGS__)
#define twin_transfer(twin, ...) twin_transfer_at((twin), __LINE__, __VA_ARGS__)
#define twin_audit_accounts(twin) twin_audit_accounts_at((twin), __LINE__)
#define twin_audit(twin) twin_audit_at((twin), __LINE__)

/* The account as both have it now. */
quipu_account twin_look(struct twin *twin, quipu_uint128 id, uint64_t *version /* or NULL */);

#endif
