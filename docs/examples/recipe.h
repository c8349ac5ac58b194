/* recipe.h - what the recipes share: a ledger in memory, names for its accounts, and money shown.
 *
 * Accounts have small ids, and names by them. The clock stands still until a recipe moves it, and
 * ids of transfers count up: so each recipe prints the same each time. A program of its own takes
 * quipu_id(), and the system's clock. */
#ifndef RECIPE_H
#define RECIPE_H

#include <quipu/format.h>
#include <quipu/quipu.h>
#include <stdio.h>
#include <stdlib.h>

enum { BOOK_ACCOUNTS = 32, EUR = 978, USD = 840 };

#define LIMITED QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS
#define ALL QUIPU_AMOUNT_MAX
#define SECONDS(count) ((uint64_t)(count)*1000000000)

struct book {
    quipu_ledger *ledger;
    uint64_t now;
    quipu_uint128 last_id;
    const char *names[BOOK_ACCOUNTS];
    quipu_normal normals[BOOK_ACCOUNTS];
};

static inline void must(quipu_status status)
{
    if (status == QUIPU_OK) return;
    (void)fprintf(stderr, "%s\n", quipu_status_text(status));
    exit(1);
}

static inline uint64_t book_clock(void *now)
{
    return *(uint64_t *)now;
}

static inline void book_open(struct book *book)
{
    quipu_options options = {.clock = book_clock, .clock_context = &book->now};

    *book = (struct book){.now = SECONDS(1767225600)}; /* 2026-01-01 */
    must(quipu_open(&options, &book->ledger));
}

static inline void book_account(struct book *book, unsigned id, const char *name, uint32_t ledger,
                                quipu_normal normal, unsigned flags)
{
    quipu_account account = {.id = id, .ledger = ledger, .code = 1, .flags = (uint16_t)flags};
    quipu_result result;

    must(quipu_create_accounts(book->ledger, &account, 1, &result));
    if (result.status != QUIPU_CREATED) exit(1);
    book->names[id] = name;
    book->normals[id] = normal;
}

/* A transfer with an id of its own; change what is special about it. */
static inline quipu_transfer book_transfer(struct book *book, unsigned from, unsigned to,
                                           quipu_uint128 amount)
{
    return (quipu_transfer){.id = ++book->last_id,
                            .debit_account_id = from,
                            .credit_account_id = to,
                            .amount = amount,
                            .ledger = EUR,
                            .code = 1};
}

static inline void book_say(const struct book *book, const char *what, const quipu_transfer *of,
                            uint32_t outcome)
{
    printf("%-22s %s -> %s: ", what, book->names[of->debit_account_id],
           book->names[of->credit_account_id]);
    if (of->amount == ALL) printf("all, ");
    if (of->amount != ALL) printf("%s, ", quipu_amount_text(of->amount, 2).text);
    puts(quipu_outcome_name(QUIPU_EVENT_TRANSFER, outcome));
}

/* Post transfers, all of them or none, and say what became of each. Returns the first's outcome. */
static inline uint32_t book_post(struct book *book, const char *what, quipu_transfer *transfers,
                                 size_t count)
{
    quipu_result results[8];

    for (size_t i = 0; i + 1 < count; i++)
        transfers[i].flags |= QUIPU_TRANSFER_LINKED;
    must(quipu_create_transfers(book->ledger, transfers, count, results));
    for (size_t i = 0; i < count; i++)
        book_say(book, i == 0 ? what : "", &transfers[i], results[i].status);
    return results[0].status;
}

/* The same of one plain transfer. */
static inline uint32_t book_move(struct book *book, const char *what, unsigned from, unsigned to,
                                 quipu_uint128 amount)
{
    quipu_transfer transfer = book_transfer(book, from, to, amount);

    return book_post(book, what, &transfer, 1);
}

static inline quipu_account book_look(struct book *book, unsigned id, uint64_t *version)
{
    quipu_uint128 wanted = id;
    quipu_account account;

    must(quipu_lookup_accounts(book->ledger, &wanted, 1, &account, version));
    return account;
}

/* All accounts: the balance, and what is available if that is something else. */
static inline void book_show(struct book *book)
{
    for (unsigned id = 1; id < BOOK_ACCOUNTS; id++) {
        quipu_account account;
        quipu_signed balance, available;

        if (book->names[id] == NULL) continue;
        account = book_look(book, id, NULL);
        balance = quipu_balance(&account, book->normals[id]);
        available = quipu_available(&account, book->normals[id]);
        printf("  %-20s %10s", book->names[id], quipu_signed_text(balance, 2).text);
        if (available.amount != balance.amount || available.is_negative != balance.is_negative)
            printf(", available %s", quipu_signed_text(available, 2).text);
        puts("");
    }
}

static inline int book_close(struct book *book)
{
    must(quipu_close(book->ledger));
    return 0;
}

#endif
