/* quota.h - the first complaints of a kind, and then how many there were: a file of a million bad
 * rows has nothing new to say after some. */
#ifndef QUIPU_COMMAND_TERMINAL_QUOTA_H
#define QUIPU_COMMAND_TERMINAL_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#define QUOTA_MESSAGES 20

struct quota {
    uint64_t count;
};

/* May one more be said? It is counted either way. */
static inline bool quota_take(struct quota *quota)
{
    return quota->count++ < QUOTA_MESSAGES;
}

/* How many were not said. */
static inline uint64_t quota_rest(const struct quota *quota)
{
    return quota->count > QUOTA_MESSAGES ? quota->count - QUOTA_MESSAGES : 0;
}

#endif
