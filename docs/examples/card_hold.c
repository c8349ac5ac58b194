/* card_hold.c - a card reserves an amount; the shop captures a part of it, or it expires. */
#include "recipe.h"

enum { BANK = 1, CARD, SHOP };

static quipu_uint128 reserve(struct book *book, quipu_uint128 amount)
{
    quipu_transfer hold = book_transfer(book, CARD, SHOP, amount);

    hold.flags = QUIPU_TRANSFER_PENDING;
    hold.timeout = 7 * 24 * 3600;
    (void)book_post(book, "reserve", &hold, 1);
    return hold.id;
}

static void capture(struct book *book, quipu_uint128 hold, quipu_uint128 amount)
{
    quipu_transfer part = book_transfer(book, CARD, SHOP, amount);

    part.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
    part.pending_id = hold;
    (void)book_post(book, "capture", &part, 1);
}

int main(void)
{
    struct book book;
    quipu_uint128 first, second;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, CARD, "card", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SHOP, "shop", EUR, QUIPU_NORMAL_CREDIT, 0);

    (void)book_move(&book, "salary", BANK, CARD, 10000);
    first = reserve(&book, 8000);
    second = reserve(&book, 2000);
    (void)book_move(&book, "cash", CARD, BANK, 1); /* nothing is available */
    book_show(&book);
    capture(&book, first, 5500); /* what is left of the hold is available again */
    book_show(&book);

    book.now += SECONDS(8 * 24 * 3600);
    capture(&book, second, 2000);
    book_show(&book);
    return book_close(&book);
}
