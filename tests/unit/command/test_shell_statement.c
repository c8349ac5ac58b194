/* test_shell_statement.c - what a statement may be, and what is said of one that is wrong. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "command/shell/statement.h"

static struct book book;

/* EUR has two decimals; account 7 is assets:bank, with an alias of two words. */
static void write_book(void)
{
    cr_assert_eq(book_name_ledger(&book, 978, "EUR", 2), BOOK_CHANGED);
    cr_assert_eq(book_name_code(&book, 5, "fee"), BOOK_CHANGED);
    cr_assert_eq(book_name_account(&book, 7, "assets:bank", QUIPU_NORMAL_DEBIT), BOOK_CHANGED);
    cr_assert_eq(book_add_alias(&book, 7, "my \"first\" bank"), BOOK_CHANGED);
    cr_assert_eq(book_add_alias(&book, 7,
                                "\xc3\x9c"
                                "bung"),
                 BOOK_CHANGED);
}

static void forget_book(void)
{
    book_free(&book);
}

TestSuite(shell_statement, .init = write_book, .fini = forget_book);

/* Transfers between accounts are of ledger 978. */
static uint32_t of_euro(void *context, const quipu_transfer *transfer)
{
    (void)context;
    return transfer->debit_account_id == 7 ? 978 : 0;
}

static bool read_text(const char *text, bool in_minor, struct statement *statement,
                      struct shell_fault *fault)
{
    const struct reading reading = {
        .book = &book, .mark = '.', .in_minor = in_minor, .ledger_of = of_euro};

    return statement_read(statement, (struct tokens){text, text + strlen(text), {1, 1}}, &reading,
                          fault);
}

static struct statement take(const char *text)
{
    struct statement statement;
    struct shell_fault fault = {0};

    cr_assert(read_text(text, false, &statement, &fault), "%s: %s", text, fault.text);
    return statement;
}

Test(shell_statement, has_all_fields_of_an_account)
{
    struct statement s =
        take("create_accounts id=1 user_data_128=0x10 user_data_64=2 user_data_32=3 ledger=EUR\n"
             " code=fee flags=linked|history timestamp=1970-01-02, # a comment; and more\n"
             " id=\"assets:bank\" ledger=700 code=10;");
    const quipu_account *a = &s.objects[0].account;

    cr_assert_eq(s.operation->work, CREATE_ACCOUNTS);
    cr_assert_eq(s.count, 2);
    cr_expect(a->id == 1 && a->user_data_128 == 16 && a->user_data_64 == 2);
    cr_expect(a->user_data_32 == 3 && a->ledger == 978 && a->code == 5);
    cr_expect_eq(a->flags, QUIPU_ACCOUNT_LINKED | QUIPU_ACCOUNT_HISTORY);
    cr_expect_eq(a->timestamp, UINT64_C(86400000000000));
    cr_expect(s.objects[1].account.id == 7 && s.objects[1].account.flags == 0);
    cr_expect(s.places[1].line == 3 && s.places[1].column == 2);
    statement_free(&s);
}

Test(shell_statement, has_names_and_decimals_of_the_book)
{
    struct statement s =
        take("create_transfers id=1 debit_account_id=\"my \"\"first\"\" bank\" credit_account_id=8 "
             "amount=12.50 code=1, id=2 debit_account_id=8 credit_account_id=7 amount=12 "
             "ledger=700 code=1, id=3 amount=3.5 ledger=EUR, id=4 pending_id=1 debit_account_id=7 "
             "flags=post_pending_transfer, id=5 amount=all;");
    const quipu_uint128 amounts[] = {1250, 12, 350, QUIPU_AMOUNT_MAX, QUIPU_AMOUNT_MAX};

    cr_assert_eq(s.count, 5);
    for (size_t i = 0; i < s.count; i++)
        cr_expect(s.objects[i].transfer.amount == amounts[i], "amount %zu", i);
    cr_expect_eq(s.objects[0].transfer.ledger, 978, "the ledger is that of its accounts");
    cr_expect_eq(s.objects[1].transfer.ledger, 700);
    cr_expect_eq(s.objects[3].transfer.ledger, 0, "a post inherits it");
    statement_free(&s);
}

Test(shell_statement, has_minor_units_if_told_so)
{
    struct statement statement;
    struct shell_fault fault = {0};

    cr_assert(read_text("create_transfers amount=1250 ledger=EUR;", true, &statement, &fault));
    cr_expect(statement.objects[0].transfer.amount == 1250);
    statement_free(&statement);
    cr_expect_not(read_text("create_transfers amount=12.50 ledger=EUR;", true, &statement, &fault));
    statement_free(&statement);
}

Test(shell_statement, has_filters_with_defaults)
{
    struct statement s = take("get_account_transfers account_id=assets:bank;");
    const quipu_account_filter *filter = &s.objects[0].of_account;

    cr_expect(filter->account_id == 7 && filter->limit == QUIPU_BATCH_MAX);
    cr_expect_eq(filter->flags, QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS);
    statement_free(&s);
    s = take("get_account_balances account_id=7 limit=3 flags=reversed|debits "
             "timestamp_max=1970-01-01;");
    filter = &s.objects[0].of_account;
    cr_expect_eq(filter->flags, QUIPU_FILTER_DEBITS | QUIPU_FILTER_REVERSED);
    cr_expect_eq(filter->limit, 3);
    cr_expect_eq(filter->timestamp_max, UINT64_C(86399999999999), "a day ends with its last ns");
    statement_free(&s);
    s = take("query_accounts;");
    cr_expect_eq(s.objects[0].query.limit, QUIPU_BATCH_MAX);
    statement_free(&s);
    s = take("lookup_accounts id=1, id=assets:bank;");
    cr_expect(s.count == 2 && s.objects[1].id == 7);
    statement_free(&s);
}

