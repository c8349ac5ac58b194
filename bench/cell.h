/* cell.h - a measurement in a process of its own: it begins with a fresh heap, and what it leaks,
 * breaks or never ends is gone with it. */
#ifndef QUIPU_BENCH_CELL_H
#define QUIPU_BENCH_CELL_H

#include "drive.h"

/* As drive_measure(); plan->scratch is made and removed here. Interrupted (SIGINT, SIGTERM) it ends
 * soon and tidies up, and from then on cell_interrupted() is true. */
void cell_measure(const struct drive_plan *plan, struct drive_figures *figures);

bool cell_interrupted(void);

#endif
