/* fields.c - a table of fields for each kind of record, and a function that fills any of them. */
#include "command/csv/fields.h"

#include <stdio.h>
#include <string.h>

#include "command/csv/cell_advice.h"
#include "quipu/format.h"

struct field {
    const char *name;
    size_t offset, bytes;
    bool is_id; /* a UUID or a ULID will do, too */
};

#define FIELD(record, name)                                                                        \
    {                                                                                              \
#name, offsetof(record, name), sizeof(((record *)0)->name), false                          \
    }
#define ID_FIELD(record, name)                                                                     \
    {                                                                                              \
#name, offsetof(record, name), sizeof(((record *)0)->name), true                           \
    }

static const struct field account_fields[] = {
    ID_FIELD(quipu_account, id),          FIELD(quipu_account, debits_pending),
    FIELD(quipu_account, debits_posted),  FIELD(quipu_account, credits_pending),
    FIELD(quipu_account, credits_posted), ID_FIELD(quipu_account, user_data_128),
    FIELD(quipu_account, user_data_64),   FIELD(quipu_account, user_data_32),
    FIELD(quipu_account, reserved),       FIELD(quipu_account, ledger),
    FIELD(quipu_account, code),           FIELD(quipu_account, flags),
    FIELD(quipu_account, timestamp),
};

static const struct field transfer_fields[] = {
    ID_FIELD(quipu_transfer, id),
    ID_FIELD(quipu_transfer, debit_account_id),
    ID_FIELD(quipu_transfer, credit_account_id),
    FIELD(quipu_transfer, amount),
    ID_FIELD(quipu_transfer, pending_id),
    ID_FIELD(quipu_transfer, user_data_128),
    FIELD(quipu_transfer, user_data_64),
    FIELD(quipu_transfer, user_data_32),
    FIELD(quipu_transfer, timeout),
    FIELD(quipu_transfer, ledger),
    FIELD(quipu_transfer, code),
    FIELD(quipu_transfer, flags),
    FIELD(quipu_transfer, timestamp),
};

QUIPU_STATIC_ASSERT(sizeof account_fields == RECORD_FIELD_COUNT * sizeof(struct field),
                    "all are listed");
QUIPU_STATIC_ASSERT(sizeof transfer_fields == RECORD_FIELD_COUNT * sizeof(struct field),
                    "all are listed");

static const struct field *fields_of(enum record_kind kind)
{
    return kind == RECORD_ACCOUNT ? account_fields : transfer_fields;
}

int record_field(enum record_kind kind, const char *name)
{
    for (int field = 0; field < RECORD_FIELD_COUNT; field++) {
        if (strcmp(fields_of(kind)[field].name, name) == 0) return field;
    }
    return RECORD_NO_FIELD;
}

const char *record_field_name(enum record_kind kind, int field)
{
    return fields_of(kind)[field].name;
}

const char *record_field_names(enum record_kind kind)
{
    return kind == RECORD_ACCOUNT
               ? "id, debits_pending, debits_posted, credits_pending, credits_posted, "
                 "user_data_128, user_data_64, user_data_32, reserved, ledger, code, flags, "
                 "timestamp"
               : "id, debit_account_id, credit_account_id, amount, pending_id, user_data_128, "
                 "user_data_64, user_data_32, timeout, ledger, code, flags, timestamp";
}

/* Store the low bytes of a number: records are little-endian, as is every machine that this runs
 * on. */
static void put(union record *record, const struct field *field, quipu_uint128 number)
{
    memcpy((char *)record + field->offset, &number, field->bytes);
}

/* The most bytes of a wrong text that a complaint quotes. */
#define SHOWN_BYTES 60

static bool set_flags(enum record_kind kind, union record *record, const struct field *field,
                      const char *text, size_t length, char reason[static RECORD_REASON_BYTES])
{
    uint16_t flags;
    const char *wrong = NULL;
    size_t wrong_length = 0;
    bool fine = flag_read(kind, text, length, &flags, &wrong, &wrong_length);

    put(record, field, flags);
    if (!fine) {
        (void)snprintf(reason, RECORD_REASON_BYTES,
                       "flags: \"%.*s\" is no flag and no number up to 65535; the flags are %s",
                       (int)(wrong_length < SHOWN_BYTES ? wrong_length : SHOWN_BYTES), wrong,
                       flag_names(kind));
    }
    return fine;
}

static quipu_text read_value(const struct field *field, const char *text, size_t length,
                             quipu_uint128 *number)
{
    quipu_uint128 max = QUIPU_AMOUNT_MAX >> (128 - 8 * field->bytes);

    if (length == 0) return QUIPU_TEXT_OK;
    return field->is_id ? quipu_id_read(text, length, number)
                        : quipu_number_read(text, length, max, number);
}

bool record_set(enum record_kind kind, union record *record, int field_index, const char *text,
                size_t length, char reason[static RECORD_REASON_BYTES])
{
    const struct field *field = &fields_of(kind)[field_index];
    quipu_uint128 number = 0;
    quipu_text fault;

    if (strcmp(field->name, "flags") == 0)
        return set_flags(kind, record, field, text, length, reason);

    fault = read_value(field, text, length, &number);
    put(record, field, number);
    if (fault == QUIPU_TEXT_OK) return true;

    int shown = (int)(length < SHOWN_BYTES ? length : SHOWN_BYTES);

    if (fault == QUIPU_TEXT_OUT_OF_RANGE) {
        (void)snprintf(reason, RECORD_REASON_BYTES, "%s: %.*s is too large: at most 2^%zu-1",
                       field->name, shown, text, 8 * field->bytes);
    } else {
        char advice[ADVICE_BYTES];

        (void)snprintf(reason, RECORD_REASON_BYTES, "%s: \"%.*s\" is not a number: %s", field->name,
                       shown, text, advice_on(field->name, text, (size_t)shown, advice));
    }
    return false;
}
