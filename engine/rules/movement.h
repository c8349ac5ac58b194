/* movement.h - what a stored transfer or an expiry moved, to be applied again, or taken back. */
#ifndef QUIPU_RULES_MOVEMENT_H
#define QUIPU_RULES_MOVEMENT_H

#include "rules/balance.h"

/* On each side alike: debits of one account, credits of the other. */
struct movement {
    quipu_uint128 reserved; /* pending grew by this */
    quipu_uint128 released; /* and shrank by this */
    quipu_uint128 posted;   /* posted grew by this */
};

/* What `stored` moved; `pending` is what it resolved, or NULL. */
struct movement quipui_rules_movement(const quipu_transfer *stored, const quipu_transfer *pending);

/* What the expiry of `pending` moved. */
struct movement quipui_rules_expiry_movement(const quipu_transfer *pending);

/* Apply it to the totals of one side of an account. */
static inline void rules_move(const struct movement *moved, quipu_uint128 *pending,
                              quipu_uint128 *posted)
{
    *pending += moved->reserved - moved->released;
    *posted += moved->posted;
}

/* Take it back. */
static inline void rules_move_back(const struct movement *moved, quipu_uint128 *pending,
                                   quipu_uint128 *posted)
{
    *pending -= moved->reserved - moved->released;
    *posted -= moved->posted;
}

#endif
