/* fork.h - what becomes of us when the host forks.
 *
 * A child has the forking thread, and a copy of all memory as it was at that moment: what another
 * thread was in the middle of stays half done for good. So whoever has something that can be half
 * done joins, and is told in the child, before any other thread can be there.
 *
 *   F1  a grace period in the child does not wait for the parent's threads (grace.h, G3)
 *   F2  fork() waits for a grace period that is running, so a read section must not fork */
#ifndef QUIPU_BASE_FORK_H
#define QUIPU_BASE_FORK_H

#include <stdbool.h>
#include <stdint.h>

struct fork_member {
    void (*forked)(struct fork_member *member); /* in the child; takes no lock */
    struct fork_member *next, *previous;
};

/* Have the handlers run from now on. Returns false if memory runs out. */
bool quipui_fork_watch(void);

/* After quipui_fork_watch(). */
void quipui_fork_join(struct fork_member *member);
void quipui_fork_leave(struct fork_member *member);

/* How often this process, and those it comes from, forked; once quipui_fork_watch() was called. */
uint64_t quipui_fork_generation(void);

#endif
