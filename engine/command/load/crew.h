/* crew.h - threads that put transfers into a ledger, a window at a time.
 *
 * The caller may fill the next window while the crew works on this one. */
#ifndef QUIPU_COMMAND_LOAD_CREW_H
#define QUIPU_COMMAND_LOAD_CREW_H

#include <stddef.h>
#include <stdint.h>

#include "command/load/outcome_tally.h"
#include "command/load/row_window.h"
#include "quipu/quipu.h"

struct crew;

/* Returns NULL if memory or threads run out. */
struct crew *crew_start(quipu_ledger *ledger, size_t thread_count);

/* Begin a window. The one before must be done. The window belongs to the crew until crew_wait();
 * then it has the results of its records. */
quipu_status crew_begin(struct crew *crew, struct window *window);

/* Wait until the window is done. Returns the status of the first call that failed, in any
 * window. */
quipu_status crew_wait(struct crew *crew);

/* End the threads. Adds the outcomes of all transfers to *tally, and the time in which the crew had
 * work to *busy_ns. */
void crew_stop(struct crew *crew, struct tally *tally, uint64_t *busy_ns);

#endif
