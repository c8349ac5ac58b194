/* generator.h - random batches over few accounts and few ids.
 *
 * Small enough that everything meets everything: ids come again, whole or changed; posts name
 * holds, plain transfers and nothing; chains break; accounts are closed, limited, full, foreign,
 * missing. Now and then a chain gives back a huge hold and takes the room. The same seed gives the
 * same batches as long as the ledger gives the same answers. */
#ifndef QUIPU_TESTS_GENERATOR_H
#define QUIPU_TESTS_GENERATOR_H

#include "quipu/quipu.h"
#include "support/random.h"

enum { GENERATOR_RECENT = 64, GENERATOR_ACCOUNTS = 14 };

struct recent {
    quipu_transfer events[GENERATOR_RECENT];
    size_t count; /* ever put in */
};

struct generator {
    struct random random;
    quipu_uint128 next_id, next_account_id;
    quipu_uint128 huge_set; /* the latest four accounts for huge amounts: huge.h */
    unsigned huge_left;     /* so many chains may still be drawn over it */
    struct recent asked, stored, holds;
};

void generator_start(struct generator *generator, uint64_t seed);

/* Fill events[] and say how many there are. `base` is the time of the first event. */
size_t generator_accounts(struct generator *generator, uint64_t base, quipu_account *events,
                          size_t capacity);
size_t generator_transfers(struct generator *generator, uint64_t base, quipu_transfer *events,
                           size_t capacity);

/* What became of them. */
void generator_learn(struct generator *generator, const quipu_transfer *events,
                     const quipu_result *results, size_t count);

/* An account that may exist; at times the youngest. */
quipu_uint128 generator_account_id(struct generator *generator);

#endif
