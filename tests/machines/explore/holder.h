/* holder.h - a fiber that contends for a lease, and pays under it; and whether the fence held.
 *
 * Account 1 is the lease. What is paid goes through one account that all share, whose versions say
 * in which order the payments were accepted. */
#ifndef EXPLORE_HOLDER_H
#define EXPLORE_HOLDER_H

#include "machines/explore/program.h"
#include "quipu/lease.h"

struct stage;
struct tape;

#define PAYMENTS_MAX 4

struct holder {
    quipu_lease lease; /* as the last call left it: the token may be of long ago */
    uint64_t granted_at, paid_at[PAYMENTS_MAX];   /* scheduler's time: before the call that paid */
    uint64_t granted_token, tokens[PAYMENTS_MAX]; /* of those that were accepted */
    quipu_uint128 paid[PAYMENTS_MAX];
    size_t payment_count;
};

/* Play an operation. NULL, or what is wrong. */
const char *holder_acquire(struct stage *stage, struct holder *holder, struct tape *tape,
                           const struct op *op);
const char *holder_renew(struct stage *stage, struct holder *holder, struct tape *tape,
                         const struct op *op);
const char *holder_commit(struct stage *stage, struct holder *holder, struct tape *tape,
                          const struct op *op);

/* After all fibers: NULL, or what one of them was allowed against another. */
const char *judge_holder(struct stage *stage, uint32_t fiber);

#endif
