/* interest.c - a month's interest on the balance of each day; posting it twice changes nothing.
 *
 * The account has the flag HISTORY: the ledger keeps its totals right after each transfer. */
#include "recipe.h"

enum { BANK = 1, SAVINGS, EXPENSE, MOST = 100, DAY = 24 * 3600 };

/* The sum of the balances at the end of each day of [first, last). */
static quipu_uint128 balance_days(struct book *book, uint64_t first, uint64_t last)
{
    quipu_account_filter filter = {.account_id = SAVINGS,
                                   .limit = MOST,
                                   .timestamp_max = last - 1,
                                   .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    quipu_account_balance balances[MOST];
    quipu_uint128 sum = 0, balance = 0;
    size_t count, next = 0;

    must(quipu_get_account_balances(book->ledger, &filter, balances, MOST, &count));
    for (uint64_t end = first + SECONDS(DAY); end <= last; end += SECONDS(DAY)) {
        for (; next < count && balances[next].timestamp < end; next++)
            balance = balances[next].credits_posted - balances[next].debits_posted;
        sum += balance;
    }
    return sum;
}

/* Percent a year are hundredths of a 365th a day. The id is the month's: a retry exists. */
static void post_interest(struct book *book, uint64_t first, uint64_t last, unsigned percent)
{
    quipu_transfer transfer = book_transfer(book, EXPENSE, SAVINGS, 0);
    quipu_date date = quipu_date_of(first);

    transfer.amount = balance_days(book, first, last) * percent / 36500;
    transfer.id = (quipu_uint128)SAVINGS << 64 | (date.year * 100 + date.month);
    (void)book_post(book, "interest", &transfer, 1);
}

int main(void)
{
    struct book book;
    uint64_t january, february;

    book_open(&book);
    january = book.now;
    february = january + SECONDS(31 * DAY);
    book_account(&book, BANK, "bank", EUR, QUIPU_NORMAL_DEBIT, 0);
    book_account(&book, SAVINGS, "savings", EUR, QUIPU_NORMAL_CREDIT,
                 LIMITED | QUIPU_ACCOUNT_HISTORY);
    book_account(&book, EXPENSE, "interest paid", EUR, QUIPU_NORMAL_DEBIT, 0);

    (void)book_move(&book, "paid in", BANK, SAVINGS, 1000000);
    book.now = january + SECONDS(15 * DAY);
    (void)book_move(&book, "taken out", SAVINGS, BANK, 400000);
    book.now = february;
    post_interest(&book, january, february, 3);
    post_interest(&book, january, february, 3);
    book_show(&book);
    return book_close(&book);
}
