/* test_shell_completion.c - what Tab offers, by where the text ends. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "command/shell/completion.h"

static struct book book;

static void write_book(void)
{
    cr_assert_eq(book_name_ledger(&book, 978, "EUR", 2), BOOK_CHANGED);
    cr_assert_eq(book_name_code(&book, 5, "fee"), BOOK_CHANGED);
    cr_assert_eq(book_name_account(&book, 7, "assets:bank", QUIPU_NORMAL_DEBIT), BOOK_CHANGED);
    cr_assert_eq(book_name_account(&book, 8, "assets:cash", QUIPU_NORMAL_DEBIT), BOOK_CHANGED);
    cr_assert_eq(book_name_account(&book, 9, "petty cash", QUIPU_NORMAL_DEBIT), BOOK_CHANGED);
}

static void forget_book(void)
{
    book_free(&book);
}

TestSuite(shell_completion, .init = write_book, .fini = forget_book);

/* All words that are offered, joined by blanks, and behind a bar what they have in common. */
static const char *offered(const char *text)
{
    static char words[8192];
    struct completion completion;
    size_t used = 0;

    completion_find(&completion, text, strlen(text), &book);
    for (size_t i = 0; i < completion.count; i++) {
        cr_expect(strncmp(completion.words[i], text + strlen(text) - completion.typed,
                          completion.typed) == 0);
        used += (size_t)snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? " " : "",
                                 completion.words[i]);
    }
    (void)snprintf(words + used, sizeof words - used, "/%.*s", (int)completion_common(&completion),
                   completion.count > 0 ? completion.words[0] : "");
    completion_free(&completion);
    return words;
}

/* What is typed, and what is offered. */
static const char *const offers[][2] = {
    {"create_a", "create_accounts /create_accounts "},
    {"lookup", "lookup_accounts  lookup_transfers /lookup_"},
    {".re", ".read/.read"},
    {"create_accounts id=1 led", "ledger=/ledger="},
    {"create_accounts id=1 i", "/"},
    {"create_accounts id=1, i", "id=/id="},
    {"query_accounts; lookup_transfers ", "id=/id="},
    {"create_accounts\n# id=\n cod", "code=/code="},
    {"create_accounts flags=", "linked debits_must_not_exceed_credits "
                               "credits_must_not_exceed_debits history imported closed/"},
    {"create_accounts flags=linked|hi", "linked|history/linked|history"},
    {"get_account_transfers flags=debits|r", "debits|reversed/debits|reversed"},
    {"query_transfers flags=", "reversed/reversed"},
    {"create_accounts ledger=E", "EUR/EUR"},
    {"create_transfers code=", "fee/fee"},
    {"create_transfers debit_account_id=ass", "assets:bank assets:cash/assets:"},
    {"create_transfers debit_account_id=assets:c", "assets:cash/assets:cash"},
    {"lookup_accounts id=p", "/"},
    {"lookup_accounts id=\"pe", "\"petty cash\"/\"petty cash\""},
    {"lookup_accounts id=\"petty c", "\"petty cash\"/\"petty cash\""},
    {"lookup_transfers id=a", "/"},
    {"nonsense", "/"},
};

Test(shell_completion, offers_what_may_follow)
{
    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++)
        cr_expect_str_eq(offered(offers[i][0]), offers[i][1], "%s: %s", offers[i][0],
                         offered(offers[i][0]));
}

Test(shell_completion, offers_some_of_very_many)
{
    struct completion completion;

    for (int i = 0; i < 2 * COMPLETION_MAX; i++) {
        char name[32];

        (void)snprintf(name, sizeof name, "many:%d", i);
        cr_assert_eq(book_name_account(&book, 100 + (unsigned)i, name, QUIPU_NORMAL_DEBIT),
                     BOOK_CHANGED);
    }
    completion_find(&completion, "lookup_accounts id=many", 23, &book);
    cr_expect(completion.count == COMPLETION_MAX && completion.has_more);
    completion_free(&completion);
}
