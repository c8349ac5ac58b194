/* twin_step.h - one call of random traffic on a twin. */
#ifndef QUIPU_TESTS_TWIN_STEP_H
#define QUIPU_TESTS_TWIN_STEP_H

#include "support/generator.h"
#include "support/twin.h"

/* Now and then some time passes; then come accounts, in the first four rounds and at times, or
 * transfers. */
void twin_step(struct twin *twin, struct generator *generator, int round);

#endif
