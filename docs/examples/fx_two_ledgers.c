/* fx_two_ledgers.c - an exchange is two transfers, one in each currency, tied into a chain. */
#include "recipe.h"

enum { BANK = 1, EUROS, DESK_EUR, DOLLARS, DESK_USD };

/* Sell euros for dollars at a rate of so many millionths. It is noted on both legs, and rounded in
 * the desk's favour. */
static void exchange(struct book *book, quipu_uint128 euros, uint64_t rate)
{
    quipu_transfer legs[2] = {
        book_transfer(book, EUROS, DESK_EUR, euros),
        book_transfer(book, DESK_USD, DOLLARS, euros * rate / 1000000),
    };

    legs[1].ledger = USD;
    legs[0].user_data_64 = legs[1].user_data_64 = rate;
    (void)book_post(book, "exchange", legs, 2);
}

int main(void)
{
    struct book book;
    quipu_transfer supply;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, EUROS, "customer EUR", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, DESK_EUR, "desk EUR", EUR, QUIPU_NORMAL_CREDIT, 0);
    book_account(&book, DOLLARS, "customer USD", USD, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, DESK_USD, "desk USD", USD, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, 6, "bank USD", USD, QUIPU_NORMAL_DEBIT, 0);

    (void)book_move(&book, "paid in", BANK, EUROS, 50000);
    supply = book_transfer(&book, 6, DESK_USD, 30000);
    supply.ledger = USD;
    (void)book_post(&book, "dollars for the desk", &supply, 1);

    exchange(&book, 20000, 1083333);
    exchange(&book, 10000, 1083333); /* the desk has too few dollars: no euros move either */
    book_show(&book);
    return book_close(&book);
}
