/* patience.h - waiting for something that others do, by looking again and again.
 *
 * A wait ends after half a minute, for then it will not come. And it ends when the user wants the
 * command to: the signals for that are blocked while servers run (patience_block()), and looked
 * for here, so that all that was started is ended before the signal ends the command. */
#ifndef QUIPU_COMMAND_LOCKS_PATIENCE_H
#define QUIPU_COMMAND_LOCKS_PATIENCE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define PATIENCE_LOOKS 6000
#define PATIENCE_REST_NS 5000000

struct patience {
    uint32_t looks;
    bool interrupted;
};

static inline void patience_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGHUP);
}

/* Block them; *before is for pthread_sigmask() afterwards, which lets one that came end us. */
static inline void patience_block(sigset_t *before)
{
    sigset_t signals;

    patience_signals(&signals);
    (void)pthread_sigmask(SIG_BLOCK, &signals, before);
}

/* One that the command was started to ignore, as by nohup, does not count. */
static inline bool patience_interrupted(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    sigset_t pending;

    if (sigpending(&pending) != 0) return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (sigismember(&pending, ends[i]) == 1 && sigaction(ends[i], NULL, &action) == 0 &&
            action.sa_handler != SIG_IGN)
            return true;
    }
    return false;
}

static inline struct patience patience_begin(void)
{
    return (struct patience){0};
}

/* Rest, except before the first look. Returns false if patience is over. */
static inline bool patience_wait(struct patience *patience)
{
    const struct timespec rest = {.tv_nsec = PATIENCE_REST_NS};

    patience->interrupted = patience_interrupted();
    if (patience->interrupted || patience->looks == PATIENCE_LOOKS) return false;
    if (patience->looks++ > 0) (void)nanosleep(&rest, NULL);
    return true;
}

static inline const char *patience_problem(const struct patience *patience)
{
    return patience->interrupted ? "interrupted" : "no answer for half a minute";
}

#endif
