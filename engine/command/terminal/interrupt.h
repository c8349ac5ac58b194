/* interrupt.h - Ctrl-C ends a long command at its next step, so that it can say what it has. */
#ifndef QUIPU_COMMAND_TERMINAL_INTERRUPT_H
#define QUIPU_COMMAND_TERMINAL_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/* From now on SIGINT and SIGTERM only make interrupt_came() true, in this thread and in those that
 * it starts. */
void interrupt_begin(void);

/* Has one of them come? Waits for it so long. It is true once for each that came. */
bool interrupt_came(uint64_t wait_ns);

#endif
