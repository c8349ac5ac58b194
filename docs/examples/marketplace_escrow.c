/* marketplace_escrow.c - the buyer's money waits in an account of the order; then it is split. */
#include "recipe.h"

enum { BUYER = 1, SELLER, MARKET, BANK, ORDER_1, ORDER_2 };

/* Ninety percent to the seller, the rest to the market: the rest of a balance loses no cent. */
static void deliver(struct book *book, unsigned order)
{
    quipu_account escrow = book_look(book, order, NULL);
    quipu_uint128 there = escrow.credits_posted - escrow.debits_posted;
    quipu_transfer split[2] = {
        book_transfer(book, order, SELLER, there * 90 / 100),
        book_transfer(book, order, MARKET, ALL),
    };

    split[1].flags = QUIPU_TRANSFER_BALANCING_DEBIT; /* as much as is there */
    (void)book_post(book, "delivered", split, 2);
}

static void cancel(struct book *book, unsigned order)
{
    quipu_transfer back = book_transfer(book, order, BUYER, ALL);

    back.flags = QUIPU_TRANSFER_BALANCING_DEBIT;
    (void)book_post(book, "cancelled", &back, 1);
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, BUYER, "buyer", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SELLER, "seller", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, MARKET, "market", EUR, QUIPU_NORMAL_CREDIT, 0);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, ORDER_1, "order 1", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, ORDER_2, "order 2", EUR, QUIPU_NORMAL_CREDIT, LIMITED);

    (void)book_move(&book, "paid in", BANK, BUYER, 20000);
    (void)book_move(&book, "order 1", BUYER, ORDER_1, 9999);
    (void)book_move(&book, "order 2", BUYER, ORDER_2, 5000);
    deliver(&book, ORDER_1);
    cancel(&book, ORDER_2);
    book_show(&book);
    return book_close(&book);
}
