/* latency.h - how long calls took: percentiles of samples, and the longest of all.
 *
 * Each call is a sample until the array is full. From then on every second call is, then every
 * fourth, and so on, so that samples are spread evenly over the whole run. */
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

/* Returns false if memory runs out. */
bool latency_open(struct latency *latency, size_t capacity);
void latency_close(struct latency *latency);
void latency_add(struct latency *latency, uint64_t ns);

/* Add the samples of `others` to the first, and sort them. Returns false if memory runs out. */
bool latency_join(struct latency *first, const struct latency *others, size_t count);

/* The time that `share` (0 to 1) of the calls did not exceed. After latency_join(), and only if
 * there are samples. */
uint64_t latency_at(const struct latency *latency, double share);

#endif
