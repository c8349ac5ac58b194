/* refund.c - a refund is tied to its payment, and all refunds together are never more than it.
 *
 * Each payment has an account of its own that counts what may be refunded still. The account of
 * the counts is no money: it is a ledger of its own. */
#include "recipe.h"

enum { BANK = 1, CUSTOMER, SHOP, COUNTS, PAYMENT_1, REFUNDS = 2 };

static void pay(struct book *book, unsigned payment, quipu_uint128 amount)
{
    quipu_transfer both[2] = {
        book_transfer(book, CUSTOMER, SHOP, amount),
        book_transfer(book, COUNTS, payment, amount),
    };

    both[0].user_data_128 = both[1].user_data_128 = payment;
    both[1].ledger = REFUNDS;
    (void)book_post(book, "pay", both, 2);
}

static void refund(struct book *book, unsigned payment, quipu_uint128 amount)
{
    quipu_transfer both[2] = {
        book_transfer(book, payment, COUNTS, amount), /* refuses what is too much */
        book_transfer(book, SHOP, CUSTOMER, amount),
    };

    both[0].user_data_128 = both[1].user_data_128 = payment;
    both[0].ledger = REFUNDS;
    (void)book_post(book, "refund", both, 2);
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, CUSTOMER, "customer", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SHOP, "shop", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, COUNTS, "counts", REFUNDS, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, PAYMENT_1, "payment 1", REFUNDS, QUIPU_NORMAL_CREDIT, LIMITED);

    (void)book_move(&book, "paid in", BANK, CUSTOMER, 20000);
    pay(&book, PAYMENT_1, 9000);
    refund(&book, PAYMENT_1, 4000);
    refund(&book, PAYMENT_1, 5001);
    refund(&book, PAYMENT_1, 5000);
    book_show(&book);
    return book_close(&book);
}
