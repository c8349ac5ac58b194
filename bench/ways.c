/* ways.c - `bench_ways WAY COUNT IN_FLIGHT BATCH SECONDS [FOLDER]`: the same withdrawals, made in
 * the ways of docs/concurrency.md, as a line of JSON.
 *
 *   threads    COUNT threads, each in a plain call (IN_FLIGHT is 1)
 *   loops      COUNT event loops, each with IN_FLIGHT submits of a queue
 *   pool       COUNT workers, the same, without a loop
 *   processes  COUNT processes of IN_FLIGHT threads, each with a handle of a daemon
 *   clock      a thread that only reads the clock
 *
 * In memory, or kept in FOLDER/ways, of which the files are removed. All must be posted, and the
 * tills must hold what was withdrawn: otherwise there is no figure, and the exit code is 1. */
#define _DEFAULT_SOURCE 1
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ways.h"

static const struct {
    const char *name;
    void (*run)(const struct ways_plan *plan, struct ways_figures *figures);
} ways[] = {
    {"threads", ways_threads},     {"loops", ways_loops}, {"pool", ways_pool},
    {"processes", ways_processes}, {"clock", ways_clock},
};

static void sweep(const char *path)
{
    const struct dirent *entry;
    DIR *directory = opendir(path);

    if (directory == NULL) return;
    while ((entry = readdir(directory)) != NULL)
        (void)unlinkat(dirfd(directory), entry->d_name, 0);
    (void)closedir(directory);
    (void)rmdir(path);
}

static void print(const char *way, const struct ways_plan *plan, const struct ways_figures *figures)
{
    const struct ways_turns *turns = &figures->turns;

    (void)printf("{\"way\": \"%s\", \"count\": %u, \"in_flight\": %u, \"batch\": %u, "
                 "\"durable\": %s, \"withdrawals\": %llu, \"withdrawals_per_second\": %.0f",
                 way, plan->count, plan->in_flight, plan->batch,
                 plan->path != NULL ? "true" : "false", (unsigned long long)figures->withdrawals,
                 (double)figures->withdrawals / (double)figures->ns * 1e9);
    if (turns->count > 0) {
        (void)printf(", \"turns\": %llu, \"turn_p50_ns\": %llu, \"turn_p999_ns\": %llu, "
                     "\"turn_longest_ns\": %llu, \"turn_longest_cpu_ns\": %llu, "
                     "\"turn_longest_faults\": %llu, \"turn_longest_switches\": %llu",
                     (unsigned long long)turns->count, (unsigned long long)turns->p50_ns,
                     (unsigned long long)turns->p999_ns, (unsigned long long)turns->longest_ns,
                     (unsigned long long)turns->longest_cpu_ns,
                     (unsigned long long)turns->longest_faults,
                     (unsigned long long)turns->longest_switches);
    }
    (void)printf("}\n");
}

static unsigned read_count(const char *text, unsigned most)
{
    unsigned long count = strtoul(text, NULL, 10);

    if (count == 0 || count > most) ways_fail(WAYS_USAGE, text, "out of range");
    return (unsigned)count;
}

int main(int argc, char **argv)
{
    struct ways_figures figures = {0};
    struct ways_plan plan;
    static char path[4096];

    if (argc < 6 || argc > 7) {
        (void)fprintf(stderr, "usage: %s WAY COUNT IN_FLIGHT BATCH SECONDS [FOLDER]\n", argv[0]);
        return WAYS_USAGE;
    }
    plan = (struct ways_plan){.count = read_count(argv[2], 256),
                              .in_flight = read_count(argv[3], 1024),
                              .batch = read_count(argv[4], WAYS_BATCH_MAX),
                              .seconds = strtod(argv[5], NULL)};
    if (!(plan.seconds > 0)) ways_fail(WAYS_USAGE, argv[5], "no time");
    if (argc > 6) {
        (void)snprintf(path, sizeof path, "%s/ways", argv[6]);
        if (access(path, F_OK) == 0) ways_fail(WAYS_USAGE, path, "it is there");
        plan.path = path;
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(argv[1], ways[i].name) != 0) continue;
        ways[i].run(&plan, &figures);
        if (plan.path != NULL) sweep(plan.path);
        print(ways[i].name, &plan, &figures);
        return WAYS_FINE;
    }
    ways_fail(WAYS_USAGE, argv[1], "threads, loops, pool, processes, clock");
}
