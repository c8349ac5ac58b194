/* outcome_tally.h - counts events by outcome. */
#ifndef QUIPU_COMMAND_LOAD_OUTCOME_TALLY_H
#define QUIPU_COMMAND_LOAD_OUTCOME_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/csv/flag_names.h"
#include "quipu/quipu.h"

/* An outcome below TALLY_SHARED has the counter of its number. The outcomes that only Quipu has
 * start at TALLY_OURS; their counters follow. Every outcome of the library is in one of the two
 * parts. */
#define TALLY_SHARED 128
#define TALLY_OURS 0x10000
#define TALLY_OUTCOMES (TALLY_SHARED + 16)

struct tally {
    uint64_t created;
    uint64_t other[TALLY_OUTCOMES]; /* by counter */
    uint64_t unknown;
};

/* The counter of an outcome; TALLY_OUTCOMES or more: it has none. */
#define TALLY_COUNTER(outcome)                                                                     \
    ((outcome) < TALLY_SHARED ? (outcome)                                                          \
     : (outcome) < TALLY_OURS ? TALLY_OUTCOMES                                                     \
                              : (outcome)-TALLY_OURS + TALLY_SHARED)

/* The outcome that a counter counts. */
static inline uint32_t tally_outcome(uint32_t counter)
{
    return counter < TALLY_SHARED ? counter : counter - TALLY_SHARED + TALLY_OURS;
}

void tally_count(struct tally *tally, const quipu_result *results, size_t count);
void tally_add(struct tally *tally, const struct tally *more);

/* The number of events that were not created. */
uint64_t tally_failures(const struct tally *tally);

/* Is this a refusal? `exists` is none: the record was created before. */
bool tally_is_refusal(enum record_kind kind, uint32_t outcome);

/* The number of refusals. */
uint64_t tally_refusals(enum record_kind kind, const struct tally *tally);

#define TALLY_NAME_BYTES 80

/* Write the name of the outcome, as in docs/semantics.md: `exceeds_credits`. Returns `text`. */
const char *tally_outcome_name(enum record_kind kind, uint32_t outcome,
                               char text[static TALLY_NAME_BYTES]);

#endif
