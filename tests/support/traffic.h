/* traffic.h - what many threads do to few accounts: transfers, holds, posts, voids, chains.
 *
 * Accounts 1 and 2 have no limit, the others may not be overdrawn, odd ones as debit accounts and
 * even ones as credit accounts; so most of what can be refused is refused at times. */
#ifndef QUIPU_TESTS_TRAFFIC_H
#define QUIPU_TESTS_TRAFFIC_H

#include "support/ledger.h"
#include "support/meanwhile.h"
#include "support/threads.h"

struct traffic {
    quipu_ledger *ledger;
    unsigned accounts; /* 1..accounts */
    unsigned batches;  /* per writer; more while somebody is awaited */
    uint32_t timeout;  /* of holds, in seconds; 0: none */
    uint64_t seed;

    /* shared */
    uint64_t next_id;
    uint64_t writers; /* that are not done yet */
    uint64_t awaited; /* onlookers that have not seen enough of them */
    uint64_t created, refused;
    uint64_t newest;       /* timestamp of any event whose call has returned */
    uint64_t out_of_order; /* events with a smaller one, though they began later */
    uint64_t failed_calls;
};

/* A ledger with these accounts. */
void traffic_open(struct traffic *traffic, quipu_protocol protocol, unsigned accounts,
                  uint64_t *clock);
void traffic_close(struct traffic *traffic);

/* The same in a directory; and only the ledger, which has its accounts. */
void traffic_open_at(struct traffic *traffic, quipu_protocol protocol, unsigned accounts,
                     uint64_t *clock, const char *path);
void traffic_open_again(struct traffic *traffic, quipu_protocol protocol, uint64_t *clock,
                        const char *path);

/* The body of a writer; `writers` says beforehand how many there are. */
void traffic_write(struct traffic *traffic, unsigned index);

static inline bool traffic_goes_on(struct traffic *traffic)
{
    return shared_read(&traffic->writers) > 0;
}

/* The calls worked, much was created, something refused, in real time's order: NULL or why not. */
const char *traffic_verdict(const struct traffic *traffic);

#endif
