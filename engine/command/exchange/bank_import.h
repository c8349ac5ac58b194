/* bank_import.h - posts the rows of a bank's CSV file. */
#ifndef QUIPU_COMMAND_EXCHANGE_BANK_IMPORT_H
#define QUIPU_COMMAND_EXCHANGE_BANK_IMPORT_H

#include "command/exchange/bank_rules.h"
#include "command/look/view.h"

/* Post the rows of a file and report about it. The view is that of an open kept ledger whose book
 * is locked. */
enum command_exit bank_import(struct view *view, const struct bank_rules *rules, const char *path);

#endif
