/* outcome_tally.h - how many events became what. */
#ifndef QUIPU_COMMAND_LOAD_OUTCOME_TALLY_H
#define QUIPU_COMMAND_LOAD_OUTCOME_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/csv/flag_names.h"
#include "quipu/quipu.h"

/* Outcomes below TALLY_SHARED have the counter of their number; those that only Quipu has start at
 * TALLY_OURS and come behind. All that the library has are in either part. */
#define TALLY_SHARED 128
#define TALLY_OURS 0x10000
#define TALLY_OUTCOMES (TALLY_SHARED + 16)

struct tally {
    uint64_t created;
    uint64_t other[TALLY_OUTCOMES]; /* of tally_outcome() */
    uint64_t unknown;
};

/* Its counter, or TALLY_OUTCOMES or more: it has none. */
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

/* All that were not created. */
uint64_t tally_failures(const struct tally *tally);

/* Is this an event that came to nothing? `exists` is not: it was created before. */
bool tally_is_refusal(enum record_kind kind, uint32_t outcome);

/* All that were refused. */
uint64_t tally_refusals(enum record_kind kind, const struct tally *tally);

#define TALLY_NAME_BYTES 80

/* The outcome in small letters, as documented: `exceeds_credits`. Returns `text`. */
const char *tally_outcome_name(enum record_kind kind, uint32_t outcome,
                               char text[static TALLY_NAME_BYTES]);

#endif
