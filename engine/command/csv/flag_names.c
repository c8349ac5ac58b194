/* flag_names.c - the flag names of each kind of record; bit i has name i. */
#include "command/csv/flag_names.h"

#include <stdio.h>
#include <string.h>

#include "quipu/format.h"

static const char *const account_names[] = {
    "linked",
    "debits_must_not_exceed_credits",
    "credits_must_not_exceed_debits",
    "history",
    "imported",
    "closed",
};

static const char *const transfer_names[] = {
    "linked",          "pending",          "post_pending_transfer", "void_pending_transfer",
    "balancing_debit", "balancing_credit", "closing_debit",         "closing_credit",
    "imported",
};

QUIPU_STATIC_ASSERT(1 << (sizeof account_names / sizeof *account_names - 1) == QUIPU_ACCOUNT_CLOSED,
                    "a name for each account flag");
QUIPU_STATIC_ASSERT(1 << (sizeof transfer_names / sizeof *transfer_names - 1) ==
                        QUIPU_TRANSFER_IMPORTED,
                    "a name for each transfer flag");

static size_t names_of(enum record_kind kind, const char *const **names)
{
    *names = kind == RECORD_ACCOUNT ? account_names : transfer_names;
    return kind == RECORD_ACCOUNT ? sizeof account_names / sizeof *account_names
                                  : sizeof transfer_names / sizeof *transfer_names;
}

static bool read_part(enum record_kind kind, const char *text, size_t length, uint16_t *flags)
{
    const char *const *names;
    size_t name_count = names_of(kind, &names);
    quipu_uint128 number = 0;

    for (size_t bit = 0; bit < name_count; bit++) {
        if (strlen(names[bit]) == length && memcmp(names[bit], text, length) == 0) {
            *flags |= (uint16_t)(1u << bit);
            return true;
        }
    }
    if (quipu_number_read(text, length, UINT16_MAX, &number) != QUIPU_TEXT_OK) return false;
    *flags |= (uint16_t)number;
    return true;
}

bool flag_read(enum record_kind kind, const char *text, size_t length, uint16_t *flags,
               const char **wrong, size_t *wrong_length)
{
    const char *end = text + length;
    bool fine = true;

    *flags = 0;
    while (length > 0) {
        const char *bar = memchr(text, '|', (size_t)(end - text));
        const char *part = text, *part_end = bar != NULL ? bar : end;

        while (part < part_end && *part == ' ')
            part++;
        while (part < part_end && part_end[-1] == ' ')
            part_end--;
        if (!read_part(kind, part, (size_t)(part_end - part), flags) && fine) {
            fine = false;
            *wrong = part;
            *wrong_length = (size_t)(part_end - part);
        }
        if (bar == NULL) break;
        text = bar + 1;
    }
    return fine;
}

const char *flag_write(enum record_kind kind, uint16_t flags, char text[static FLAG_TEXT_BYTES])
{
    const char *const *names;
    size_t name_count = names_of(kind, &names);
    size_t used = 0;

    text[0] = '\0';
    for (size_t bit = 0; bit < name_count; bit++) {
        if ((flags >> bit & 1) == 0) continue;
        used += (size_t)snprintf(text + used, FLAG_TEXT_BYTES - used, "%s%s", used > 0 ? "|" : "",
                                 names[bit]);
        flags &= (uint16_t) ~(1u << bit);
    }
    if (flags != 0) { /* not reached by tests: every flag that a ledger takes has a name */
        (void)snprintf(text + used, FLAG_TEXT_BYTES - used, "%s%u", used > 0 ? "|" : "",
                       (unsigned)flags);
    }
    return text;
}

const char *flag_names(enum record_kind kind)
{
    return kind == RECORD_ACCOUNT
               ? "linked, debits_must_not_exceed_credits, credits_must_not_exceed_debits, history, "
                 "imported, closed"
               : "linked, pending, post_pending_transfer, void_pending_transfer, balancing_debit, "
                 "balancing_credit, closing_debit, closing_credit, imported";
}
