/* fields.h - finds the fields of accounts and transfers by name, and sets them from text. */
#ifndef QUIPU_COMMAND_CSV_FIELDS_H
#define QUIPU_COMMAND_CSV_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "command/csv/flag_names.h"
#include "quipu/types.h"

/* A record of either kind, for code that treats both alike: files, batches. */
union record {
    quipu_account account;
    quipu_transfer transfer;
};

QUIPU_STATIC_ASSERT(sizeof(union record) == sizeof(quipu_account), "a batch is an array");
QUIPU_STATIC_ASSERT(sizeof(union record) == sizeof(quipu_transfer), "a batch is an array");

static inline uint16_t record_flags(enum record_kind kind, const union record *record)
{
    return kind == RECORD_ACCOUNT ? record->account.flags : record->transfer.flags;
}

static inline bool record_is_linked(enum record_kind kind, const union record *record)
{
    return (record_flags(kind, record) & QUIPU_TRANSFER_LINKED) != 0;
}

static inline bool record_is_imported(enum record_kind kind, const union record *record)
{
    return (record_flags(kind, record) &
            (kind == RECORD_ACCOUNT ? QUIPU_ACCOUNT_IMPORTED : QUIPU_TRANSFER_IMPORTED)) != 0;
}

#define RECORD_NO_FIELD (-1)
#define RECORD_FIELD_COUNT 13 /* of either kind */

/* The field of this name, or RECORD_NO_FIELD. */
int record_field(enum record_kind kind, const char *name);
const char *record_field_name(enum record_kind kind, int field);

/* The names of all fields, joined by ", ". */
const char *record_field_names(enum record_kind kind);

#define RECORD_REASON_BYTES 512

/* Set a field from text[0..length); empty text is 0. Returns false if the text is wrong: `reason`
 * says why, and flags have the bits that could be read. */
bool record_set(enum record_kind kind, union record *record, int field, const char *text,
                size_t length, char reason[static RECORD_REASON_BYTES]);

#endif
