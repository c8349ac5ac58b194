/* ways.h - withdrawals, made by threads, by event loops, by a pool of workers, or by processes. */
#ifndef QUIPU_BENCH_WAYS_H
#define QUIPU_BENCH_WAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "command/common/seeded_random.h"
#include "quipu/quipu.h"

/* Each account has more than it can lose in a run. What is withdrawn goes to one of the tills. */
enum { WAYS_ACCOUNTS = 10000, WAYS_TILLS = 64, WAYS_BATCH_MAX = 100 };

/* More than any way makes: so much memory is at hand for each second of a run. */
enum { WAYS_A_SECOND = 20000000 };

/* How many of each there are, and how many calls each has under way. */
struct ways_plan {
    unsigned count, in_flight, batch;
    double seconds;
    const char *path; /* of a kept ledger; NULL: in memory */
};

/* How long the turns of loops took, from a wake-up to the next sleep. What a processor spent on one
 * contains what the host of a virtual machine took of it. */
struct ways_turns {
    uint64_t count;
    uint64_t p50_ns, p999_ns, longest_ns, longest_cpu_ns;
    uint64_t longest_faults, longest_switches; /* in the turn that used most of a processor */
};

struct ways_figures {
    uint64_t withdrawals, ns;
    struct ways_turns turns; /* of loops */
};

/* Say what is wrong, and end with this exit code. */
_Noreturn void ways_fail(int code, const char *what, const char *why);

enum { WAYS_FINE, WAYS_MONEY, WAYS_USAGE, WAYS_SYSTEM };

/* --- the bank: ways_bank.c --- */

quipu_ledger *ways_open(const struct ways_plan *plan);

/* Is `withdrawals` what the tills have got? Then close. */
void ways_close(quipu_ledger *ledger, uint64_t withdrawals);

/* One that withdraws, with a number of its own. */
struct ways_client {
    struct random random;
    uint64_t number, drawn;
};

void ways_begin(struct ways_client *client, uint64_t number);
void ways_draw(struct ways_client *client, quipu_transfer *transfers, unsigned count);

/* All must have been posted. */
void ways_check(quipu_status status, const quipu_result *results, unsigned count);

/* --- turns: ways_clock.c --- */

/* What this thread has used of a processor. */
uint64_t ways_cpu_ns(void);

/* Sorts. `count` is not 0. */
void ways_rank(uint32_t *ns, uint64_t count, struct ways_turns *turns);

/* --- the ways --- */

/* Plain calls until the time is over; one at a time. Returns how many withdrawals. */
uint64_t ways_call(quipu_ledger *ledger, const struct ways_plan *plan, uint64_t number,
                   uint64_t ends);

void ways_threads(const struct ways_plan *plan, struct ways_figures *figures);
void ways_loops(const struct ways_plan *plan, struct ways_figures *figures);
void ways_pool(const struct ways_plan *plan, struct ways_figures *figures);
void ways_processes(const struct ways_plan *plan, struct ways_figures *figures);
void ways_clock(const struct ways_plan *plan, struct ways_figures *figures);

#endif
