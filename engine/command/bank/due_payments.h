/* due_payments.h - card payments on hold, by the day on which they are to be posted or voided. */
#ifndef QUIPU_COMMAND_BANK_DUE_PAYMENTS_H
#define QUIPU_COMMAND_BANK_DUE_PAYMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hold {
    uint64_t transfer_id;
    uint64_t customer, merchant;
    uint64_t amount;
    uint64_t due_day;
};

/* A hold is due within HOLD_DAYS - 1 days, so the lists are reused in turn. */
#define HOLD_DAYS 4

struct holds {
    struct {
        struct hold *holds;
        size_t count, capacity, taken;
    } days[HOLD_DAYS];
};

/* Add a hold that is due in 1 to HOLD_DAYS - 1 days. Returns false if memory runs out. */
bool holds_add(struct holds *holds, const struct hold *hold);

/* Take the next hold that is due this day, the oldest first. Returns false if there is none
 * left. */
bool holds_take_due(struct holds *holds, uint64_t day, struct hold *hold);

void holds_free(struct holds *holds);

#endif
