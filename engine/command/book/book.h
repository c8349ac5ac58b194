/* book.h - the book of names of a kept ledger: what people call its ledgers, codes and accounts.
 *
 * It is a file beside those of the ledger, DIR/quipu.names; the library does not look at it.
 *
 * B1  A name belongs to one ledger, one code or one account. An account may have further names (an
 *     IBAN, a UUID). A name is no number, so that a number is always an id.
 * B2  The file is replaced as a whole: written aside, synced and renamed. A reader finds the old
 *     book or the new one.
 * B3  Two processes do not change it at once: a change begins with a lock on the directory.
 *
 * docs/book.md has the form of the file. */
#ifndef QUIPU_COMMAND_BOOK_BOOK_H
#define QUIPU_COMMAND_BOOK_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/book/name_index.h"
#include "command/common/exit_code.h"
#include "quipu/format.h"

#define BOOK_NAME_BYTES 256 /* with the zero byte */

/* A ledger or a code, with its name. */
struct book_number {
    uint32_t number;
    uint32_t scale; /* of a ledger: how many digits of an amount are decimals */
    char *name;
};

struct book_account {
    quipu_uint128 id;
    quipu_normal normal;
    char *name;
};

/* A further name. */
struct book_alias {
    char *name;
    uint32_t account; /* its place */
};

/* All zero is an empty book. */
struct book {
    struct book_number *ledgers, *codes;
    struct book_account *accounts;
    struct book_alias *aliases;
    size_t ledger_count, ledger_capacity, code_count, code_capacity;
    size_t account_count, account_capacity, alias_count, alias_capacity;
    struct name_index by_name, by_alias, by_id; /* accounts, aliases, accounts */
    int lock;                                   /* a descriptor less 1; 0: not locked */
    bool is_there;                              /* the file is, or the book was changed */
};

/* Read the book of the ledger in a directory; NULL: an empty one. A book that is not there is
 * empty. Complains unless it returns COMMAND_FINE; the book is empty then. */
enum command_exit book_read(struct book *book, const char *directory);

/* Lock the book and read it, to change it. */
enum command_exit book_begin(struct book *book, const char *directory);

/* Write a book that was changed. Complains unless it returns COMMAND_FINE. */
enum command_exit book_write(struct book *book, const char *directory);

/* Give back its memory, and the lock. */
void book_free(struct book *book);

/* --- finding --- */

const struct book_number *book_ledger(const struct book *book, uint32_t number);
const struct book_number *book_code(const struct book *book, uint32_t number);
const struct book_account *book_account(const struct book *book, quipu_uint128 id);

/* By a name; NULL: there is none. */
const struct book_number *book_ledger_named(const struct book *book, const char *name);
const struct book_number *book_code_named(const struct book *book, const char *name);
const struct book_account *book_account_named(const struct book *book, const char *name);

/* The names, or NULL. */
const char *book_ledger_name(const struct book *book, uint32_t number);
const char *book_code_name(const struct book *book, uint32_t number);
const char *book_account_name(const struct book *book, quipu_uint128 id);
quipu_normal book_normal(const struct book *book, quipu_uint128 id);
unsigned book_scale(const struct book *book, uint32_t ledger);

/* --- changing --- */

enum book_change { BOOK_CHANGED, BOOK_TAKEN, BOOK_NO_NAME, BOOK_NO_MEMORY };

/* Give a name, or another one. BOOK_TAKEN: something else has it. BOOK_NO_NAME: it cannot be one.
 * Nothing is changed unless it returns BOOK_CHANGED. */
enum book_change book_name_ledger(struct book *book, uint32_t number, const char *name,
                                  uint32_t scale);
enum book_change book_name_code(struct book *book, uint32_t number, const char *name);
enum book_change book_name_account(struct book *book, quipu_uint128 id, const char *name,
                                   quipu_normal normal);
enum book_change book_add_alias(struct book *book, quipu_uint128 id, const char *name);

/* Why a change did not happen. */
const char *book_change_text(enum book_change change);

#endif
