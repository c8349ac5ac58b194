/* stress_act.h - one operation of `quipu stress`, drawn from the mix. */
#ifndef QUIPU_COMMAND_STRESS_STRESS_ACT_H
#define QUIPU_COMMAND_STRESS_STRESS_ACT_H

#include "command/stress/stress_hand.h"

/* One call, or two that belong together; at most hand->calls_wanted on the tape. */
void stress_act(struct hand *hand);

#endif
