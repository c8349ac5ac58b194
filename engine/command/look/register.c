/* register.c - collects the strands of the accounts, and sorts their entries by time.
 *
 * The total is that of before the first entry, moved by each entry: by how much it moved the
 * balance of its account. If the newest come first, the total is the one after each entry, too. */
#include "command/look/register.h"

#include <stdlib.h>

#include "command/common/growing_array.h"
#include "command/look/account_pages.h"
#include "command/terminal/complain.h"

/* A difference, modulo 2^128. Sums of balances below 2^127 come out right. */
typedef quipu_uint128 moved;

struct entry {
    quipu_transfer transfer;
    quipu_uint128 account;
    moved balance; /* of the account, after it */
    moved total;
};

struct entries {
    struct entry *all;
    size_t count, capacity;
    uint32_t ledger;
    moved before; /* the sum of the balances before the first entry */
};

static moved balance_of(const struct view *view, quipu_uint128 id,
                        const quipu_account_balance *totals)
{
    return book_normal(&view->book, id) == QUIPU_NORMAL_DEBIT
               ? totals->debits_posted - totals->credits_posted
               : totals->credits_posted - totals->debits_posted;
}

static quipu_signed signed_of(moved value)
{
    bool is_negative = value >> 127 != 0;

    return (quipu_signed){is_negative ? -value : value, is_negative};
}

/* The balance right before --from. */
static quipu_status balance_before(const struct view *view, quipu_uint128 id, moved *balance)
{
    const quipu_account_filter filter = {
        .account_id = id,
        .timestamp_max = view->filter.from - 1,
        .limit = 1,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED,
    };
    quipu_account_balance totals = {0};
    size_t count = 0;
    quipu_status status = QUIPU_OK;

    if (view->filter.from > 1)
        status = quipu_get_account_balances(view->ledger, &filter, &totals, 1, &count);
    *balance = count > 0 ? balance_of(view, id, &totals) : 0;
    return status;
}

static quipu_status collect(const struct view *view, quipu_uint128 id, struct entries *entries)
{
    struct account_pages pages;
    moved before;
    quipu_status status = balance_before(view, id, &before);

    entries->before += before;
    account_pages_begin(&pages, view, id);
    while (status == QUIPU_OK && (status = account_pages_next(&pages)) == QUIPU_OK &&
           pages.count > 0) {
        struct entry *all =
            grow(entries->all, &entries->capacity, entries->count + pages.count, sizeof *all);

        if (all == NULL) {
            status = QUIPU_NO_MEMORY;
            break;
        }
        entries->all = all;
        for (size_t i = 0; i < pages.count; i++)
            all[entries->count++] = (struct entry){
                .transfer = pages.transfers[i],
                .account = id,
                .balance = balance_of(view, id, &pages.balances[i]),
            };
    }
    account_pages_end(&pages);
    return status;
}

static int by_time(const void *one, const void *other)
{
    const struct entry *a = one, *b = other;

    if (a->transfer.timestamp != b->transfer.timestamp)
        return a->transfer.timestamp < b->transfer.timestamp ? -1 : 1;
    if (a->account == b->account) return 0;
    return a->account < b->account ? -1 : 1;
}

/* Each entry replaces what its account had before. */
static quipu_status add_up(const struct view *view, struct entries *entries)
{
    moved last[VIEW_ACCOUNTS_MAX], total = entries->before;
    quipu_status status = QUIPU_OK;

    for (size_t a = 0; a < view->id_count && status == QUIPU_OK; a++)
        status = balance_before(view, view->ids[a], &last[a]);
    for (size_t i = 0; i < entries->count && status == QUIPU_OK; i++) {
        struct entry *entry = &entries->all[i];
        size_t a = 0;

        while (view->ids[a] != entry->account)
            a++;
        total += entry->balance - last[a];
        last[a] = entry->balance;
        entry->total = total;
    }
    return status;
}

