/* flag_names.h - reads and writes flags by name, like `linked|pending`, or as numbers.
 *
 * Files hold two kinds of record: accounts and transfers. `linked` is the same bit in both. */
#ifndef QUIPU_COMMAND_CSV_FLAG_NAMES_H
#define QUIPU_COMMAND_CSV_FLAG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/types.h"

enum record_kind { RECORD_ACCOUNT, RECORD_TRANSFER };

QUIPU_STATIC_ASSERT((int)QUIPU_ACCOUNT_LINKED == (int)QUIPU_TRANSFER_LINKED,
                    "one bit says linked in either record");

/* Read names or numbers joined by `|`; empty text is no flags. Returns false if a part is wrong:
 * then wrong[0..*wrong_length) is that part, and *flags has the flags of the others. */
bool flag_read(enum record_kind kind, const char *text, size_t length, uint16_t *flags,
               const char **wrong, size_t *wrong_length);

/* Room for all names of either kind, joined, and a zero byte. */
#define FLAG_TEXT_BYTES 192

/* Write names joined by `|`, and the bits without a name as one number. Returns `text`. */
const char *flag_write(enum record_kind kind, uint16_t flags, char text[static FLAG_TEXT_BYTES]);

/* All names, joined by ", ", for help and complaints. */
const char *flag_names(enum record_kind kind);

#endif
