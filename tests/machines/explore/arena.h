/* arena.h - all memory of a ledger in one place, so that a schedule is undone by copying it back.
 *
 * Stands for engine/base/memory.c. Small objects are taken from one end and not used again before
 * the next schedule; what is given back is filled with a pattern, so that a use after it shows. */
#ifndef EXPLORE_ARENA_H
#define EXPLORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define ARENA_BYTES ((size_t)64 << 20)

/* Empty; forgets what was kept. */
void arena_open(void);

/* Keep all that is there now, to come back to it. Returns false if memory runs out. */
bool arena_keep(void);
void arena_restore(void);

enum { OF_SECTIONS, OF_CLOCK, OF_CALLS, OF_LOG };

/* Addresses of the arena that no object has: for what is not in memory, like a read section. */
const volatile void *arena_nowhere(size_t which);

/* How far into the arena, or ARENA_BYTES: it is elsewhere (a stack). */
size_t arena_offset(const volatile void *address);

#endif
