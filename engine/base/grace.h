/* grace.h - read sections and grace periods: user-space RCU with expedited membarriers.
 *
 * What a reader found inside a read section stays until the section ends; what was unlinked may be
 * given back after a grace period that began later.
 *
 *   G1  a thread joins before its first read section, by itself: a library cannot ask its host to
 *       register threads. Joining can fail; sections cannot. A thread that ends leaves by itself
 *   G2  a section that began before the wait did has ended when the wait ends. Sections that begin
 *       later are not waited for
 *   G3  around a fork no grace period runs and no thread joins or leaves; in the child only the
 *       thread that forked has joined
 *
 * Not liburcu: each of its flavours needs memory where none may be had, and aborts without it (its
 * reader of a thread is in storage that a library loaded late allocates at the thread's first use).
 *
 * Nobody may wait for a grace period inside a section, nor hold what a section waits for.
 * source: docs/adr/0012-nothing-beneath-aborts.md; M. Desnoyers et al., "User-Level Implementations
 * of Read-Copy Update" (2012), 4.3 */
#ifndef QUIPU_BASE_GRACE_H
#define QUIPU_BASE_GRACE_H

#include <stdbool.h>

#include "base/atomic.h"

/* Plain: has this thread joined? */
extern _Thread_local bool quipui_grace_joined;

bool quipui_grace_join(void);

/* Make sure that this thread may enter read sections (G1). Returns false if memory runs out. */
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
