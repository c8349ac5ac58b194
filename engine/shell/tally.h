/* tally.h - how many events became what. */
#ifndef QUIPU_SHELL_TALLY_H
#define QUIPU_SHELL_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "flag.h"
#include "quipu/quipu.h"

/* All outcomes that the library has are below. */
#define TALLY_OUTCOMES 128

struct tally {
    uint64_t created;
    uint64_t other[TALLY_OUTCOMES]; /* by outcome */
    uint64_t unknown;
};

void tally_count(struct tally *tally, const quipu_result *results, size_t count);
void tally_add(struct tally *tally, const struct tally *more);

/* All that were not created. */
uint64_t tally_failures(const struct tally *tally);

#define TALLY_NAME_BYTES 80

/* The outcome in small letters, as documented: `exceeds_credits`. Returns `text`. */
const char *tally_outcome_name(enum record_kind kind, uint32_t outcome,
                               char text[static TALLY_NAME_BYTES]);

#endif
