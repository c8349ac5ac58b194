/* ways_clock.c - what the machine alone does to the turns of a loop: a thread that only reads the
 * clock, so many times a turn. Its long turns are the host's, or another program's. */
#include <stdlib.h>
#include <time.h>

#include "command/common/stopwatch.h"
#include "ways.h"

enum { READINGS_A_TURN = 1000, TURNS_MAX = 1 << 20 };

uint64_t ways_cpu_ns(void)
{
    struct timespec used;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used); /* cannot fail for this clock */
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

void ways_rank(uint32_t *ns, uint64_t count, struct ways_turns *turns)
{
    qsort(ns, count, sizeof *ns, by_size);
    turns->count = count;
    turns->p50_ns = ns[count / 2];
    turns->p999_ns = ns[count * 999 / 1000];
    turns->longest_ns = ns[count - 1];
}

void ways_clock(const struct ways_plan *plan, struct ways_figures *figures)
{
    uint32_t *turns_ns = calloc(TURNS_MAX, sizeof *turns_ns);
    uint64_t begun = stopwatch_ns(), now = begun, turns = 0;

    if (turns_ns == NULL) ways_fail(WAYS_SYSTEM, "turns", "no memory");
    while (turns < TURNS_MAX && (double)(now - begun) < plan->seconds * 1e9) {
        uint64_t turn = now, cpu = ways_cpu_ns();

        for (unsigned i = 0; i < READINGS_A_TURN; i++)
            now = stopwatch_ns();
        cpu = ways_cpu_ns() - cpu;
        if (cpu > figures->turns.longest_cpu_ns) figures->turns.longest_cpu_ns = cpu;
        turns_ns[turns++] = now - turn < UINT32_MAX ? (uint32_t)(now - turn) : UINT32_MAX;
    }
    figures->ns = now - begun;
    if (turns > 0) ways_rank(turns_ns, turns, &figures->turns);
    free(turns_ns);
}
