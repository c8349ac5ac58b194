/* bank_import.c - from rows to postings: date, amount, accounts, an id; then the balance column.
 *
 * The id of a row is made from its account, date, amount, description and reference, and from how
 * many equal rows stand before it on its day. So an export that overlaps an earlier one adds what
 * is new, and two equal rows of one day are two transfers. Rows of one day are spread over it. */
#include "command/exchange/bank_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/exchange/bank_rows.h"
#include "command/exchange/bank_value.h"
#include "command/exchange/poster.h"
#include "command/terminal/complain.h"
#include "command/terminal/quota.h"

#define DAY_NS UINT64_C(86400000000000)

struct bank_entry {
    const struct bank_row *row;
    uint64_t day;
    quipu_signed amount, balance;
    bool has_balance;
    uint32_t ledger;
    quipu_uint128 account;
    size_t posting; /* its place among those of the poster */
    struct digest digest;
    quipu_uint128 same; /* the digest, to count equal rows */
};

struct bank {
    struct view *view;
    const struct bank_rules *rules;
    const char *path;
    struct bank_rows rows;
    struct bank_entry *entries;
    size_t count;
    struct poster poster;
    uint64_t bad, empty, asserted, wrong;
    struct quota quota;
};

static bool bad_row(struct bank *bank, const struct bank_row *row, const char *what,
                    const char *text)
{
    bank->bad++;
    if (quota_take(&bank->quota)) complain_at(bank->path, row->line, 0, "%s: \"%s\"", what, text);
    return false;
}

/* A field's text; "" if no rule has it. */
static bool field(struct bank *bank, const struct bank_row *row, enum bank_field which,
                  char text[static BANK_CELL_BYTES])
{
    text[0] = '\0';
    if (bank->rules->fields[which] == NULL) return true;
    if (bank_rows_fill(&bank->rows, row, bank->rules->fields[which], text, bank->path)) return true;
    bank->bad++;
    return false;
}

static bool is_empty(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

/* One amount with a sign, or one of two columns. */
static bool take_amount(struct bank *bank, struct bank_entry *entry)
{
    static const enum bank_field columns[] = {BANK_AMOUNT, BANK_AMOUNT_IN, BANK_AMOUNT_OUT};
    unsigned scale = book_scale(&bank->view->book, entry->ledger);
    char text[BANK_CELL_BYTES];

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!field(bank, entry->row, columns[i], text)) return false;
        if (is_empty(text)) continue;
        if (bank_amount_read(text, scale, bank->rules->mark, &entry->amount) != QUIPU_TEXT_OK)
            return bad_row(bank, entry->row, "this is no amount by the rules", text);
        if (columns[i] == BANK_AMOUNT_OUT && entry->amount.amount > 0)
            entry->amount.is_negative = true;
        if (columns[i] == BANK_AMOUNT_IN) entry->amount.is_negative = false;
        if (entry->amount.amount > 0) break;
    }
    if (!field(bank, entry->row, BANK_BALANCE, text)) return false;
    entry->has_balance = !is_empty(text);
    return !entry->has_balance ||
           bank_amount_read(text, scale, bank->rules->mark, &entry->balance) == QUIPU_TEXT_OK ||
           bad_row(bank, entry->row, "this is no balance by the rules", text);
}

static void take_digest(struct bank *bank, struct bank_entry *entry)
{
    static const enum bank_field parts[] = {BANK_ACCOUNT1, BANK_DATE, BANK_DESCRIPTION,
                                            BANK_REFERENCE};
    char text[BANK_CELL_BYTES];

    entry->digest = digest_begin();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)field(bank, entry->row, parts[i], text);
        digest_add(&entry->digest, text);
    }
    digest_add(&entry->digest, quipu_signed_text(entry->amount, 0).text);
    entry->same = digest_end(&entry->digest);
}

static bool take_row(struct bank *bank, struct bank_entry *entry)
{
    char text[BANK_CELL_BYTES];
    quipu_date date;

    if (!field(bank, entry->row, BANK_DATE, text)) return false;
    if (!bank_date_read(text, bank->rules->date_format, &date))
        return bad_row(bank, entry->row, "this is no date by the rules", text);
    (void)quipu_date_start(date, &entry->day);
    if (!field(bank, entry->row, BANK_CURRENCY, text)) return false;
    if (poster_currency(&bank->poster, text, &entry->ledger) != COMMAND_FINE)
        return bad_row(bank, entry->row, "no such currency", text);
    if (!take_amount(bank, entry)) return false;
    if (entry->amount.amount == 0) {
        bank->empty++;
        return false;
    }
    take_digest(bank, entry);
    return true;
}