/* Texts that are wrong, where, and words of what is said. */
struct wrong_text {
    char text[160];
    uint64_t line, column;
    char says[80];
};

static struct wrong_text wrong_texts[] = {
    {"creat_accounts id=1;", 1, 1, "no command of the shell"},
    {"create_accounts", 1, 16, "ends here, without a field, a comma or a semicolon"},
    {".dump", 1, 1, "a dot command begins a line of its own"},
    {"=;", 1, 1, "\"=\" stands where a command"},
    {"create_accounts;", 1, 16, "needs fields here: id="},
    {"create_accounts id=1,;", 1, 22, "needs fields here"},
    {"create_accounts id=1 ledgr=2;", 1, 22, "no field \"ledgr\"; its fields are id, user"},
    {"create_accounts id=1\n  id=2;", 2, 3, "id stands here a second time"},
    {"create_accounts id 1;", 1, 20, "\"1\" stands where ="},
    {"create_accounts id=;", 1, 20, "\";\" stands where a value"},
    {"create_accounts id=1 = 2;", 1, 22, "a field, a comma or a semicolon"},
    {"create_accounts id=\xc3\xa9 ledger=1;", 1, 20, "\"\xc3\xa9\" is wrong"},
    {"lookup_accounts id=\xc3\x9c"
     "bung x=1;",
     1, 26, "no field \"x\""},
    {"create_accounts id=\"1;", 1, 20, "not closed on its line"},
    {"create_accounts id=1 ledger=4294967296;", 1, 29, "a number up to 2^32-1, or a ledger"},
    {"create_accounts id=1 code=planet;", 1, 27, "or a code of the book"},
    {"create_accounts id=1 flags=history|huge;", 1, 28, "names joined by |: linked"},
    {"create_transfers id=1 timeout=1s;", 1, 31, "a number up to 2^32-1"},
    {"create_transfers ledger=EUR amount=1.005;", 1, 36, "its scale is 2"},
    {"create_transfers amount=ten;", 1, 25, "\"ten\" is wrong: it is digits"},
    {"create_transfers amount=999999999999999999999999999999999999999;", 1, 25, "is more than"},
    {"get_account_transfers limit=1;", 1, 23, "needs account_id="},
    {"get_account_transfers account_id=1 limit=0;", 1, 23, "a limit of 0 finds nothing"},
    {"get_account_transfers account_id=1, account_id=2;", 1, 35, "takes one filter"},
    {"query_accounts flags=debits;", 1, 22, "it is reversed, or nothing"},
    {"query_transfers timestamp_min=9 timestamp_max=8;", 1, 17, "after timestamp_max"},
    {"query_transfers timestamp_min=yesterday;", 1, 31, "ns since 1970"},
    {"query_transfers timestamp_min=0xffffffffffffffff;", 1, 17, "at most 2^63-1"},
    {"lookup_transfers id=assets:bank;", 1, 21, "a UUID or a ULID"},
    {"lookup_accounts id=1", 1, 21, "the statement ends here"},
};

#define WRONG_TEXTS (sizeof wrong_texts / sizeof *wrong_texts)

Test(shell_statement, is_refused_with_its_place_and_what_to_do)
{
    for (size_t i = 0; i < WRONG_TEXTS; i++) {
        const struct wrong_text *wrong = &wrong_texts[i];
        struct statement statement;
        struct shell_fault fault = {0};

        cr_expect_not(read_text(wrong->text, false, &statement, &fault), "%s", wrong->text);
        cr_expect(fault.place.line == wrong->line && fault.place.column == wrong->column,
                  "%s: %llu:%llu", wrong->text, (unsigned long long)fault.place.line,
                  (unsigned long long)fault.place.column);
        cr_expect(strstr(fault.text, wrong->says) != NULL, "%s: %s", wrong->text, fault.text);
        statement_free(&statement);
    }
}

Test(shell_statement, has_at_most_a_batch)
{
    static char text[16 * (QUIPU_BATCH_MAX + 2)];
    struct statement statement;
    struct shell_fault fault = {0};
    size_t used = (size_t)snprintf(text, sizeof text, "lookup_accounts id=1");

    for (int i = 1; i < QUIPU_BATCH_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, ",id=1");
    (void)snprintf(text + used, sizeof text - used, ";");
    cr_assert(read_text(text, false, &statement, &fault));
    cr_expect_eq(statement.count, QUIPU_BATCH_MAX);
    statement_free(&statement);
    (void)snprintf(text + used, sizeof text - used, ",id=1;");
    cr_expect_not(read_text(text, false, &statement, &fault));
    cr_expect(strstr(fault.text, "at most 8190 objects") != NULL);
    statement_free(&statement);
}
