/* durable.h - a ledger that is kept in a directory: opening it, closing it, what is wrong with it.
 * */
#ifndef QUIPU_API_DURABLE_H
#define QUIPU_API_DURABLE_H

#include "api/ledger.h"

/* Own the directory of options->path, fill the ledger's tables with what is kept there, and keep
 * what happens from here on. The tables are open and empty.
 *
 *   returns  QUIPU_OK  ledger->directory, log and store.journal are set
 *            otherwise as quipu_open(); nothing of it is left */
quipu_status quipui_durable_open(quipu_ledger *ledger, const quipu_options *options);

/* Look through a directory, as recovery would, and change nothing.
 *
 *   returns  as quipu_open() of it; *diagnosis says what is wrong */
quipu_status quipui_durable_check(const char *path, struct diagnosis *diagnosis);

/* The last frame is written, and the directory is nobody's. No call is in flight. */
quipu_status quipui_durable_close(quipu_ledger *ledger);

/* In a child of fork(): forget it, and touch no file. */
void quipui_durable_abandon(quipu_ledger *ledger);

#endif
