/* grace.h - read sections and grace periods: user-space RCU with expedited membarriers.
 *
 * What a reader finds inside a read section stays until the section ends. What was unlinked may be
 * given back after a grace period that began later.
 *
 *   G1  a thread joins before its first read section, and leaves when it ends. The host need not
 *       register it. Joining can fail; sections cannot
 *   G2  when a wait ends, each section that began before the wait has ended. A wait does not wait
 *       for sections that begin later
 *   G3  during a fork no grace period runs and no thread joins or leaves. In the child only the
 *       thread that forked has joined
 *
 * Not liburcu: each of its flavours needs memory where none may be had, and aborts without it (its
 * reader of a thread is in storage that a library loaded late allocates at the thread's first use).
 *
 * A thread must not wait for a grace period inside a section, or while it holds something that a
 * section waits for.
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
