/* statement_run.h - does what a statement says, and prints the answer. */
#ifndef QUIPU_COMMAND_SHELL_STATEMENT_RUN_H
#define QUIPU_COMMAND_SHELL_STATEMENT_RUN_H

#include "command/shell/session.h"

/* Complains unless it returns COMMAND_FINE. COMMAND_REFUSED: the ledger refused an object, or has
 * not what was looked up. */
enum command_exit statement_run(struct session *session, const struct statement *statement);

/* The parts: new records, records by their ids, records by filters. */
enum command_exit statement_create(struct session *session, const struct statement *statement);
enum command_exit statement_lookup(struct session *session, const struct statement *statement);
enum command_exit statement_find(struct session *session, const struct statement *statement);

/* The rows of records. */
void answer_account(struct session *session, const quipu_account *account);
void answer_transfer(struct session *session, const quipu_transfer *transfer);
void answer_begin(struct session *session, bool of_accounts);

/* Print what is left of the answer. */
enum command_exit answer_end(struct session *session);

#endif
