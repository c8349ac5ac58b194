/* workload.c - draws accounts, before the calls that are timed.
 *
 * Zipf's exponent is 0.99 = 1 - 1/100, so hundredth powers and roots are all that it takes. */
#include "command/measure/workload.h"

/* A prime above the number of accounts: rank times this, modulo accounts, gives each account
 * once. */
#define SCATTER 2654435761u

const char *const distribution_names[DISTRIBUTION_COUNT] = {"uniform", "zipf", "hot"};

static double power_100(double x)
{
    double x4 = x * x * x * x, x8 = x4 * x4, x16 = x8 * x8, x32 = x16 * x16;

    return x32 * x32 * x32 * x4;
}

/* By Newton's method, from the root of a number near x; 0 < x <= 1. */
static double root_100(double x, double near)
{
    for (int i = 0; i < 200; i++) {
        double next = near * (1 - (1 - x / power_100(near)) / 100);
        double step = next - near;

        near = next;
        if (step < 1e-15 && step > -1e-15) break;
    }
    return near;
}

void workload_make(struct workload *workload, enum distribution distribution,
                   uint64_t account_count)
{
    double first = 2 / (double)account_count, root = 1, zeta = 0;

    *workload = (struct workload){.distribution = distribution, .account_count = account_count};
    if (distribution != DISTRIBUTION_ZIPF) return;

    for (uint64_t rank = account_count; rank > 0;
         rank--) { /* small terms first: rounding loses less */
        double x = 1 / (double)rank;

        root = root_100(x, root);
        zeta += x / root;
    }
    workload->zeta = zeta;
    workload->second = 0.5 / root_100(0.5, 1);
    workload->eta = (1 - root_100(first, 1)) / (1 - (1 + workload->second) / zeta);
}

void workload_begin(struct workload_source *source, const struct workload *workload,
                    uint64_t number)
{
    *source = (struct workload_source){
        .workload = workload,
        .random = {random_mix(number + 1)}, /* a fixed seed: the same accounts in every run */
        .number = number,
    };
}

static uint64_t draw_zipf(const struct workload *workload, struct random *random)
{
    double u = random_fraction(random);
    double at = u * workload->zeta;
    uint64_t rank;

    if (at < 1) {
        rank = 0;
    } else if (at < 1 + workload->second) {
        rank = 1;
    } else {
        rank = (uint64_t)((double)workload->account_count *
                          power_100(workload->eta * u - workload->eta + 1));
    }
    return rank * SCATTER % workload->account_count;
}

static uint64_t draw(const struct workload *workload, struct random *random)
{
    return workload->distribution == DISTRIBUTION_ZIPF
               ? draw_zipf(workload, random)
               : random_below(random, workload->account_count);
}

static void draw_pair(const struct workload *workload, struct random *random, uint64_t *debit,
                      uint64_t *credit)
{
    *debit = draw(workload, random);
    *credit = draw(workload, random);
    if (workload->distribution == DISTRIBUTION_HOT) {
        if (random_next(random) >> 63) {
            *debit = 0;
        } else {
            *credit = 0;
        }
    }
    if (*debit == *credit) *debit = (*debit + 1) % workload->account_count;
}

void workload_fill(struct workload_source *source, quipu_transfer *transfers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t debit, credit, serial = source->number << 48 | ++source->count;

        draw_pair(source->workload, &source->random, &debit, &credit);
        transfers[i] = (quipu_transfer){
            .id = (quipu_uint128)random_mix(serial) << 64 | serial,
            .debit_account_id = workload_account_id(debit),
            .credit_account_id = workload_account_id(credit),
            .amount = 1 + (serial & 63),
            .ledger = 1,
            .code = 1,
        };
    }
}
