/* faults.h - a fiber stops at each step of its calls: who waits for it, and where? */
#ifndef EXPLORE_FAULTS_H
#define EXPLORE_FAULTS_H

#include <stdio.h>

#include "explore/play.h"

/* Stop fiber 0 at each of its steps, run the others, then let it go on. False: the others went
 * round without end, or it did not end well when it went on, or someone waited who must not. */
bool faults(struct stage *stage, const char *protocol, FILE *to);

#endif
