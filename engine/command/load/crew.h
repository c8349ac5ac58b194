/* crew.h - the threads that put transfers into a ledger, a window at a time.
 *
 * The caller may read the next window while the crew works on this one. */
#ifndef QUIPU_COMMAND_LOAD_CREW_H
#define QUIPU_COMMAND_LOAD_CREW_H

#include <stddef.h>
#include <stdint.h>

#include "command/load/outcome_tally.h"
#include "command/load/row_window.h"
#include "quipu/quipu.h"

struct crew;

/* NULL: no memory, or no threads. */
struct crew *crew_start(quipu_ledger *ledger, size_t thread_count);

/* Begin a window; the one before must be done. The window stays the crew's until crew_wait();
 * then its results say what became of its records. */
quipu_status crew_begin(struct crew *crew, struct window *window);

/* Wait until the window is done. The first status that was not OK, ever. */
quipu_status crew_wait(struct crew *crew);

/* End the threads. Adds what became of all transfers to *tally, and the time that the crew had work
 * to *busy_ns. */
void crew_stop(struct crew *crew, struct tally *tally, uint64_t *busy_ns);

#endif
