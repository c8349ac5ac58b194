/* plain.h - a transfer by itself between two accounts, without holds: the shape of most.
 *
 * write/ prepares many of them, then the protocol makes them take effect one by one, in order. Each
 * is a unit of one leg that is never built: the compiler knows its counts. */
#ifndef QUIPU_PROTOCOL_PLAIN_H
#define QUIPU_PROTOCOL_PLAIN_H

#include "protocol/arrivals.h"
#include "protocol/unit.h"

/* So many are prepared together, at most. */
#define PLAINS_MAX 32

struct plain {
    const quipu_transfer *event;
    struct slot *debit, *credit;
    uint64_t place;     /* of its record, which has its id; the id is claimed */
    uint64_t timestamp; /* of its result: another when it was drawn again, or its id exists */
    uint32_t outcome;   /* QUIPU_CREATED before: run it */
};

/* May it take effect together with others, where threads meet? */
static inline bool plain_may_join(const struct plain *plain)
{
    return plain->outcome == QUIPU_CREATED && rules_is_ordinary(plain->event);
}

/* A run of events that are ordinary (rules_is_ordinary()), most likely, on the straight path. */
struct straight {
    struct store *store;
    struct worker *worker; /* it has a place for each in its hands */
    struct arrivals *arrivals;
    quipu_result *results; /* of all events of the call */
    uint64_t timestamp;    /* of event 0 */
    unsigned draws;        /* how often it was drawn again */
    size_t next, end;
    struct plain *claimed; /* event `next`, if its id is claimed */
};

enum straight_end {
    STRAIGHT_THROUGH,   /* all are created */
    STRAIGHT_UNTOUCHED, /* but event `next` and those behind it, for which nothing was done */
    STRAIGHT_CLAIMED,   /* the same, but the id of event `next` is claimed */
    STRAIGHT_UNFOUND,   /* the same; an account is not where it was guessed to be */
    STRAIGHT_BUSY       /* its id is claimed; another thread has one of its accounts locked */
};

/* Where two threads have met at an account they most likely meet again. So for this many runs all
 * plain transfers are prepared together, and take effect by `run_crowd` of the protocol. */
#define CROWDED_RUNS 8

/* They have met if a run that draws its timestamps anew is too late again, so often. (One draw is
 * usual: the call began some time ago.) */
#define CROWDED_DRAWS 4

/* What changes about both its accounts. */
struct sides {
    struct account_state debit, credit;
};

static inline struct unit plain_unit(const struct plain *plain, struct single *single)
{
    struct unit unit = unit_in_single(single);
    bool crossed = plain->credit < plain->debit;

    single->leg = (struct leg){
        .event = plain->event,
        .place = plain->place,
        .timestamp = plain->timestamp,
        .verdict = QUIPU_CREATED,
        .debit = crossed,
        .credit = !crossed,
        .view = NOT_FOUND,
        .twin = NOT_FOUND,
        .claimed = true,
    };
    single->copies[0].slot = crossed ? plain->credit : plain->debit;
    single->copies[1].slot = crossed ? plain->debit : plain->credit;
    single->copies[0].expected = single->copies[1].expected = 0;
    unit.copy_count = 2;
    return unit;
}

#endif
