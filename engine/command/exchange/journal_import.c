/* journal_import.c - transactions as chains of transfers.
 *
 * A transaction of two legs in one currency is one transfer. Any other is a chain: each leg is a
 * transfer between its account and a clearing account of its currency, `equity:clearing (EUR)`.
 * What a currency of the transaction does not sum up to zero by goes through `equity:exchange
 * (EUR)`. An account of a ledger has one currency: where one of the journal has several, the
 * further ones are accounts named `assets:bank (USD)`. */
#include "command/exchange/journal_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/exchange/journal_legs.h"
#include "command/exchange/poster.h"
#include "command/terminal/complain.h"

#define DAY_NS UINT64_C(86400000000000)

struct assertion {
    quipu_uint128 account, balance; /* debits less credits, modulo 2^128 */
    uint32_t ledger;
    size_t after; /* of the postings of the poster: so many come before it */
    unsigned long long line;
};

struct import {
    struct view *view;
    const char *path;
    struct poster poster;
    struct journal_entry *entries; /* by day */
    size_t count, capacity;
    struct assertion *assertions;
    size_t assertion_count, assertion_capacity;
    uint64_t transactions, wrong;
};

static int by_day(const void *one, const void *other)
{
    const struct journal_entry *a = one, *b = other;

    if (a->day != b->day) return a->day < b->day ? -1 : 1;
    if (a->is_assertion != b->is_assertion) return a->is_assertion ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Read the whole journal, and sort it by day. */
static enum command_exit read_entries(struct import *import, struct journal *journal)
{
    static struct journal_transaction transaction; /* large */
    enum journal_next next;
    enum command_exit exit = COMMAND_FINE;

    while (exit == COMMAND_FINE && (next = journal_next(journal, &transaction)) != JOURNAL_END) {
        struct journal_entry *entries;

        if (next == JOURNAL_BROKEN) return COMMAND_REFUSED;
        entries = grow(import->entries, &import->capacity, import->count + 1, sizeof *entries);
        if (entries == NULL) return COMMAND_SYSTEM;
        import->entries = entries;
        exit = journal_entry_make(&entries[import->count], &transaction, &import->poster);
        entries[import->count].number = import->count;
        if (exit == COMMAND_FINE) import->count++;
    }
    if (exit == COMMAND_FINE && import->count > 0)
        qsort(import->entries, import->count, sizeof *import->entries, by_day);
    return exit;
}

/* --- accounts --- */

static const char *currency_name(const struct import *import, uint32_t ledger)
{
    const char *name = book_ledger_name(&import->view->book, ledger);

    return name != NULL ? name : "?";
}

/* The account of a name and a currency. */
static enum command_exit account_of(struct import *import, const char *name, uint32_t ledger,
                                    uint64_t time, quipu_uint128 *id)
{
    const struct book_account *plain = book_account_named(&import->view->book, name);
    char of_currency[2 * BOOK_NAME_BYTES];
    quipu_account there = {0};

    if (plain != NULL &&
        quipu_lookup_accounts(import->view->ledger, &plain->id, 1, &there, NULL) == QUIPU_OK &&
        there.id != 0 && there.ledger != ledger) {
        (void)snprintf(of_currency, sizeof of_currency, "%s (%s)", name,
                       currency_name(import, ledger));
        name = of_currency;
    }
    return poster_account(&import->poster, name, ledger, time, id);
}

static enum command_exit own_account(struct import *import, const char *what, uint32_t ledger,
                                     uint64_t time, quipu_uint128 *id)
{
    char name[BOOK_NAME_BYTES];

    (void)snprintf(name, sizeof name, "equity:%s (%s)", what, currency_name(import, ledger));
    return poster_account(&import->poster, name, ledger, time, id);
}

/* --- postings --- */

static enum command_exit add(struct import *import, const struct journal_entry *entry, size_t leg,
                             const quipu_transfer *transfer, uint64_t time)
{
    struct posting posting = {
        .transfer = *transfer, .time = time + leg, .line = entry->line, .note = entry->description};
    struct digest digest = entry->digest;
    char number[24];

    (void)snprintf(number, sizeof number, "%zu/%zu", entry->equal, leg);
    digest_add(&digest, number);
    posting.transfer.id = digest_end(&digest);
    posting.transfer.code = 1;
    return poster_add(&import->poster, &posting) != NULL ? COMMAND_FINE : COMMAND_SYSTEM;
}

/* A transfer of an amount, positive or not, to an account from another. */
static quipu_transfer move(quipu_uint128 to, quipu_uint128 from, quipu_uint128 amount,
                           uint32_t ledger)
{
    bool is_negative = amount >> 127 != 0;

    return (quipu_transfer){
        .debit_account_id = is_negative ? from : to,
        .credit_account_id = is_negative ? to : from,
        .amount = is_negative ? -amount : amount,
        .ledger = ledger,
    };
}

static bool is_pair(const struct journal_entry *entry)
{
    return entry->count == 2 && entry->legs[0].ledger == entry->legs[1].ledger &&
           entry->legs[0].amount == -entry->legs[1].amount && entry->legs[0].amount != 0;
}

/* Legs through the clearing accounts, then what is left of each currency through exchange. */
static enum command_exit add_chain(struct import *import, struct journal_entry *entry,
                                   uint64_t time)
{
    size_t first = import->poster.count, leg = 0;
    quipu_uint128 clearing = 0, exchange;
    enum command_exit exit = COMMAND_FINE;

    for (size_t i = 0; i < entry->count && exit == COMMAND_FINE; i++) {
        const struct journal_leg *of = &entry->legs[i];
        quipu_transfer transfer;

        if (of->amount == 0) continue;
        exit = own_account(import, "clearing", of->ledger, entry->day, &clearing);
        transfer = move(of->account_id, clearing, of->amount, of->ledger);
        if (exit == COMMAND_FINE) exit = add(import, entry, leg++, &transfer, time);
    }
    for (size_t i = 0; i < entry->count && exit == COMMAND_FINE; i++) {
        uint32_t ledger = entry->legs[i].ledger;
        quipu_uint128 rest = journal_entry_rest(entry, i);
        quipu_transfer transfer;

        if (rest == 0) continue;
        exit = own_account(import, "clearing", ledger, entry->day, &clearing);
        if (exit == COMMAND_FINE)
            exit = own_account(import, "exchange", ledger, entry->day, &exchange);
        transfer = move(exchange, clearing, -rest, ledger);
        if (exit == COMMAND_FINE) exit = add(import, entry, leg++, &transfer, time);
    }
    for (size_t i = first; i + 1 < import->poster.count; i++)
        import->poster.all[i].transfer.flags |= QUIPU_TRANSFER_LINKED;
    return exit;
}

static enum command_exit add_assertions(struct import *import, const struct journal_entry *entry)
{
    for (size_t i = 0; i < entry->count; i++) {
        struct assertion *all;

        if (!entry->legs[i].has_assertion) continue;
        all = grow(import->assertions, &import->assertion_capacity, import->assertion_count + 1,
                   sizeof *all);
        if (all == NULL) return COMMAND_SYSTEM;
        import->assertions = all;
        all[import->assertion_count++] = (struct assertion){
            .account = entry->legs[i].asserted_id,
            .balance = entry->legs[i].asserted,
            .ledger = entry->legs[i].asserted_ledger,
            .after = import->poster.count,
            .line = entry->legs[i].line,
        };
    }
    return COMMAND_FINE;
}

static enum command_exit find_accounts(struct import *import, struct journal_entry *entry)
{
    enum command_exit exit = COMMAND_FINE;

    for (size_t i = 0; i < entry->count && exit == COMMAND_FINE; i++) {
        struct journal_leg *leg = &entry->legs[i];

        if (!entry->is_assertion)
            exit = account_of(import, leg->account, leg->ledger, entry->day, &leg->account_id);
        if (exit == COMMAND_FINE && leg->has_assertion)
            exit = account_of(import, leg->account, leg->asserted_ledger, entry->day,
                              &leg->asserted_id);
    }
    return exit;
}

/* How many entries of the same text come before it on its day. */
static void count_equal(struct import *import, size_t at)
{
    struct journal_entry *entry = &import->entries[at];

    for (size_t i = at; i > 0 && import->entries[i - 1].day == entry->day; i--)
        entry->equal += digest_end(&import->entries[i - 1].digest) == digest_end(&entry->digest);
}

static enum command_exit add_entry(struct import *import, size_t at)
{
    struct journal_entry *entry = &import->entries[at];
    size_t first = at, end = at;
    uint64_t time;
    quipu_transfer transfer;
    enum command_exit exit = find_accounts(import, entry);

    while (first > 0 && import->entries[first - 1].day == entry->day)
        first--;
    while (end < import->count && import->entries[end].day == entry->day)
        end++;
    time = entry->day + (at - first + 1) * (DAY_NS / (end - first + 1));
    count_equal(import, at);
    if (exit != COMMAND_FINE) return exit;
    if (!entry->is_assertion) {
        import->transactions++;
        if (is_pair(entry)) {
            transfer = move(entry->legs[0].account_id, entry->legs[1].account_id,
                            entry->legs[0].amount, entry->legs[0].ledger);
            exit = add(import, entry, 0, &transfer, time);
        } else {
            exit = add_chain(import, entry, time);
        }
    }
    return exit == COMMAND_FINE ? add_assertions(import, entry) : exit;
}

/* --- assertions --- */

static void check(struct import *import, const struct assertion *assertion)
{
    struct quipu_account_filter filter = {
        .account_id = assertion->account,
        .limit = 1,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED,
    };
    unsigned scale = book_scale(&import->view->book, assertion->ledger);
    quipu_account_balance totals = {0};
    quipu_uint128 balance;
    quipu_signed had, wanted;
    size_t count = 0;

    if (assertion->after > 0)
        filter.timestamp_max = import->poster.all[assertion->after - 1].posted_at;
    if (filter.timestamp_max != 0 &&
        quipu_get_account_balances(import->view->ledger, &filter, &totals, 1, &count) != QUIPU_OK)
        return;
    balance = totals.debits_posted - totals.credits_posted;
    if (balance == assertion->balance) return;
    had = journal_signed(balance);
    wanted = journal_signed(assertion->balance);
    if (import->wrong++ < 20)
        complain_at(import->path, assertion->line, 0,
                    "the journal says that the balance is %s here, the ledger has %s",
                    quipu_signed_text(wanted, scale).text, quipu_signed_text(had, scale).text);
}

static void report(struct import *import)
{
    static const struct column columns[] = {
        {"transactions", COLUMN_COUNT},
        {"transfers_created", COLUMN_COUNT},
        {"transfers_existing", COLUMN_COUNT},
        {"transfers_refused", COLUMN_COUNT},
        {"late", COLUMN_COUNT},
        {"balances_checked", COLUMN_COUNT},
        {"balances_wrong", COLUMN_COUNT},
        {"ledger", COLUMN_TEXT},
    };
    const uint64_t values[] = {
        import->transactions,   import->poster.created, import->poster.existing,
        import->poster.refused, import->poster.late,    import->assertion_count,
        import->wrong,
    };
    struct report *to = &import->view->report;

    report_sheet(to, SHEET_OF_FACTS, "journal", NULL, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        report_count(to, values[i]);
    report_text(to, import->view->directory);
}

static enum command_exit import_entries(struct import *import)
{
    enum command_exit exit = COMMAND_FINE;

    for (size_t i = 0; i < import->count && exit == COMMAND_FINE; i++)
        exit = add_entry(import, i);
    if (exit == COMMAND_FINE) exit = poster_run(&import->poster);
    if (exit == COMMAND_SYSTEM) return exit;
    for (size_t i = 0; i < import->assertion_count; i++)
        check(import, &import->assertions[i]);
    report(import);
    return import->wrong > 0 ? COMMAND_REFUSED : exit;
}

enum command_exit journal_import(struct view *view, const char *path)
{
    struct import import = {.view = view, .path = path, .poster = {.view = view, .path = path}};
    struct journal journal;
    enum command_exit exit = journal_open(&journal, path);

    if (exit == COMMAND_FINE) exit = read_entries(&import, &journal);
    if (exit == COMMAND_FINE) exit = import_entries(&import);
    for (size_t i = 0; i < import.count; i++)
        free(import.entries[i].legs);
    free(import.entries);
    free(import.assertions);
    poster_free(&import.poster);
    journal_close(&journal);
    return exit;
}
