/* many_captures.c - one reservation, captured in parts: a hold is resolved once, so the money goes
 * into a control account instead, and the parts come from there. */
#include "recipe.h"

enum { BANK = 1, CARD, SHOP, RESERVED };

static void end(struct book *book)
{
    quipu_transfer rest = book_transfer(book, RESERVED, CARD, ALL);

    rest.flags = QUIPU_TRANSFER_BALANCING_DEBIT;
    (void)book_post(book, "give the rest back", &rest, 1);
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, CARD, "card", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SHOP, "shop", EUR, QUIPU_NORMAL_CREDIT, 0);
    book_account(&book, RESERVED, "reserved, order 7", EUR, QUIPU_NORMAL_CREDIT, LIMITED);

    (void)book_move(&book, "salary", BANK, CARD, 50000);
    (void)book_move(&book, "reserve", CARD, RESERVED, 30000);
    (void)book_move(&book, "first parcel", RESERVED, SHOP, 12000);
    (void)book_move(&book, "second parcel", RESERVED, SHOP, 9000);
    (void)book_move(&book, "too much", RESERVED, SHOP, 9001);
    end(&book);
    end(&book); /* nothing is left to give back */
    book_show(&book);
    return book_close(&book);
}
