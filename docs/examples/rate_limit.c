/* rate_limit.c - five requests a minute: each one is a hold of one token, which expires. */
#include "recipe.h"

enum { ISSUER = 1, USER, SINK, REQUESTS = 3 };

static void request(struct book *book)
{
    quipu_transfer token = book_transfer(book, USER, SINK, 1);
    quipu_result result;

    token.ledger = REQUESTS;
    token.flags = QUIPU_TRANSFER_PENDING;
    token.timeout = 60;
    must(quipu_create_transfers(book->ledger, &token, 1, &result));
    printf("%s  %s\n", quipu_time_text(book->now).text,
           result.status == QUIPU_CREATED ? "200 OK" : "429 Too Many Requests");
}

int main(void)
{
    struct book book;
    quipu_transfer tokens;

    book_open(&book);
    book_account(&book, ISSUER, "issuer", REQUESTS, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, USER, "user", REQUESTS, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SINK, "sink", REQUESTS, QUIPU_NORMAL_CREDIT, 0);
    tokens = book_transfer(&book, ISSUER, USER, 5);
    tokens.ledger = REQUESTS;
    must(quipu_create_transfers(book.ledger, &tokens, 1, &(quipu_result){.status = 0}));

    for (int i = 0; i < 7; i++) {
        request(&book);
        book.now += SECONDS(10);
    }
    request(&book);
    return book_close(&book);
}
