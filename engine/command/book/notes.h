/* notes.h - descriptions of transfers: DIR/quipu.notes, beside the book of names.
 *
 * N1  A line is an id, a date, perhaps empty, and a text, set apart by tabs. Lines are only added;
 *     the last one of an id counts.
 * N2  Notes are on disk before the transfers that they are about are created. So a transfer of an
 *     import that ended halfway has its note; a note without a transfer says nothing.
 * N3  A line that was cut off before its text has too few tabs, and is skipped. One that was cut
 *     off in its text is followed by a whole one when the import is repeated. */
#ifndef QUIPU_COMMAND_BOOK_NOTES_H
#define QUIPU_COMMAND_BOOK_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "command/book/name_index.h"
#include "command/common/exit_code.h"
#include "quipu/format.h"

struct note {
    quipu_uint128 id;
    const char *date; /* 2026-01-31: when it happened, if that is not its timestamp; or "" */
    const char *text;
};

struct notes {
    char *bytes; /* the file */
    struct note *all;
    size_t count, capacity;
    struct name_index by_id;
    FILE *out; /* NULL: not open for writing */
};

/* Read the notes of the ledger in a directory; NULL, or no file: none. Complains unless it returns
 * COMMAND_FINE. */
enum command_exit notes_read(struct notes *notes, const char *directory);

/* The text of a transfer, or NULL. */
const char *notes_of(const struct notes *notes, quipu_uint128 id);

/* The date of a transfer: that of its note, or of its timestamp. */
quipu_date notes_date(const struct notes *notes, const quipu_transfer *transfer);

/* Add a note, unless it is there already; notes_of() does not see it. Line ends and tabs become
 * blanks. notes_sync() says whether it worked. */
void notes_add(struct notes *notes, const char *directory, quipu_uint128 id, const char *date,
               const char *text);

/* Returns true once all that was added is on disk; false, with a complaint, if that fails. */
bool notes_sync(struct notes *notes, const char *directory);

void notes_free(struct notes *notes);

#endif
