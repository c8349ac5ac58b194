/* grace.h - read sections and grace periods (liburcu, memb flavour).
 *
 * What a reader found inside a read section stays until the section ends; what was unlinked may be
 * given back after a grace period that began later.
 *
 *   G1  a thread joins before its first read section, by itself: a library cannot ask its host to
 *       register threads. Joining can fail; sections cannot. A thread that ends leaves by itself
 *   G2  a thread that the host has registered with liburcu's memb flavour is left to the host
 *   G3  around a fork no grace period runs and no thread joins or leaves; in the child only the
 *       thread that forked is still registered
 *
 * liburcu is not instrumented for ThreadSanitizer, so the promise "every section that began before
 * the wait has ended after it" is told to it here, and only here. Pointers are published and read
 * by our own verbs.
 *
 * Nobody may wait for a grace period inside a section, nor hold what a section waits for.
 * source: docs/adr/0012-nothing-beneath-aborts.md */
#ifndef QUIPU_BASE_GRACE_H
#define QUIPU_BASE_GRACE_H

#include <stdbool.h>

#include "base/atomic.h"

/* Plain: has this thread joined? */
extern _Thread_local bool quipui_grace_joined;

bool quipui_grace_join(void);

/* Make sure that this thread may enter read sections (G1); after quipui_fork_watch(). Returns false
 * if memory runs out. */
static inline bool grace_join(void)
{
    return quipui_grace_joined || quipui_grace_join();
}

void quipui_grace_enter(void);
void quipui_grace_leave(void);
void quipui_grace_wait(void);

/* For the handlers of fork() (G3). */
void quipui_grace_before_fork(void);
void quipui_grace_after_fork_in_parent(void);
void quipui_grace_after_fork_in_child(void);

#endif
