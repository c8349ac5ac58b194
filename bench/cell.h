/* cell.h - a measurement in a process of its own: it begins with a fresh heap, and what it leaks,
 * breaks or never ends is gone with it. */
#ifndef QUIPU_BENCH_CELL_H
#define QUIPU_BENCH_CELL_H

#include "drive.h"

/* As drive_measure(); plan->scratch is made and removed here. */
void cell_measure(const struct drive_plan *plan, struct drive_figures *figures);

#endif
