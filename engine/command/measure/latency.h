/* latency.h - how long calls took: percentiles of a sample, and the longest of all.
 *
 * Every call is a sample until the array is full; then every second one of all, every fourth, and
 * so on, so that the sample stays even over the whole run. */
#ifndef QUIPU_COMMAND_MEASURE_LATENCY_H
#define QUIPU_COMMAND_MEASURE_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct latency {
    uint64_t *ns; /* NULL: not measured */
    size_t count, capacity;
    uint64_t calls, every;
    uint64_t longest_ns;
};

/* False: no memory. */
bool latency_open(struct latency *latency, size_t capacity);
void latency_close(struct latency *latency);
void latency_add(struct latency *latency, uint64_t ns);

/* Sort the samples of all of these into the first. False: no memory. */
bool latency_join(struct latency *first, const struct latency *others, size_t count);

/* The shortest time that `share` (0 to 1) of the calls did not exceed. Joined, and not empty. */
uint64_t latency_at(const struct latency *latency, double share);

#endif
