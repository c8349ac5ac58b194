/* history_rows.c - the fields of each kind of row, and the names of outcomes. */
#include "checker/history_rows.h"

#include <ctype.h>
#include <string.h>

#define FIELD(member)                                                                              \
    {                                                                                              \
#member, offsetof(struct history_step, member), sizeof(((struct history_step *)0)->member) \
    }

#define TOTALS_AND_REST                                                                            \
    FIELD(account.debits_pending), FIELD(account.debits_posted), FIELD(account.credits_pending),   \
        FIELD(account.credits_posted), FIELD(account.ledger), FIELD(account.code),                 \
        FIELD(account.flags), FIELD(account.timestamp), FIELD(account.user_data_128),              \
        FIELD(account.user_data_64), FIELD(account.user_data_32)

static const struct row_field account_fields[] = {FIELD(status), FIELD(version), FIELD(account.id),
                                                  TOTALS_AND_REST};

static const struct row_field read_fields[] = {FIELD(version), FIELD(account.id), TOTALS_AND_REST};

static const struct row_field expect_fields[] = {FIELD(version), FIELD(account.id)};

static const struct row_field transfer_fields[] = {
    FIELD(status),
    FIELD(versions.debit),
    FIELD(versions.credit),
    FIELD(transfer.id),
    FIELD(transfer.debit_account_id),
    FIELD(transfer.credit_account_id),
    FIELD(transfer.amount),
    FIELD(transfer.flags),
    FIELD(transfer.pending_id),
    FIELD(transfer.timeout),
    FIELD(transfer.ledger),
    FIELD(transfer.code),
    FIELD(transfer.timestamp),
    FIELD(transfer.user_data_128),
    FIELD(transfer.user_data_64),
    FIELD(transfer.user_data_32),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct row_kind row_kinds[] = {
    [HISTORY_ACCOUNT] = {"account", HISTORY_ACCOUNT, account_fields, COUNT(account_fields)},
    [HISTORY_EXPECT] = {"expect", HISTORY_EXPECT, expect_fields, COUNT(expect_fields)},
    [HISTORY_TRANSFER] = {"transfer", HISTORY_TRANSFER, transfer_fields, COUNT(transfer_fields)},
    [HISTORY_READ] = {"read", HISTORY_READ, read_fields, COUNT(read_fields)},
    [HISTORY_FIND] = {"find", HISTORY_FIND, transfer_fields, COUNT(transfer_fields)},
};

_Static_assert(COUNT(row_kinds) == ROW_KIND_COUNT, "a row per kind of step");
_Static_assert(COUNT(transfer_fields) < ROW_FIELDS_MAX, "the longest row and its first cell fit");

struct named {
    const char *name;
    uint32_t number;
};

static const struct named account_outcomes[] = {
#define X(name, number, kind, text) {#name, number},
    QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
};

static const struct named transfer_outcomes[] = {
#define X(name, number, kind, text) {#name, number},
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
};

/* `name` is in capitals, the text in small letters. */
static bool same(const char *name, const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && name[i] != '\0' && tolower((unsigned char)name[i]) == text[i])
        i++;
    return i == length && name[i] == '\0';
}

bool row_outcome(enum history_kind kind, const char *text, size_t length, quipu_uint128 *outcome)
{
    const struct named *names = kind == HISTORY_ACCOUNT ? account_outcomes : transfer_outcomes;
    size_t count = kind == HISTORY_ACCOUNT ? COUNT(account_outcomes) : COUNT(transfer_outcomes);

    if (same("CREATED", text, length)) {
        *outcome = QUIPU_CREATED;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!same(names[i].name, text, length)) continue;
        *outcome = names[i].number;
        return true;
    }
    return false;
}
