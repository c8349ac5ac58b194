/* object_fields.c - a table of fields for each kind, and a reader for each kind of value.
 *
 * Ids and numbers of records are not judged here: the ledger has an outcome for each. */
#include "command/shell/object_fields.h"

#include <stdio.h>
#include <string.h>

#include "command/csv/flag_names.h"
#include "quipu/format.h"

#define FIELD(record, name, kind)                                                                  \
    {                                                                                              \
#name, kind, offsetof(record, name), sizeof(((record *)0)->name)                           \
    }
#define USER_DATA(record)                                                                          \
    FIELD(record, user_data_128, VALUE_ID), FIELD(record, user_data_64, VALUE_NUMBER),             \
        FIELD(record, user_data_32, VALUE_NUMBER)
#define SPAN(record)                                                                               \
    FIELD(record, timestamp_min, VALUE_TIME), FIELD(record, timestamp_max, VALUE_LAST_TIME),       \
        FIELD(record, limit, VALUE_NUMBER), FIELD(record, flags, VALUE_FLAGS)

static const struct object_field account_fields[] = {
    FIELD(quipu_account, id, VALUE_ACCOUNT),    USER_DATA(quipu_account),
    FIELD(quipu_account, ledger, VALUE_LEDGER), FIELD(quipu_account, code, VALUE_CODE),
    FIELD(quipu_account, flags, VALUE_FLAGS),   FIELD(quipu_account, timestamp, VALUE_TIME),
};

static const struct object_field transfer_fields[] = {
    FIELD(quipu_transfer, id, VALUE_ID),
    FIELD(quipu_transfer, debit_account_id, VALUE_ACCOUNT),
    FIELD(quipu_transfer, credit_account_id, VALUE_ACCOUNT),
    FIELD(quipu_transfer, amount, VALUE_AMOUNT),
    FIELD(quipu_transfer, pending_id, VALUE_ID),
    USER_DATA(quipu_transfer),
    FIELD(quipu_transfer, timeout, VALUE_NUMBER),
    FIELD(quipu_transfer, ledger, VALUE_LEDGER),
    FIELD(quipu_transfer, code, VALUE_CODE),
    FIELD(quipu_transfer, flags, VALUE_FLAGS),
    FIELD(quipu_transfer, timestamp, VALUE_TIME),
};

static const struct object_field account_id_fields[] = {
    {"id", VALUE_ACCOUNT, 0, sizeof(quipu_uint128)},
};

static const struct object_field transfer_id_fields[] = {
    {"id", VALUE_ID, 0, sizeof(quipu_uint128)},
};

static const struct object_field account_filter_fields[] = {
    FIELD(quipu_account_filter, account_id, VALUE_ACCOUNT),
    USER_DATA(quipu_account_filter),
    FIELD(quipu_account_filter, code, VALUE_CODE),
    SPAN(quipu_account_filter),
};

static const struct object_field query_filter_fields[] = {
    USER_DATA(quipu_query_filter),
    FIELD(quipu_query_filter, ledger, VALUE_LEDGER),
    FIELD(quipu_query_filter, code, VALUE_CODE),
    SPAN(quipu_query_filter),
};

QUIPU_STATIC_ASSERT(sizeof transfer_fields == OBJECT_FIELDS_MAX * sizeof(struct object_field),
                    "no kind has more fields than transfers");

const struct object_field *object_fields(enum object_kind kind, size_t *count)
{
#define OF(kind, fields)                                                                           \
    case kind: *count = sizeof(fields) / sizeof *(fields); return fields
    switch (kind) {
        OF(OBJECT_ACCOUNT, account_fields);
        OF(OBJECT_TRANSFER, transfer_fields);
        OF(OBJECT_ACCOUNT_ID, account_id_fields);
        OF(OBJECT_TRANSFER_ID, transfer_id_fields);
        OF(OBJECT_ACCOUNT_FILTER, account_filter_fields);
        OF(OBJECT_QUERY_FILTER, query_filter_fields);
    }
#undef OF
    *count = 0;
    return NULL;
}

const struct object_field *object_field_named(enum object_kind kind, const char *name,
                                              size_t length)
{
    size_t count;
    const struct object_field *fields = object_fields(kind, &count);

    for (size_t i = 0; i < count; i++) {
        if (strlen(fields[i].name) == length && memcmp(fields[i].name, name, length) == 0)
            return &fields[i];
    }
    return NULL;
}

/* --- flags --- */

const char *const *filter_flag_names(enum object_kind kind, size_t *count)
{
    static const char *const of_account[] = {"debits", "credits", "reversed"};
    static const char *const of_query[] = {"reversed"};

    *count = kind == OBJECT_ACCOUNT_FILTER ? 3 : 1;
    return kind == OBJECT_ACCOUNT_FILTER ? of_account : of_query;
}

QUIPU_STATIC_ASSERT(QUIPU_FILTER_DEBITS == 1 << 0 && QUIPU_FILTER_CREDITS == 1 << 1 &&
                        QUIPU_FILTER_REVERSED == 1 << 2 && QUIPU_QUERY_REVERSED == 1 << 0,
                    "a flag's bit is its place among the names");

