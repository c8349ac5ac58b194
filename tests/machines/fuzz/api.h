/* api.h - one input as a session: calls made on a ledger and on the reference model.
 *
 * Accounts have ids 1..14, transfers 1..254, so that everything meets everything; one byte more and
 * it is an id that is none. Most bytes say something plain; rarer ones bring the odd. */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_API_H
#define QUIPU_TESTS_MACHINES_FUZZ_API_H

#include "machines/fuzz/bytes.h"
#include "support/twin.h"

enum { EVENTS_MAX = 256, ANSWERS_MAX = 16384 };

/* What a ledger said, call by call and event by event: the same under each protocol. */
struct answers {
    uint32_t all[ANSWERS_MAX];
    size_t count;
};

/* To be asked for again. */
struct last_batch {
    quipu_transfer events[EVENTS_MAX];
    size_t count;
};

struct session {
    struct twin twin;
    struct bytes bytes;
    struct answers *answers;
    struct last_batch last;
    uint64_t account_capacity, transfer_capacity, failed_id_capacity;
    uint64_t asked; /* transfers, ever: more are neither stored nor burnt */
    unsigned bulks;
    bool starved;   /* of memory or of places: protocols differ in what they need */
    bool committed; /* cas has not done it */
};

void answer(struct session *session, uint32_t status);

/* api_events.c: events out of bytes. */
quipu_uint128 read_account_id(unsigned nibble);
quipu_uint128 read_transfer_id(uint8_t byte);
size_t read_accounts(struct session *session, quipu_account *events);
size_t read_transfers(struct session *session, quipu_transfer *events);

/* api_reads.c: each reads the same of both and compares. */
void call_lookup_accounts(struct session *session);
void call_lookup_transfers(struct session *session);
void call_account_history(struct session *session);
void call_query(struct session *session);
void call_snapshot(struct session *session);

/* api_misuse.c: a call that makes no sense, and is told so. */
void call_misuse(struct session *session);

/* No allocation is refused between these two: what they enclose is the test's own. */
void faults_pause(void);
void faults_go_on(void);

/* Was the answer NO_MEMORY? Then an allocation was refused, and nothing is refused any more. */
bool faults_explain(struct session *session, quipu_status status);

#endif
