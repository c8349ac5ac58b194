/* twin_step.c - see twin_step.h. */
#include "support/twin_step.h"

enum { LARGEST = 40 };

void twin_step(struct twin *twin, struct generator *generator, int round)
{
    static quipu_account accounts[LARGEST];
    static quipu_transfer transfers[LARGEST];
    static quipu_result results[LARGEST];
    struct random *random = &generator->random;
    uint64_t base;
    size_t n;

    if (random_one_in(random, 4)) twin_pass(twin, SECOND);
    if (random_one_in(random, 100)) twin_pass(twin, 100 * SECOND);
    base = twin->now + twin->step;
    if (round < 4 || random_one_in(random, 10)) {
        n = generator_accounts(generator, base, accounts, LARGEST);
        twin_accounts(twin, accounts, n, results);
        return;
    }
    n = generator_transfers(generator, base, transfers, LARGEST);
    twin_transfers(twin, transfers, n, results);
    generator_learn(generator, transfers, results, n);
}
