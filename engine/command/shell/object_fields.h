/* object_fields.h - the fields of objects: their names, what values they take, and how a value gets
 * from text into its field. */
#ifndef QUIPU_COMMAND_SHELL_OBJECT_FIELDS_H
#define QUIPU_COMMAND_SHELL_OBJECT_FIELDS_H

#include "command/book/book.h"
#include "command/shell/operations.h"
#include "command/shell/shell_fault.h"

enum value_kind {
    VALUE_NUMBER,
    VALUE_ID,      /* of a transfer: a number, a UUID or a ULID */
    VALUE_ACCOUNT, /* the same, or a name of the book */
    VALUE_LEDGER,
    VALUE_CODE,
    VALUE_AMOUNT, /* depends on the ledger: statement.c reads it last */
    VALUE_FLAGS,
    VALUE_TIME,
    VALUE_LAST_TIME /* the end of a span: a date is its last instant */
};

struct object_field {
    const char *name;
    enum value_kind kind;
    size_t offset, bytes;
};

#define OBJECT_FIELDS_MAX 13

/* The fields of a kind, and how many there are. */
const struct object_field *object_fields(enum object_kind kind, size_t *count);

/* The field of this name, or NULL. */
const struct object_field *object_field_named(enum object_kind kind, const char *name,
                                              size_t length);

/* Set a field from a text. Returns false if the text is wrong; `why` says so. */
bool object_set(enum object_kind kind, union object *object, const struct object_field *field,
                const struct book *book, const char *text, char why[static SHELL_FAULT_BYTES]);

/* The flags that filters of a kind take; records have those of flag_names.h. */
const char *const *filter_flag_names(enum object_kind kind, size_t *count);

#endif
