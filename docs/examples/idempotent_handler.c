/* idempotent_handler.c - a handler that a client may call again: the client's key is the id.
 *
 * Whatever got lost, request or answer, the client sends the same again, and money moves once. */
#include "recipe.h"

enum { BANK = 1, CUSTOMER, SHOP };

/* POST /payments, Idempotency-Key: a UUID. Returns the status code of the answer. */
static int handle(struct book *book, const char *key, quipu_uint128 amount)
{
    quipu_transfer payment = book_transfer(book, CUSTOMER, SHOP, amount);
    quipu_result result;

    if (quipu_uuid_read(key, strlen(key), &payment.id) != QUIPU_TEXT_OK) return 400;
    if (quipu_create_transfers(book->ledger, &payment, 1, &result) != QUIPU_OK) return 503;
    switch (result.status) {
    case QUIPU_CREATED: return 201;
    case QUIPU_CREATE_TRANSFER_EXISTS: return 200;            /* it was done before */
    case QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS: return 402;   /* and this burns the key: */
    case QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED: return 402; /* the answer stays the same */
    case QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_AMOUNT: return 422; /* a key used twice */
    default: return 400;
    }
}

static void post(struct book *book, const char *key, quipu_uint128 amount)
{
    printf("POST /payments %.8s... %s: %d\n", key, quipu_amount_text(amount, 2).text,
           handle(book, key, amount));
}

int main(void)
{
    static const char *const keys[] = {
        "6f1a7c9e-2f3b-4d0a-9a55-0c8e4b1d7f21",
        "b2c80d14-93f7-4c2e-8d1b-5e6fa0937c48",
    };
    struct book book;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, CUSTOMER, "customer", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, SHOP, "shop", EUR, QUIPU_NORMAL_CREDIT, 0);
    (void)book_move(&book, "paid in", BANK, CUSTOMER, 10000);

    post(&book, keys[0], 6000);
    post(&book, keys[0], 6000); /* the answer got lost */
    post(&book, keys[0], 7000);
    post(&book, keys[1], 6000);
    (void)book_move(&book, "paid in", BANK, CUSTOMER, 10000);
    post(&book, keys[1], 6000); /* the same key, the same answer: a new try takes a new key */
    post(&book, "not a key", 100);
    book_show(&book);
    return book_close(&book);
}
