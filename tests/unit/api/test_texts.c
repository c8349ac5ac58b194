/* test_texts.c - every code has a sentence of its own, and every number one of some kind. */
#include "support/ledger.h"

#include <stdio.h>
#include <string.h>

static void check_sentence(const char *text)
{
    cr_assert_not_null(text);
    cr_assert_gt(strlen(text), 3);
    cr_assert_lt(strlen(text), 80);
}

Test(texts, of_status)
{
    const char *seen[QUIPU_FENCED + 1];

    for (int i = 0; i <= QUIPU_FENCED; i++) {
        seen[i] = quipu_status_text((quipu_status)i);
        check_sentence(seen[i]);
        for (int j = 0; j < i; j++) {
            cr_assert_str_neq(seen[i], seen[j]);
        }
    }
    check_sentence(quipu_status_text((quipu_status)(QUIPU_FENCED + 1)));
    check_sentence(quipu_status_text((quipu_status)0x7fffffff));
}

Test(texts, of_accounts)
{
#define X(name, number, kind, text)                                                                \
    cr_assert_str_eq(quipu_create_account_text(QUIPU_CREATE_ACCOUNT_##name), text);
    QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
    check_sentence(quipu_create_account_text(QUIPU_CREATED));
    check_sentence(quipu_create_account_text(0));
    check_sentence(quipu_create_account_text(27));
    check_sentence(quipu_create_account_text(0x10000));
    check_sentence(quipu_create_account_text(QUIPU_CREATED - 1));
}

Test(texts, of_transfers)
{
#define X(name, number, kind, text)                                                                \
    cr_assert_str_eq(quipu_create_transfer_text(QUIPU_CREATE_TRANSFER_##name), text);
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    check_sentence(quipu_create_transfer_text(QUIPU_CREATED));
    check_sentence(quipu_create_transfer_text(0));
    check_sentence(quipu_create_transfer_text(18));
    check_sentence(quipu_create_transfer_text(69));
    check_sentence(quipu_create_transfer_text(0x10000));
    check_sentence(quipu_create_transfer_text(0x10002));
    check_sentence(quipu_create_transfer_text(QUIPU_CREATED - 1));
}

/* Names are those of outcome.h. */
Test(texts, names_of_outcomes)
{
#define X(name, number, kind, text)                                                                \
    cr_assert_str_eq(quipu_outcome_name(QUIPU_EVENT_ACCOUNT, QUIPU_CREATE_ACCOUNT_##name), #name);
    QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
#define X(name, number, kind, text)                                                                \
    cr_assert_str_eq(quipu_outcome_name(QUIPU_EVENT_TRANSFER, QUIPU_CREATE_TRANSFER_##name), #name);
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    cr_assert_str_eq(quipu_outcome_name(QUIPU_EVENT_ACCOUNT, QUIPU_CREATED), "CREATED");
    cr_assert_str_eq(quipu_outcome_name(QUIPU_EVENT_TRANSFER, QUIPU_CREATED), "CREATED");
    cr_assert_str_eq(quipu_outcome_name(QUIPU_EVENT_ACCOUNT, 0), "UNKNOWN");
    cr_assert_str_eq(quipu_outcome_name(QUIPU_EVENT_TRANSFER, 0), "UNKNOWN");
    cr_assert_str_eq(quipu_outcome_name((quipu_event)7, 1), "UNKNOWN");
}

Test(texts, of_the_version)
{
    char expected[40];

    (void)snprintf(expected, sizeof expected, "%d.%d.%d", QUIPU_VERSION_MAJOR, QUIPU_VERSION_MINOR,
                   QUIPU_VERSION_PATCH);
    cr_assert_str_eq(QUIPU_VERSION_STRING, expected);
    cr_assert_str_eq(quipu_version(), expected);
}

/* Numbers are part of the interface: each once, none 0, and as many as the reference has; codes of
 * ours alone start at 0x10000. */
Test(texts, of_codes_have_distinct_numbers)
{
    static bool accounts[0x10010], transfers[0x10010];
    int account_count = 0, transfer_count = 0, ours = 0;

#define X(name, number, kind, text)                                                                \
    cr_assert(!accounts[number] && (number) != 0);                                                 \
    accounts[number] = true;                                                                       \
    account_count++;
    QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
#define X(name, number, kind, text)                                                                \
    cr_assert(!transfers[number] && (number) != 0);                                                \
    transfers[number] = true;                                                                      \
    ours += (number) >= 0x10000;                                                                   \
    transfer_count++;
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    cr_assert_eq(account_count, 26);
    cr_assert_eq(transfer_count - ours, 67);
    cr_assert_eq(ours, 1);
}
