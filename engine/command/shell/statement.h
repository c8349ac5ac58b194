/* statement.h - one statement, from its text: an operation and its objects.
 *
 *   create_transfers id=1 debit_account_id=2 credit_account_id=3 amount=12.50 ledger=700 code=10,
 *                    id=2 ...;
 *
 * A statement is read as a whole before anything is done with it. So one that is wrong changes
 * nothing. */
#ifndef QUIPU_COMMAND_SHELL_STATEMENT_H
#define QUIPU_COMMAND_SHELL_STATEMENT_H

#include "command/book/book.h"
#include "command/shell/operations.h"
#include "command/shell/tokens.h"

/* What names, amounts and absent fields mean. */
struct reading {
    const struct book *book;
    char mark;     /* between an amount and its decimals */
    bool in_minor; /* amounts are minor units, whichever scale the ledger has */

    /* The ledger of a transfer that names none: that of its accounts or of its hold; 0: there are
     * none. */
    uint32_t (*ledger_of)(void *context, const quipu_transfer *transfer);
    void *context;
};

struct statement {
    const struct operation *operation;
    struct place place;
    union object *objects;
    struct place *places; /* of the objects */
    size_t count, capacity, place_capacity;
};

/* Read a statement that ends with its semicolon. Returns false, with the fault, if it is wrong, or
 * if memory runs out. Give the statement to statement_free() in any case. */
bool statement_read(struct statement *statement, struct tokens tokens,
                    const struct reading *reading, struct shell_fault *fault);
void statement_free(struct statement *statement);

#endif
