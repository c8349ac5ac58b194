/* three_withdrawals.c - two tellers pay 60 each from an account that has 100: three ways.
 *
 * The tellers take turns as threads might: both read before either writes. */
#include "recipe.h"

enum { CASH = 1, UNSAFE, ATOMIC, OPTIMISTIC, NEED = 6000 };

/* Read, decide, write: what was read is old when it is written. */
static void unsafe(struct book *book)
{
    quipu_account seen[2] = {book_look(book, UNSAFE, NULL), book_look(book, UNSAFE, NULL)};

    for (int teller = 0; teller < 2; teller++) {
        if (seen[teller].credits_posted - seen[teller].debits_posted >= NEED)
            (void)book_move(book, "read, then write", UNSAFE, CASH, NEED);
    }
}

/* The ledger decides, by the account's limit: nothing is read before. */
static void atomic(struct book *book)
{
    for (int teller = 0; teller < 2; teller++)
        (void)book_move(book, "a limit", ATOMIC, CASH, NEED);
}

/* Read, decide, and commit only if the account is at the version that was read. The loser reads
 * again, and decides again. */
static void optimistic(struct book *book)
{
    uint64_t versions[2];
    quipu_account seen[2] = {book_look(book, OPTIMISTIC, &versions[0]),
                             book_look(book, OPTIMISTIC, &versions[1])};

    for (int teller = 0; teller < 2; teller++) {
        quipu_expectation still = {.account_id = OPTIMISTIC, .version = versions[teller]};
        quipu_transfer transfer = book_transfer(book, OPTIMISTIC, CASH, NEED);
        quipu_result result;
        quipu_status status;

        if (seen[teller].credits_posted - seen[teller].debits_posted < NEED) continue;
        status = quipu_commit(book->ledger, &still, 1, &transfer, 1, &result, NULL);
        printf("%-22s expects version %d: %s\n", "a version", (int)versions[teller],
               quipu_status_text(status));
        if (status != QUIPU_CONFLICT) continue;
        seen[teller] = book_look(book, OPTIMISTIC, &versions[teller]);
        printf("%-22s has %s now: no\n", "",
               quipu_signed_text(quipu_balance(&seen[teller], QUIPU_NORMAL_CREDIT), 2).text);
    }
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, CASH, "cash", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, UNSAFE, "unsafe", EUR, QUIPU_NORMAL_CREDIT, 0);
    book_account(&book, ATOMIC, "atomic", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, OPTIMISTIC, "optimistic", EUR, QUIPU_NORMAL_CREDIT, 0);
    for (unsigned account = UNSAFE; account <= OPTIMISTIC; account++)
        (void)book_move(&book, "paid in", CASH, account, 10000);
    unsafe(&book);
    atomic(&book);
    optimistic(&book);
    book_show(&book);
    return book_close(&book);
}
