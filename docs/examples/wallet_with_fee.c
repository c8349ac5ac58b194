/* wallet_with_fee.c - a payment and its fee are one chain: both, or neither. */
#include "recipe.h"

enum { BANK = 1, WALLET, SHOP, FEES };

static void pay(struct book *book, quipu_uint128 amount)
{
    quipu_transfer both[2] = {
        book_transfer(book, WALLET, SHOP, amount),
        book_transfer(book, WALLET, FEES, 150),
    };

    both[1].code = 2; /* a fee */
    (void)book_post(book, "pay, with a fee", both, 2);
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, WALLET, "wallet", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SHOP, "shop", EUR, QUIPU_NORMAL_CREDIT, 0);
    book_account(&book, FEES, "fees", EUR, QUIPU_NORMAL_CREDIT, 0);

    (void)book_move(&book, "top up", BANK, WALLET, 10000);
    pay(&book, 4000);
    pay(&book, 5800); /* there are 58.50 left: enough for the payment, not for the fee */
    book_show(&book);
    return book_close(&book);
}
