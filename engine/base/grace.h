/* grace.h - read sections and grace periods (liburcu, bulletproof flavour).
 *
 * What a reader found inside a read section stays until the section ends; what was unlinked may be
 * given back after a grace period that began later. The bulletproof flavour registers threads by
 * itself, as a library must: it cannot ask its host to.
 *
 * liburcu is not instrumented for ThreadSanitizer, so the promise "every section that began before
 * the wait has ended after it" is told to it here, and only here. Pointers are published and read
 * by our own verbs.
 *
 * Nobody may wait for a grace period inside a section, nor hold what a section waits for. */
#ifndef QUIPU_BASE_GRACE_H
#define QUIPU_BASE_GRACE_H

void quipui_grace_enter(void);
void quipui_grace_leave(void);
void quipui_grace_wait(void);

#endif
