/* strategy.h - ways to choose which fiber runs next.
 *
 *   random      at each step another fiber with a probability that is drawn per schedule
 *   pct         Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding
 *               bugs" (2010): random priorities, the highest runs; at d - 1 random steps the
 *               fiber that runs falls to the lowest
 *   exhaustive  every schedule with at most so many preemptions (Musuvathi and Qadeer, "Iterative
 *               context bounding", 2007), at the steps that matter; a switch from a fiber that
 *               waits or has ended is free
 *   replay      the switches that are given */
#ifndef EXPLORE_STRATEGY_H
#define EXPLORE_STRATEGY_H

#include "machines/explore/scheduler.h"

/* What `random` and `pct` do depends on the seed alone; steps is about how long a schedule is. */
void strategy_random(uint64_t seed);
void strategy_pct(uint64_t seed, uint32_t fibers, uint32_t steps);
uint32_t choose_random(const struct question *question);
uint32_t choose_pct(const struct question *question);

/* Begin with no preemption; next: is there a schedule left? */
void strategy_exhaustive(uint32_t preemptions);
bool strategy_next(void);
uint32_t choose_exhaustive(const struct question *question);

/* Those switches and no other; what does not fit is passed over. */
void strategy_replay(const struct switch_at *switches, size_t count);
uint32_t choose_replay(const struct question *question);

#endif
