/* latency.c - keeps samples, and drops every second one when they are too many. */
#include "command/measure/latency.h"

#include <stdlib.h>
#include <string.h>

bool latency_open(struct latency *latency, size_t capacity)
{
    *latency = (struct latency){
        .ns = malloc(capacity * sizeof *latency->ns), .capacity = capacity, .every = 1};
    return latency->ns != NULL;
}

void latency_close(struct latency *latency)
{
    free(latency->ns);
    latency->ns = NULL;
}

static void thin_out(struct latency *latency)
{
    latency->count /= 2;
    for (size_t i = 0; i < latency->count; i++)
        latency->ns[i] = latency->ns[2 * i];
    latency->every *= 2;
}

void latency_add(struct latency *latency, uint64_t ns)
{
    if (ns > latency->longest_ns) latency->longest_ns = ns;
    if (latency->calls++ % latency->every != 0) return;
    if (latency->count == latency->capacity) thin_out(latency);
    latency->ns[latency->count++] = ns;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

bool latency_join(struct latency *first, const struct latency *others, size_t count)
{
    size_t total = first->count;
    uint64_t *ns;

    for (size_t i = 0; i < count; i++)
        total += others[i].count;
    ns = realloc(first->ns, (total + 1) * sizeof *ns);
    if (ns == NULL) return false;
    first->ns = ns;
    for (size_t i = 0; i < count; i++) {
        memcpy(ns + first->count, others[i].ns, others[i].count * sizeof *ns);
        first->count += others[i].count;
        if (others[i].longest_ns > first->longest_ns) first->longest_ns = others[i].longest_ns;
    }
    qsort(ns, first->count, sizeof *ns, compare);
    return true;
}

uint64_t latency_at(const struct latency *latency, double share)
{
    size_t at = (size_t)(share * (double)latency->count);

    return latency->ns[at < latency->count ? at : latency->count - 1];
}
