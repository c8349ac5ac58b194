/* cancel.h - Ctrl-C while a statement runs: the rest of its answer is left out. */
#ifndef QUIPU_COMMAND_SHELL_CANCEL_H
#define QUIPU_COMMAND_SHELL_CANCEL_H

#include <stdbool.h>

/* From now on SIGINT only makes cancel_came() true, in this thread and in those that it starts. */
void cancel_begin(void);

/* Has it come since the last call? */
bool cancel_came(void);

#endif
