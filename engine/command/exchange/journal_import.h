/* journal_import.h - posts the transactions of a journal of hledger or beancount. */
#ifndef QUIPU_COMMAND_EXCHANGE_JOURNAL_IMPORT_H
#define QUIPU_COMMAND_EXCHANGE_JOURNAL_IMPORT_H

#include "command/look/view.h"

/* Post them and report about it. The view is that of an open kept ledger whose book is locked. */
enum command_exit journal_import(struct view *view, const char *path);

#endif
