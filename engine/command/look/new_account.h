/* new_account.h - creates an account with a name: the ledger and the book each get their part. */
#ifndef QUIPU_COMMAND_LOOK_NEW_ACCOUNT_H
#define QUIPU_COMMAND_LOOK_NEW_ACCOUNT_H

#include "command/book/book.h"
#include "command/common/exit_code.h"
#include "quipu/quipu.h"

/* Ids of new accounts begin here. */
#define NEW_ACCOUNT_FIRST 1001

struct new_account {
    const char *name;
    uint32_t ledger; /* 0: the only one of the book */
    uint16_t code;
    quipu_normal normal;
    bool is_limited;       /* its balance stays at or above zero */
    uint64_t timestamp;    /* of an imported one; 0: now */
    const char *directory; /* its book is written before the account is created, so that the same
                              command goes on where one that was killed ended; NULL: it is not */
};

/* Add its name to the book, and create it under the next free id, or under the id that the book has
 * for this name. Nothing happens to an account of this name that is there. Complains unless it
 * returns COMMAND_FINE. */
enum command_exit new_account(quipu_ledger *ledger, struct book *book,
                              const struct new_account *wanted, quipu_uint128 *id);

/* The same in the ledger of a directory. */
enum command_exit new_account_in(const char *directory, struct book *book,
                                 const struct new_account *wanted, quipu_uint128 *id);

#endif