static bool read_filter_flags(enum object_kind kind, const char *text, quipu_uint128 *flags)
{
    size_t count, length;
    const char *const *names = filter_flag_names(kind, &count);

    for (*flags = 0; *text != '\0'; text += length + (text[length] == '|')) {
        size_t bit = 0;

        length = strcspn(text, "|");
        while (bit < count &&
               (strlen(names[bit]) != length || memcmp(names[bit], text, length) != 0))
            bit++;
        if (bit == count) return false;
        *flags |= (quipu_uint128)1 << bit;
    }
    return true;
}

static bool read_flags(enum object_kind kind, const char *text, quipu_uint128 *flags,
                       char why[static SHELL_FAULT_BYTES])
{
    enum record_kind record = kind == OBJECT_ACCOUNT ? RECORD_ACCOUNT : RECORD_TRANSFER;
    size_t wrong_length;
    const char *wrong;
    uint16_t bits;

    if (kind == OBJECT_ACCOUNT || kind == OBJECT_TRANSFER) {
        if (flag_read(record, text, strlen(text), &bits, &wrong, &wrong_length)) {
            *flags = bits;
            return true;
        }
        (void)snprintf(why, SHELL_FAULT_BYTES, "it is names joined by |: %s", flag_names(record));
        return false;
    }
    if (read_filter_flags(kind, text, flags)) return true;
    (void)snprintf(why, SHELL_FAULT_BYTES, "it is %s",
                   kind == OBJECT_QUERY_FILTER ? "reversed, or nothing"
                                               : "names joined by |: debits, credits, reversed");
    return false;
}

/* --- other values --- */

static bool read_number(const char *text, const struct object_field *field, quipu_uint128 *number,
                        char why[static SHELL_FAULT_BYTES])
{
    quipu_uint128 max = QUIPU_AMOUNT_MAX >> (128 - 8 * field->bytes);

    if (quipu_number_read(text, strlen(text), max, number) == QUIPU_TEXT_OK) return true;
    (void)snprintf(why, SHELL_FAULT_BYTES, "it is a number up to 2^%zu-1, decimal or 0x",
                   8 * field->bytes);
    return false;
}

static bool read_id(const char *text, quipu_uint128 *id, char why[static SHELL_FAULT_BYTES])
{
    if (quipu_id_read(text, strlen(text), id) == QUIPU_TEXT_OK) return true;
    (void)snprintf(why, SHELL_FAULT_BYTES,
                   "it is a number up to 2^128-1, decimal or 0x, a UUID or a ULID");
    return false;
}

static bool read_account(const struct book *book, const char *text, quipu_uint128 *id,
                         char why[static SHELL_FAULT_BYTES])
{
    const struct book_account *named = book_account_named(book, text);

    if (named == NULL && quipu_id_read(text, strlen(text), id) != QUIPU_TEXT_OK) {
        (void)snprintf(why, SHELL_FAULT_BYTES, "it is a number, a UUID or a ULID, %s",
                       book->is_there ? "or a name of the book: `quipu name` lists them"
                                      : "and there is no book of names");
        return false;
    }
    if (named != NULL) *id = named->id;
    return true;
}

static bool read_named(const struct book_number *named, const char *what, const char *text,
                       const struct object_field *field, quipu_uint128 *number,
                       char why[static SHELL_FAULT_BYTES])
{
    if (named != NULL) {
        *number = named->number;
        return true;
    }
    if (read_number(text, field, number, why)) return true;
    (void)snprintf(why, SHELL_FAULT_BYTES, "it is a number up to 2^%zu-1, or %s of the book",
                   8 * field->bytes, what);
    return false;
}

#define DAY_NS UINT64_C(86400000000000)

static bool read_time(const char *text, bool is_last, quipu_uint128 *time,
                      char why[static SHELL_FAULT_BYTES])
{
    uint64_t ns;

    if (quipu_number_read(text, strlen(text), UINT64_MAX, time) == QUIPU_TEXT_OK) return true;
    if (quipu_time_read(text, strlen(text), &ns) == QUIPU_TEXT_OK) {
        *time = ns;
        if (is_last && strlen(text) == QUIPU_DATE_BYTES - 1) *time += DAY_NS - 1;
        return true;
    }
    (void)snprintf(why, SHELL_FAULT_BYTES,
                   "it is ns since 1970, 2026-01-31, or 2026-01-31T12:30:00Z");
    return false;
}

bool object_set(enum object_kind kind, union object *object, const struct object_field *field,
                const struct book *book, const char *text, char why[static SHELL_FAULT_BYTES])
{
    quipu_uint128 value = 0;
    bool is_fine = false;

    switch (field->kind) {
    case VALUE_AMOUNT: /* not for this function */
    case VALUE_NUMBER: is_fine = read_number(text, field, &value, why); break;
    case VALUE_ID: is_fine = read_id(text, &value, why); break;
    case VALUE_ACCOUNT: is_fine = read_account(book, text, &value, why); break;
    case VALUE_LEDGER:
        is_fine = read_named(book_ledger_named(book, text), "a ledger", text, field, &value, why);
        break;
    case VALUE_CODE:
        is_fine = read_named(book_code_named(book, text), "a code", text, field, &value, why);
        break;
    case VALUE_FLAGS: is_fine = read_flags(kind, text, &value, why); break;
    case VALUE_TIME: is_fine = read_time(text, false, &value, why); break;
    case VALUE_LAST_TIME: is_fine = read_time(text, true, &value, why); break;
    }
    /* The low bytes: records are little-endian, as is every machine that this runs on. */
    if (is_fine) memcpy((char *)object + field->offset, &value, field->bytes);
    return is_fine;
}
