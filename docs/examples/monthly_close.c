/* monthly_close.c - at the end of a month income and expenses go to the result, and are closed. */
#include "recipe.h"

enum { CASH = 1, SALES, RENT, RESULT };

/* Move all of it, whatever it is by now, to the result. Then nothing can be posted to it. */
static void close_income(struct book *book, unsigned account)
{
    quipu_transfer both[2] = {
        book_transfer(book, account, RESULT, ALL),
        book_transfer(book, account, RESULT, 0),
    };

    both[0].flags = QUIPU_TRANSFER_BALANCING_DEBIT;
    both[1].flags = QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_DEBIT;
    (void)book_post(book, "close", both, 2);
}

static void close_expense(struct book *book, unsigned account)
{
    quipu_transfer both[2] = {
        book_transfer(book, RESULT, account, ALL),
        book_transfer(book, RESULT, account, 0),
    };

    both[0].flags = QUIPU_TRANSFER_BALANCING_CREDIT;
    both[1].flags = QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_CLOSING_CREDIT;
    (void)book_post(book, "close", both, 2);
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, CASH, "cash", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, SALES, "sales, January", EUR, QUIPU_NORMAL_CREDIT, 0);
    book_account(&book, RENT, "rent, January", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, RESULT, "result", EUR, QUIPU_NORMAL_CREDIT, 0);

    (void)book_move(&book, "sold", CASH, SALES, 250000);
    (void)book_move(&book, "sold", CASH, SALES, 120000);
    (void)book_move(&book, "rent", RENT, CASH, 90000);
    close_income(&book, SALES);
    close_expense(&book, RENT);
    (void)book_move(&book, "sold, too late", CASH, SALES, 1000);
    book_show(&book);
    return book_close(&book);
}
