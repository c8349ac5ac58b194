/* prometheus.h - what `quipu stats` prints for Prometheus. */
#ifndef QUIPU_COMMAND_COMMANDS_PROMETHEUS_H
#define QUIPU_COMMAND_COMMANDS_PROMETHEUS_H

#include "quipu/connect.h"

/* Print a page in the text format of Prometheus, version 0.0.4. */
void prometheus_print(const quipu_daemon *daemon, const quipu_counters *counters);

#endif
