/* quota.h - prints only the first complaints of a kind, and counts the rest: after some, a file of
 * a million bad rows has nothing new to say. */
#ifndef QUIPU_COMMAND_TERMINAL_QUOTA_H
#define QUIPU_COMMAND_TERMINAL_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#define QUOTA_MESSAGES 20

struct quota {
    uint64_t count;
};

/* Count a complaint. Returns true if it is to be printed. */
static inline bool quota_take(struct quota *quota)
{
    return quota->count++ < QUOTA_MESSAGES;
}

/* How many complaints were not printed. */
static inline uint64_t quota_rest(const struct quota *quota)
{
    return quota->count > QUOTA_MESSAGES ? quota->count - QUOTA_MESSAGES : 0;
}

#endif
