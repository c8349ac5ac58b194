/* progress.h - a sign of life on a terminal, for work that takes longer than two seconds. */
#ifndef QUIPU_COMMAND_TERMINAL_PROGRESS_H
#define QUIPU_COMMAND_TERMINAL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;
    uint64_t total; /* 0: unknown */
    uint64_t started_ns, shown_ns;
    bool on_terminal, shown;
};

void progress_begin(struct progress *progress, const char *what, uint64_t total);

/* Cheap enough to call often: it prints at most ten times a second. */
void progress_tick(struct progress *progress, uint64_t done);

/* Wipe the line. */
void progress_end(struct progress *progress);

#endif
