/* faults.h - a fiber stops at each step of its calls: who waits for it, and where?
 *
 * What docs/protocols.md says under "Who waits for whom" is held against it: in which functions of
 * the engine somebody may wait for who is stopped. */
#ifndef EXPLORE_FAULTS_H
#define EXPLORE_FAULTS_H

#include <stdio.h>

#include "machines/explore/play.h"

/* Each fiber in turn: it begins, stops at each of its steps, the others run; then it goes on.
 * False: the others went round without end, or somebody waited where he must not, or it did not
 * end well when the one that was stopped went on. */
bool faults(struct stage *stage, quipu_protocol protocol, const char *name, FILE *to);

#endif
