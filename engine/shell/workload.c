/* workload.c - draws; what they cost is not measured. */
#include "workload.h"

#include <math.h>

#define ZIPF_EXPONENT 0.99

/* A prime above the number of accounts: rank times this, modulo accounts, meets each once. */
#define SCATTER 2654435761u

const char *distribution_name(enum distribution distribution)
{
    static const char *const names[DISTRIBUTION_COUNT] = {"uniform", "zipf", "hot"};

    return names[distribution];
}

void workload_make(struct workload *workload, enum distribution distribution,
                   uint64_t account_count)
{
    double n = (double)account_count;
    double zeta = 0;

    *workload = (struct workload){.distribution = distribution, .account_count = account_count};
    if (distribution != DISTRIBUTION_ZIPF) return;

    for (uint64_t rank = account_count; rank > 0; rank--) /* small ones first: less is lost */
        zeta += pow((double)rank, -ZIPF_EXPONENT);
    workload->zeta = zeta;
    workload->alpha = 1 / (1 - ZIPF_EXPONENT);
    workload->eta = (1 - pow(2 / n, 1 - ZIPF_EXPONENT)) / (1 - (1 + pow(2, -ZIPF_EXPONENT)) / zeta);
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
    } else if (at < 1 + pow(2, -ZIPF_EXPONENT)) {
        rank = 1;
    } else {
        rank = (uint64_t)((double)workload->account_count *
                          pow(workload->eta * u - workload->eta + 1, workload->alpha));
    }
    if (rank >= workload->account_count) rank = workload->account_count - 1; /* rounding */
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
