/* test_shell_session.c - lines in, and what the ledger has then. Answers go to standard output. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command/shell/dump.h"
#include "command/shell/session.h"

static struct view view;

static void open_ledger(void)
{
    view = (struct view){.mark = '.'};
    cr_assert_eq(quipu_open(NULL, &view.ledger), QUIPU_OK);
}

static void close_ledger(void)
{
    cr_assert_eq(quipu_close(view.ledger), QUIPU_OK);
}

TestSuite(shell_session, .init = open_ledger, .fini = close_ledger);

/* Give lines to a session of its own. */
static struct session play(const char *lines, bool goes_on)
{
    struct session session;

    view.report = (struct report){.format = REPORT_CSV};
    session = session_new(&view, "test");
    session.goes_on = goes_on;
    while (*lines != '\0' && !session.is_over) {
        size_t length = strcspn(lines, "\n");

        session_line(&session, lines, length);
        lines += length + (lines[length] == '\n');
    }
    session_end(&session);
    session_free(&session);
    return session;
}

static bool has_account(quipu_uint128 id)
{
    quipu_account account;

    cr_assert_eq(quipu_lookup_accounts(view.ledger, &id, 1, &account, NULL), QUIPU_OK);
    return account.id == id;
}

#define GOOD(id) "create_accounts id=" #id " ledger=1 code=1;"

Test(shell_session, takes_several_lines_and_several_statements)
{
    struct session session = play("create_accounts id=1\n\n # a comment ;\n ledger=1 code=1\n"
                                  ", id=2 ledger=1 code=1\n; " GOOD(3) GOOD(4),
                                  false);

    cr_expect_eq(session.exit, COMMAND_FINE);
    for (unsigned id = 1; id <= 4; id++)
        cr_expect(has_account(id), "account %u", id);
}

Test(shell_session, a_wrong_statement_changes_nothing_and_stops)
{
    struct session session =
        play(GOOD(1) "\ncreate_accounts id=2 ledger=1 code=1, id=3 ledger=x;\n" GOOD(4), false);

    cr_expect(session.exit == COMMAND_REFUSED && session.is_over);
    cr_expect(has_account(1));
    cr_expect_not(has_account(2), "the good part of a wrong statement is not done");
    cr_expect_not(has_account(4), "nothing behind it is done");
}

Test(shell_session, goes_on_if_told_so)
{
    struct session session = play("create_accounts id=2 ledger=1 code=1, id=3 ledger=x; " GOOD(
                                      4) "\n.nonsense\n"
                                         ".read /nowhere/at/all\n" GOOD(5),
                                  true);

    cr_expect(session.exit == COMMAND_REFUSED && !session.is_over);
    cr_expect_not(has_account(2));
    cr_expect(has_account(4) && has_account(5));
}

Test(shell_session, stops_behind_a_refusal)
{
    cr_expect_eq(play(GOOD(1) GOOD(1), false).exit, COMMAND_FINE, "`exists` is no refusal");
    cr_expect_eq(play("create_accounts id=2 code=1;" GOOD(3), false).exit, COMMAND_REFUSED);
    cr_expect_not(has_account(3));
    cr_expect_eq(play("lookup_accounts id=2;" GOOD(3), false).exit, COMMAND_REFUSED);
    cr_expect_not(has_account(3));
}

Test(shell_session, complains_of_a_statement_without_an_end)
{
    cr_expect_eq(play("create_accounts id=1 ledger=1 code=1", false).exit, COMMAND_REFUSED);
    cr_expect_not(has_account(1));
    cr_expect_eq(play("# nothing", false).exit, COMMAND_FINE);
    cr_expect_eq(play(".quit\n" GOOD(1), false).exit, COMMAND_FINE);
    cr_expect_not(has_account(1), "nothing behind .quit is done");
}

/* The ledger as a dump. */
static char *dumped(enum command_exit wanted)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    cr_assert_not_null(file);
    cr_expect_eq(dump_write(&view, file), wanted);
    cr_assert_eq(fclose(file), 0);
    return text;
}

static const char *const business =
    "create_accounts id=1 ledger=1 code=1 user_data_128=7 user_data_64=8 user_data_32=9,\n"
    " id=2 ledger=1 code=2 flags=debits_must_not_exceed_credits|history,\n"
    " id=3 ledger=1 code=2 flags=linked, id=4 ledger=1 code=2;\n"
    "create_transfers id=1 debit_account_id=1 credit_account_id=2 amount=100 code=1\n"
    "  user_data_128=1 user_data_64=2 user_data_32=3,\n"
    " id=2 debit_account_id=2 credit_account_id=1 amount=30 code=1 flags=linked,\n"
    " id=3 debit_account_id=2 credit_account_id=3 amount=20 code=1,\n"
    " id=4 debit_account_id=2 credit_account_id=3 amount=10 code=1 flags=pending,\n"
    " id=5 debit_account_id=2 credit_account_id=3 amount=5 code=1 flags=pending,\n"
    " id=6 pending_id=4 amount=4 flags=post_pending_transfer,\n"
    " id=7 debit_account_id=2 credit_account_id=3 amount=1000 code=1 flags=balancing_debit,\n"
    " id=8 debit_account_id=1 credit_account_id=4 amount=0 code=1 flags=pending|closing_credit;\n";

/* A dump says all that there is: totals, open holds, closed accounts, user data. */
Test(shell_session, a_dump_makes_the_ledger_anew)
{
    quipu_account before[4], after[4];
    const quipu_uint128 ids[] = {1, 2, 3, 4};
    char *first, *again;

    cr_assert_eq(play(business, false).exit, COMMAND_FINE);
    first = dumped(COMMAND_FINE);
    cr_assert_eq(quipu_lookup_accounts(view.ledger, ids, 4, before, NULL), QUIPU_OK);
    close_ledger();
    open_ledger();
    cr_assert_eq(play(first, false).exit, COMMAND_FINE);
    cr_assert_eq(quipu_lookup_accounts(view.ledger, ids, 4, after, NULL), QUIPU_OK);
    for (int i = 0; i < 4; i++)
        before[i].flags |= QUIPU_ACCOUNT_IMPORTED;
    cr_expect_arr_eq(before, after, sizeof before);
    again = dumped(COMMAND_FINE);
    cr_expect_str_eq(first, again);
    free(first);
    free(again);
}

Test(shell_session, a_dump_says_what_it_cannot_keep)
{
    char *text;

    cr_assert_eq(play(business, false).exit, COMMAND_FINE);
    cr_assert_eq(play("create_transfers id=9 debit_account_id=1 credit_account_id=2 amount=1 code=1"
                      " flags=pending timeout=1000;",
                      false)
                     .exit,
                 COMMAND_FINE);
    text = dumped(COMMAND_REFUSED);
    cr_expect_not_null(strstr(text, "id=9 "));
    cr_expect_null(strstr(text, "timeout"));
    free(text);
}
