/* faults.h - a fiber stops at each step of its calls: which others wait for it, and where?
 *
 * This is compared with what docs/protocols.md says under "Who waits for whom": in which functions
 * of the engine a fiber may wait for one that is stopped. */
#ifndef EXPLORE_FAULTS_H
#define EXPLORE_FAULTS_H

#include <stdio.h>

#include "machines/explore/play.h"

/* Each fiber in turn: it begins, stops at each of its steps, the others run; then it goes on.
 * Returns false if the others retried without end, if a fiber waited where it must not, or if it
 * did not end well when the stopped one went on. */
bool faults(struct stage *stage, quipu_protocol protocol, const char *name, FILE *to);

#endif
