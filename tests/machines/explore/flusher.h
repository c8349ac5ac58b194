/* flusher.h - the journal's thread as one of the fibers.
 *
 * Stands for engine/base/thread.c and engine/base/futex.c. A thread that the engine starts does not
 * run: the last fiber of the program does its work (flusher_run()). A fiber that sleeps goes on
 * when it is woken, not when the word is written: so a wake that is forgotten is a deadlock. A
 * sleep with a time-out is over when another fiber has written anything, or when no other can go
 * on. Outside of a schedule nobody else can wake the sleeper: there the flusher does one round. */
#ifndef EXPLORE_FLUSHER_H
#define EXPLORE_FLUSHER_H

#include "journal/journal_parts.h"

/* From here on a sleep outside of a schedule is one round of this journal; NULL: of none. */
void flusher_is(struct journal *journal);

/* The flusher's fiber: until flusher_stop(). */
void flusher_run(struct journal *journal);

/* Nothing comes any more: the flusher does its last round and ends. */
void flusher_stop(struct journal *journal);

#endif
