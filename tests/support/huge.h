/* huge.h - chains that give back a hold and take the room, with amounts near 2^127 and 2^128.
 *
 * A set is four accounts: two without a limit, one that must not be overdrawn, one whose credits
 * must not exceed its debits. Once such a chain is created, one of its totals is full or nearly so;
 * so a set serves a few chains, and then the next one is taken. */
#ifndef QUIPU_TESTS_HUGE_H
#define QUIPU_TESTS_HUGE_H

#include "quipu/quipu.h"
#include "support/random.h"

enum { HUGE_SET = 4, HUGE_SETUP = 2, HUGE_CHAIN_MAX = 4 };

/* Of the account `index` of a set. */
uint16_t huge_account_flags(unsigned index);

struct huge {
    quipu_uint128 first;   /* account of the set */
    quipu_uint128 subject; /* what is held is held there, and taken again */
    quipu_uint128 held;    /* the amount of the hold */
    quipu_uint128 hold;    /* its id */
    bool mirrored;         /* debits and credits have changed places */
    bool opens;            /* the chain opens the hold itself */
};

/* Draw a case. Its ids begin at *id, which is advanced. */
struct huge huge_draw(struct random *random, quipu_uint128 first, quipu_uint128 *id);

/* What comes before the chain: funds where there is a limit, and the hold. Returns how many, up to
 * HUGE_SETUP. `timeout`: of the hold, in seconds. */
size_t huge_setup(const struct huge *huge, quipu_uint128 *id, uint32_t timeout,
                  quipu_transfer *events);

/* The chain: a void, or a post of all or of a part, and then most of what there is room for. */
size_t huge_chain(const struct huge *huge, struct random *random, quipu_uint128 *id,
                  quipu_transfer *events);

/* A small amount from the same room. */
quipu_transfer huge_rival(const struct huge *huge, quipu_uint128 id, quipu_uint128 amount);

#endif
