/* overdraft_line.c - an account that may go below zero, down to a line that the bank grants.
 *
 * The line is money that the bank has put into the account: its limit stays "debits must not exceed
 * credits". What the customer owns is the balance less the line. */
#include "recipe.h"

enum { BANK = 1, CUSTOMER, LINES, SHOP };

static void show_customer(struct book *book, quipu_uint128 line)
{
    quipu_account account = book_look(book, CUSTOMER, NULL);

    printf(
        "  own %s of a line of %s, can spend %s\n",
        quipu_signed_text(quipu_difference(account.credits_posted, account.debits_posted + line), 2)
            .text,
        quipu_amount_text(line, 2).text,
        quipu_signed_text(quipu_available(&account, QUIPU_NORMAL_CREDIT), 2).text);
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, CUSTOMER, "customer", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, LINES, "lines granted", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, SHOP, "shop", EUR, QUIPU_NORMAL_CREDIT, 0);

    (void)book_move(&book, "salary", BANK, CUSTOMER, 10000);
    (void)book_move(&book, "grant a line", LINES, CUSTOMER, 50000);
    show_customer(&book, 50000);
    (void)book_move(&book, "pay", CUSTOMER, SHOP, 45000);
    show_customer(&book, 50000);
    (void)book_move(&book, "pay", CUSTOMER, SHOP, 20000);

    /* The line is lowered only if the customer is not below the new one: the limit sees to it. */
    (void)book_move(&book, "lower it by 200.00", CUSTOMER, LINES, 20000);
    (void)book_move(&book, "lower it by 100.00", CUSTOMER, LINES, 10000);
    show_customer(&book, 40000);
    book_show(&book);
    return book_close(&book);
}