/* The rows, oldest first. */
static bool take_rows(struct bank *bank)
{
    size_t count = bank->rows.row_count;

    bank->entries = calloc(count + 1, sizeof *bank->entries);
    if (bank->entries == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        struct bank_entry *entry = &bank->entries[bank->count];

        *entry = (struct bank_entry){
            .row = &bank->rows.rows[bank->rules->is_newest_first ? count - 1 - i : i]};
        if (take_row(bank, entry)) bank->count++;
    }
    return true;
}

/* --- from rows to postings --- */

/* The entries of the day of entry `at`: how many there are, and how many come before it. */
static void place_in_day(const struct bank *bank, size_t at, uint64_t *before, uint64_t *all)
{
    size_t first = at, end = at;

    while (first > 0 && bank->entries[first - 1].day == bank->entries[at].day)
        first--;
    while (end < bank->count && bank->entries[end].day == bank->entries[at].day)
        end++;
    *before = at - first;
    *all = end - first;
}

static quipu_uint128 id_of(const struct bank *bank, size_t at)
{
    struct digest digest = bank->entries[at].digest;
    char equal[24];
    size_t before = 0;

    for (size_t i = at; i > 0 && bank->entries[i - 1].day == bank->entries[at].day; i--)
        before += bank->entries[i - 1].same == bank->entries[at].same;
    (void)snprintf(equal, sizeof equal, "%zu", before);
    digest_add(&digest, equal);
    return digest_end(&digest);
}

static enum command_exit other_account(struct bank *bank, struct bank_entry *entry,
                                       const char *description, quipu_uint128 *id)
{
    const char *name = bank_rules_match(bank->rules, description);
    char text[BANK_CELL_BYTES];

    if (name == NULL && !entry->amount.is_negative) name = bank->rules->account2_in;
    if (name == NULL && field(bank, entry->row, BANK_ACCOUNT2, text) && !is_empty(text))
        name = text;
    if (name == NULL) name = entry->amount.is_negative ? "expenses:unknown" : "income:unknown";
    return poster_account(&bank->poster, name, entry->ledger, entry->day, id);
}

/* What the account had before the first row, by the balance column, comes from `opening`. */
static enum command_exit add_opening(struct bank *bank, const struct bank_entry *first)
{
    const quipu_account_filter filter = {
        .account_id = first->account,
        .limit = 1,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS,
    };
    struct posting posting = {
        .time = first->day, .line = first->row->line, .note = (char[]){"opening balance"}};
    quipu_uint128 other, before, moved = first->amount.amount, after = first->balance.amount;
    quipu_transfer there;
    size_t count = 0;
    bool is_negative;
    enum command_exit exit;

    if (bank->rules->opening == NULL || !first->has_balance) return COMMAND_FINE;
    if (quipu_get_account_transfers(bank->view->ledger, &filter, &there, 1, &count) != QUIPU_OK ||
        count > 0)
        return COMMAND_FINE;
    before = (first->balance.is_negative ? -after : after) -
             (first->amount.is_negative ? -moved : moved);
    if (before == 0) return COMMAND_FINE;
    exit = poster_account(&bank->poster, bank->rules->opening, first->ledger, first->day, &other);
    if (exit != COMMAND_FINE) return exit;
    is_negative = before >> 127 != 0;
    posting.transfer = (quipu_transfer){
        .debit_account_id = is_negative ? other : first->account,
        .credit_account_id = is_negative ? first->account : other,
        .amount = is_negative ? -before : before,
        .ledger = first->ledger,
        .code = 1,
    };

    struct digest digest = first->digest;

