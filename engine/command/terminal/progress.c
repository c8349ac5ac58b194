/* progress.c - one line on standard error, rewritten in place; nothing unless that is a
 * terminal. */
#define _POSIX_C_SOURCE 200809L
#include "command/terminal/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "command/common/stopwatch.h"

#define QUIET_NS 2000000000u
#define PAUSE_NS 100000000u

void progress_begin(struct progress *progress, const char *what, uint64_t total)
{
    *progress = (struct progress){.what = what, .total = total, .started_ns = stopwatch_ns()};
    progress->shown_ns = progress->started_ns;
    progress->on_terminal = isatty(STDERR_FILENO) == 1;
}

void progress_tick(struct progress *progress, uint64_t done)
{
    if (!progress->on_terminal) return;

    uint64_t now = stopwatch_ns();

    if (now - progress->started_ns < QUIET_NS || now - progress->shown_ns < PAUSE_NS) return;
    progress->shown_ns = now;
    progress->shown = true;
    if (progress->total > 0) {
        (void)fprintf(stderr, "\r%s: %3.0f %%, %.0f s ", progress->what,
                      100 * (double)done / (double)progress->total,
                      stopwatch_seconds(now - progress->started_ns));
    } else if (done > 0) {
        (void)fprintf(stderr, "\r%s: %llu, %.0f s ", progress->what, (unsigned long long)done,
                      stopwatch_seconds(now - progress->started_ns));
    } else {
        (void)fprintf(stderr, "\r%s: %.0f s ", progress->what,
                      stopwatch_seconds(now - progress->started_ns));
    }
    (void)fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown) (void)fprintf(stderr, "\r%60s\r", "");
    progress->shown = false;
}