static void report_entry(struct view *view, const struct entry *entry)
{
    const quipu_transfer *transfer = &entry->transfer;
    bool is_debit = transfer->debit_account_id == entry->account;
    unsigned scale = book_scale(&view->book, transfer->ledger);
    struct report *report = &view->report;

    report_time(report, transfer->timestamp);
    report_id(report, transfer->id);
    look_report_party(view, entry->account);
    report_text(report, is_debit ? "debit" : "credit");
    look_report_party(view, is_debit ? transfer->credit_account_id : transfer->debit_account_id);
    report_money(report, quipu_sum_of(transfer->amount), scale);
    look_report_code(view, transfer->code);
    report_signed_money(report, signed_of(entry->balance), scale);
    report_signed_money(report, signed_of(entry->total), scale);
    report_name(report, notes_of(&view->notes, transfer->id));
}

static void report_entries(struct view *view, const struct entries *entries, bool is_reversed,
                           uint64_t limit)
{
    static const struct column columns[] = {
        {"timestamp", COLUMN_WORD},     {"transfer_id", COLUMN_AMOUNT},
        {"account_id", COLUMN_AMOUNT},  {"account", COLUMN_NAME},
        {"side", COLUMN_TEXT},          {"other_account_id", COLUMN_AMOUNT},
        {"other_account", COLUMN_NAME}, {"amount", COLUMN_AMOUNT},
        {"code", COLUMN_COUNT},         {"code_name", COLUMN_NAME},
        {"balance", COLUMN_AMOUNT},     {"total", COLUMN_AMOUNT},
        {"description", COLUMN_NAME},
    };

    report_sheet(&view->report, SHEET_OF_ROWS, "register", NULL, columns,
                 sizeof columns / sizeof *columns);
    for (size_t i = 0; i < entries->count && (limit == 0 || i < limit); i++)
        report_entry(view, &entries->all[is_reversed ? entries->count - 1 - i : i]);
}

/* Are they accounts of one ledger, each once? */
static enum command_exit check_accounts(const struct view *view)
{
    quipu_account account, first = {0};
    uint64_t version;
    enum command_exit exit = COMMAND_FINE;

    for (size_t i = 0; i < view->id_count && exit == COMMAND_FINE; i++) {
        exit = look_up(view->ledger, view->ids[i], &account, &version);
        if (i == 0) first = account;
        if (exit == COMMAND_FINE && account.ledger != first.ledger) {
            complain("the accounts are of two ledgers, %u and %u: they have no total",
                     (unsigned)first.ledger, (unsigned)account.ledger);
            exit = COMMAND_REFUSED;
        }
        for (size_t j = 0; j < i && exit == COMMAND_FINE; j++) {
            if (view->ids[j] != view->ids[i]) continue;
            complain("an account is named twice");
            exit = COMMAND_USAGE;
        }
    }
    return exit;
}

/* The filters that leave entries out, --reverse and --limit, apply once the totals are known. */
enum command_exit register_show(struct view *view)
{
    const struct view_filter filter = view->filter;
    struct entries entries = {0};
    quipu_status status = QUIPU_OK;
    enum command_exit exit = check_accounts(view);

    if (exit != COMMAND_FINE) return exit;
    view->filter = (struct view_filter){.from = filter.from, .to = filter.to};
    for (size_t i = 0; i < view->id_count && status == QUIPU_OK; i++)
        status = collect(view, view->ids[i], &entries);
    if (status == QUIPU_OK && entries.count > 0) {
        qsort(entries.all, entries.count, sizeof *entries.all, by_time);
        status = add_up(view, &entries);
    }
    view->filter = filter;
    if (status == QUIPU_OK) {
        size_t kept = 0;

        for (size_t i = 0; i < entries.count; i++) {
            if (view_passes(view, &entries.all[i].transfer)) entries.all[kept++] = entries.all[i];
        }
        entries.count = kept;
        report_entries(view, &entries, filter.is_reversed, filter.limit);
    }
    free(entries.all);
    if (status == QUIPU_OK) return COMMAND_FINE;
    complain_of_status("reading a register", status);
    return COMMAND_SYSTEM;
}