    digest_add(&digest, "opening");
    posting.transfer.id = digest_end(&digest);
    return poster_add(&bank->poster, &posting) != NULL ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit add_posting(struct bank *bank, size_t at)
{
    struct bank_entry *entry = &bank->entries[at];
    char name[BANK_CELL_BYTES], description[BANK_CELL_BYTES];
    struct posting posting = {.line = entry->row->line, .note = description};
    uint64_t before, all;
    quipu_uint128 other = 0;
    enum command_exit exit;

    (void)field(bank, entry->row, BANK_ACCOUNT1, name);
    (void)field(bank, entry->row, BANK_DESCRIPTION, description);
    exit = poster_account(&bank->poster, name, entry->ledger, entry->day, &entry->account);
    if (exit == COMMAND_FINE) exit = other_account(bank, entry, description, &other);
    if (exit == COMMAND_FINE && at == 0) exit = add_opening(bank, entry);
    if (exit != COMMAND_FINE) return exit;
    place_in_day(bank, at, &before, &all);
    posting.time = entry->day + (before + 1) * (DAY_NS / (all + 1));
    posting.transfer = (quipu_transfer){
        .id = id_of(bank, at),
        .debit_account_id = entry->amount.is_negative ? other : entry->account,
        .credit_account_id = entry->amount.is_negative ? entry->account : other,
        .amount = entry->amount.amount,
        .ledger = entry->ledger,
        .code = 1,
    };
    entry->posting = bank->poster.count;
    return poster_add(&bank->poster, &posting) != NULL ? COMMAND_FINE : COMMAND_SYSTEM;
}

/* --- the balance column --- */

static void assert_balance(struct bank *bank, const struct bank_entry *entry)
{
    const struct posting *posting = &bank->poster.all[entry->posting];
    const quipu_account_filter filter = {
        .account_id = entry->account,
        .timestamp_max = posting->posted_at,
        .limit = 1,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED,
    };
    unsigned scale = book_scale(&bank->view->book, entry->ledger);
    quipu_account_balance totals = {0};
    quipu_signed balance;
    size_t count = 0;

    if (!entry->has_balance || posting->posted_at == 0 ||
        quipu_get_account_balances(bank->view->ledger, &filter, &totals, 1, &count) != QUIPU_OK)
        return;
    balance = quipu_difference(totals.debits_posted, totals.credits_posted);
    bank->asserted++;
    if (balance.amount == entry->balance.amount &&
        balance.is_negative == entry->balance.is_negative)
        return;
    if (bank->wrong++ == 0)
        complain_at(bank->path, entry->row->line, 0,
                    "the file says that the balance is %s here, the ledger has %s%s",
                    quipu_signed_text(entry->balance, scale).text,
                    quipu_signed_text(balance, scale).text,
                    bank->rules->opening == NULL
                        ? "; the rule `opening equity:opening` would post what was there before"
                        : "");
}

static void report(struct bank *bank)
{
    static const struct column columns[] = {
        {"rows", COLUMN_COUNT},           {"created", COLUMN_COUNT},
        {"existing", COLUMN_COUNT},       {"refused", COLUMN_COUNT},
        {"bad_rows", COLUMN_COUNT},       {"empty_rows", COLUMN_COUNT},
        {"late", COLUMN_COUNT},           {"balances_checked", COLUMN_COUNT},
        {"balances_wrong", COLUMN_COUNT}, {"ledger", COLUMN_TEXT},
    };
    const uint64_t values[] = {
        bank->rows.row_count,
        bank->poster.created,
        bank->poster.existing,
        bank->poster.refused,
        bank->bad,
        bank->empty,
        bank->poster.late,
        bank->asserted,
        bank->wrong,
    };
    struct report *to = &bank->view->report;

    report_sheet(to, SHEET_OF_FACTS, "bank", NULL, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        report_count(to, values[i]);
    report_text(to, bank->view->directory);
}

static enum command_exit import_rows(struct bank *bank)
{
    enum command_exit exit = COMMAND_FINE;

    if (!take_rows(bank)) {
        complain_of_status("reading rows", QUIPU_NO_MEMORY);
        return COMMAND_SYSTEM;
    }
    for (size_t i = 0; i < bank->count && exit == COMMAND_FINE; i++)
        exit = add_posting(bank, i);
    if (exit != COMMAND_FINE) return exit;
    exit = poster_run(&bank->poster);
    if (exit == COMMAND_SYSTEM) return exit;
    for (size_t i = 0; i < bank->count; i++)
        assert_balance(bank, &bank->entries[i]);
    report(bank);
    return bank->bad > 0 || bank->wrong > 0 ? COMMAND_REFUSED : exit;
}

enum command_exit bank_import(struct view *view, const struct bank_rules *rules, const char *path)
{
    struct bank bank = {
        .view = view, .rules = rules, .path = path, .poster = {.view = view, .path = path}};
    struct source_text source;
    enum command_exit exit = source_read(&source, path, rules->encoding);

    if (exit != COMMAND_FINE) return exit;
    exit = bank_rows_read(&bank.rows, rules, &source, path);
    if (exit == COMMAND_FINE) exit = import_rows(&bank);
    free(bank.entries);
    poster_free(&bank.poster);
    bank_rows_free(&bank.rows);
    source_free(&source);
    return exit;
}
