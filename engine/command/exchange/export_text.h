/* export_text.h - a ledger as a journal of hledger, ledger or beancount.
 *
 * Each transfer that moved money is a transaction of two postings; what is reserved is not in the
 * journal. Names that the other program would not read are changed: docs/journals.md says how. */
#ifndef QUIPU_COMMAND_EXCHANGE_EXPORT_TEXT_H
#define QUIPU_COMMAND_EXCHANGE_EXPORT_TEXT_H

#include <stdio.h>

#include "command/look/view.h"

enum export_form { EXPORT_HLEDGER, EXPORT_LEDGER, EXPORT_BEANCOUNT };

/* Write the transfers that the filters of a view let pass. A failed write is seen when the stream
 * is flushed. Complains unless it returns COMMAND_FINE. */
enum command_exit export_journal(struct view *view, enum export_form form, FILE *out);

#endif
