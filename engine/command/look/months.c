/* months.c - asks for the totals after the last transfer of each month. */
#include "command/look/months.h"

#include <stdio.h>

#include "command/terminal/complain.h"

/* The time of the first transfer, or of the last. */
static quipu_status find_end(const struct view *view, bool last, uint64_t *timestamp)
{
    const quipu_query_filter query = {
        .ledger = view->filter.ledger,
        .limit = 1,
        .flags = last ? QUIPU_QUERY_REVERSED : 0,
    };
    quipu_transfer transfer;
    size_t count = 0;
    quipu_status status = quipu_query_transfers(view->ledger, &query, &transfer, 1, &count);

    if (status == QUIPU_OK && count > 0) *timestamp = transfer.timestamp;
    return status;
}

static void add_month(struct months *months, quipu_date *date)
{
    (void)snprintf(months->names[months->count], sizeof months->names[0], "%04u-%02u",
                   (unsigned)date->year % 10000, (unsigned)date->month % 100);
    date->day = 1;
    if (++date->month > 12) {
        date->month = 1;
        date->year++;
    }
    if (quipu_date_start(*date, &months->ends[months->count]) == QUIPU_TEXT_OK)
        months->ends[months->count]--;
    months->count++;
}

enum command_exit months_begin(struct months *months, struct view *view)
{
    static const struct column before[] = {
        {"id", COLUMN_AMOUNT},
        {"name", COLUMN_NAME},
        {"ledger", COLUMN_COUNT},
        {"ledger_name", COLUMN_NAME},
    };
    uint64_t from = view->filter.from, to = view->filter.to;
    quipu_status status = QUIPU_OK;
    quipu_date date;

    if (from == 0) status = find_end(view, false, &from);
    if (status == QUIPU_OK && to == 0) status = find_end(view, true, &to);
    if (status != QUIPU_OK) {
        complain_of_status("reading transfers", status);
        return COMMAND_SYSTEM;
    }
    months->count = 0;
    date = quipu_date_of(from);
    for (uint64_t next = from; to != 0 && next <= to; next = months->ends[months->count - 1] + 1) {
        if (months->count == MONTHS_MAX) {
            complain("more than %d months: choose some by --from and --to", MONTHS_MAX);
            return COMMAND_REFUSED;
        }
        add_month(months, &date);
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        months->columns[i] = before[i];
    for (size_t i = 0; i < months->count; i++)
        months->columns[i + 4] = (struct column){months->names[i], COLUMN_AMOUNT};
    report_sheet(&view->report, SHEET_OF_ROWS, "balances", NULL, months->columns,
                 months->count + 4);
    return COMMAND_FINE;
}

/* A transfer at the last instant of a month is one of the month. */
static quipu_status balance_at(struct view *view, const quipu_account *account, uint64_t end,
                               quipu_signed *balance)
{
    const quipu_account_filter filter = {
        .account_id = account->id,
        .timestamp_max = end,
        .limit = 1,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED,
    };
    quipu_account_balance totals = {0};
    quipu_account then = *account;
    size_t count = 0;
    quipu_status status = quipu_get_account_balances(view->ledger, &filter, &totals, 1, &count);

    then.debits_posted = count > 0 ? totals.debits_posted : 0;
    then.credits_posted = count > 0 ? totals.credits_posted : 0;
    *balance = quipu_balance(&then, book_normal(&view->book, account->id));
    return status;
}

quipu_status months_report(const struct months *months, struct view *view,
                           const quipu_account *account)
{
    unsigned scale = book_scale(&view->book, account->ledger);
    quipu_status status = QUIPU_OK;
    quipu_signed balance;

    look_report_party(view, account->id);
    look_report_ledger(view, account->ledger);
    for (size_t i = 0; i < months->count && status == QUIPU_OK; i++) {
        status = balance_at(view, account, months->ends[i], &balance);
        if (status == QUIPU_OK) report_signed_money(&view->report, balance, scale);
    }
    return status;
}
