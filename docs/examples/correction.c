/* correction.c - a posted transfer stays; what was wrong is posted back, and what is right is
 * posted, as one chain that names it. */
#include "recipe.h"

enum { BANK = 1, ANNA, BERT, CODE_CORRECTION = 99 };

static void correct(struct book *book, quipu_uint128 wrong, quipu_uint128 right_amount)
{
    quipu_transfer was, both[2];

    must(quipu_lookup_transfers(book->ledger, &wrong, 1, &was, NULL));
    both[0] = book_transfer(book, (unsigned)was.credit_account_id, (unsigned)was.debit_account_id,
                            was.amount);
    both[1] = book_transfer(book, (unsigned)was.debit_account_id, (unsigned)was.credit_account_id,
                            right_amount);
    both[0].code = both[1].code = CODE_CORRECTION;
    both[0].user_data_128 = both[1].user_data_128 = wrong; /* what it is about */
    (void)book_post(book, "correct", both, 2);
}

static void show_history(struct book *book, unsigned account)
{
    quipu_account_filter filter = {
        .account_id = account, .limit = 10, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    quipu_transfer transfers[10];
    size_t count;

    must(quipu_get_account_transfers(book->ledger, &filter, transfers, 10, &count));
    for (size_t i = 0; i < count; i++) {
        printf("  %s%s", transfers[i].debit_account_id == account ? "-" : "+",
               quipu_amount_text(transfers[i].amount, 2).text);
        if (transfers[i].user_data_128 != 0)
            printf(", corrects %s", quipu_number_text(transfers[i].user_data_128).text);
        puts("");
    }
}

int main(void)
{
    struct book book;

    book_open(&book);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, ANNA, "Anna", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    book_account(&book, BERT, "Bert", EUR, QUIPU_NORMAL_CREDIT, LIMITED);
    (void)book_move(&book, "paid in", BANK, ANNA, 10000);
    (void)book_move(&book, "rent, mistyped", ANNA, BERT, 5400); /* 45.00 was meant; its id is 2 */
    correct(&book, 2, 4500);
    show_history(&book, BERT);
    book_show(&book);
    return book_close(&book);
}
