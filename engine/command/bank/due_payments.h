/* due_payments.h - card payments that wait to be posted or voided, by the day that this is due. */
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

/* Holds are due within days of when they are made: a list per day, reused in turn. */
#define HOLD_DAYS 4

struct holds {
    struct {
        struct hold *holds;
        size_t count, capacity, taken;
    } days[HOLD_DAYS];
};

/* Due 1 to HOLD_DAYS - 1 days from now. False: no memory. */
bool holds_add(struct holds *holds, const struct hold *hold);

/* The next one due this day, oldest first; false: no more. */
bool holds_take_due(struct holds *holds, uint64_t day, struct hold *hold);

void holds_free(struct holds *holds);

#endif
