/* dump.h - a ledger as statements that make it anew, in an empty one.
 *
 * Accounts and transfers come as imports, in the order in which they happened, with their times; so
 * totals, versions and open holds are the same. Amounts are minor units. What an import cannot
 * have:
 *
 *   time-outs   an open hold comes without its time-out; one that expired is left out
 *   failed ids  ids of refused transfers, and names, are left out
 *   balancing   a transfer comes with the amount that it moved, and the flag does not change it */
#ifndef QUIPU_COMMAND_SHELL_DUMP_H
#define QUIPU_COMMAND_SHELL_DUMP_H

#include <stdio.h>

#include "command/look/view.h"

/* A failed write is seen when the stream is flushed. Complains unless it returns COMMAND_FINE;
 * COMMAND_REFUSED: it is written, and not the same in what the complaint says. */
enum command_exit dump_write(struct view *view, FILE *out);

#endif
