/* flag_names.h - flags by name: `linked|pending` and the like, and as numbers.
 *
 * Accounts and transfers are the two kinds of record that files hold; their flags share the name
 * `linked`, in the same bit. */
#ifndef QUIPU_COMMAND_CSV_FLAG_NAMES_H
#define QUIPU_COMMAND_CSV_FLAG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/types.h"

enum record_kind { RECORD_ACCOUNT, RECORD_TRANSFER };

QUIPU_STATIC_ASSERT((int)QUIPU_ACCOUNT_LINKED == (int)QUIPU_TRANSFER_LINKED,
                    "one bit says linked, whatever the record");

/* Names or numbers joined by `|`. False: a part makes no sense, and wrong[0..*wrong_length) is it;
 * *flags then holds what the other parts say. Empty text is no flags. */
bool flag_read(enum record_kind kind, const char *text, size_t length, uint16_t *flags,
               const char **wrong, size_t *wrong_length);

/* All names of either kind, joined, and the end. */
#define FLAG_TEXT_BYTES 192

/* Names joined by `|`; bits without a name as one number. Returns `text`. */
const char *flag_write(enum record_kind kind, uint16_t flags, char text[static FLAG_TEXT_BYTES]);

/* The names there are, joined by ", ": for help and complaints. */
const char *flag_names(enum record_kind kind);

#endif
