/* horizon.h - the timestamp below which everything is decided and visible.
 *
 * Transfers do not commit in the order of their timestamps: a call that draws first may commit
 * last. So each call that writes publishes a floor, and the horizon is the least of all floors.
 * Every transfer, expiry and new account with a smaller timestamp has taken effect, and a scan that
 * begins now finds it.
 *
 *   F1  a call publishes its floor before it draws its timestamps; later draws are only larger
 *   F2  a floor moves on, or is taken away, when all below it has taken effect and is settled
 *   F3  the horizon is computed from the clock's last timestamp, then the workers and their floors,
 *       then `earliest`, in this order. A call whose floor is missed draws after the clock was
 *       read, so its timestamps are larger than what was read
 *   F4  an expiry has the timestamp due - 1, which may lie below the floor of the call that makes
 *       it. So the horizon is at most earliest - 1, and `earliest` moves on only when the expiry
 *       has taken effect (D2)
 *   F5  a floor may be published late, from an old look at the clock. So a value may come out
 *       smaller than an earlier one. The earlier one is still true, so the largest is kept
 *   F6  an imported record has a timestamp of long ago. Its place in the order of changes is the
 *       timestamp that its own call drew for it, or later, behind what has expired since on its
 *       accounts (imports.h)
 *   F7  an import may take effect after an expiry that is due later than its draw. So an old look
 *       at the clock is repeated if something has expired that was due after it: a horizon that is
 *       above the import is above that expiry */
#ifndef QUIPU_RECORDS_HORIZON_H
#define QUIPU_RECORDS_HORIZON_H

#include "records/store.h"

/* A lower bound of the timestamps of all that has not taken effect yet, expiries apart: the clock,
 * then the floors (F3). */
uint64_t quipui_floor(struct store *store);

/* Compute the horizon. It never falls. This never waits. */
uint64_t quipui_horizon(struct store *store);

#endif
