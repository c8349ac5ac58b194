/* change_feed.c - asks the ledger for changes, and shows them as rows. */
#include "command/look/change_feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command/csv/flag_names.h"
#include "command/terminal/complain.h"

/* The changes of a page. */
#define PAGE_CHANGES 1000

/* How long a follower waits between two looks. */
#define NAP_NS 5000000L

static const struct column columns[] = {
    {"timestamp", COLUMN_WORD},
    {"order", COLUMN_AMOUNT},
    {"change", COLUMN_TEXT},
    {"transfer_id", COLUMN_AMOUNT},
    {"amount", COLUMN_AMOUNT},
    {"pending_id", COLUMN_AMOUNT},
    {"ledger", COLUMN_COUNT},
    {"ledger_name", COLUMN_NAME},
    {"code", COLUMN_COUNT},
    {"code_name", COLUMN_NAME},
    {"flags", COLUMN_TEXT},
    {"debit_account_id", COLUMN_AMOUNT},
    {"debit_account", COLUMN_NAME},
    {"debit_version", COLUMN_AMOUNT},
    {"debit_debits_pending", COLUMN_AMOUNT},
    {"debit_debits_posted", COLUMN_AMOUNT},
    {"debit_credits_pending", COLUMN_AMOUNT},
    {"debit_credits_posted", COLUMN_AMOUNT},
    {"credit_account_id", COLUMN_AMOUNT},
    {"credit_account", COLUMN_NAME},
    {"credit_version", COLUMN_AMOUNT},
    {"credit_debits_pending", COLUMN_AMOUNT},
    {"credit_debits_posted", COLUMN_AMOUNT},
    {"credit_credits_pending", COLUMN_AMOUNT},
    {"credit_credits_posted", COLUMN_AMOUNT},
};

static const char *name_of(uint32_t type)
{
    switch ((quipu_change_type)type) {
    case QUIPU_CHANGE_TRANSFER: return "transfer";
    case QUIPU_CHANGE_PENDING: return "pending";
    case QUIPU_CHANGE_PENDING_POSTED: return "posted";
    case QUIPU_CHANGE_PENDING_VOIDED: return "voided";
    case QUIPU_CHANGE_PENDING_EXPIRED: return "expired";
    case QUIPU_CHANGE_ACCOUNT: return "account";
    }
    return "unknown";
}

static void add_side(struct view *view, const quipu_account *account, uint64_t version)
{
    struct report *report = &view->report;
    unsigned scale = book_scale(&view->book, account->ledger);

    if (account->id == 0) { /* a new account has one side */
        for (int i = 0; i < 7; i++)
            report_blank(report);
        return;
    }
    look_report_party(view, account->id);
    report_amount(report, quipu_sum_of(version));
    report_money(report, quipu_sum_of(account->debits_pending), scale);
    report_money(report, quipu_sum_of(account->debits_posted), scale);
    report_money(report, quipu_sum_of(account->credits_pending), scale);
    report_money(report, quipu_sum_of(account->credits_posted), scale);
}

static void add_change(struct view *view, const quipu_change *change)
{
    bool is_account = change->type == QUIPU_CHANGE_ACCOUNT;
    const quipu_transfer *transfer = &change->transfer;
    struct report *report = &view->report;
    char flags[FLAG_TEXT_BYTES];

    report_time(report, change->timestamp);
    report_amount(report, quipu_sum_of(change->order));
    report_text(report, name_of(change->type));
    if (is_account) {
        for (int i = 0; i < 3; i++)
            report_blank(report);
    } else {
        report_id(report, transfer->id);
        report_money(report, quipu_sum_of(transfer->amount),
                     book_scale(&view->book, transfer->ledger));
        report_id(report, transfer->pending_id);
    }
    look_report_ledger(view, is_account ? change->debit.ledger : transfer->ledger);
    look_report_code(view, is_account ? change->debit.code : transfer->code);
    report_text(report, is_account ? flag_write(RECORD_ACCOUNT, change->debit.flags, flags)
                                   : flag_write(RECORD_TRANSFER, transfer->flags, flags));
    add_side(view, &change->debit, change->debit_version);
    add_side(view, &change->credit, change->credit_version);
}

static bool is_of_accounts(const struct view_filter *filter, const quipu_change *change)
{
    if (filter->account_count == 0) return true;
    for (size_t i = 0; i < filter->account_count; i++) {
        if (change->debit.id == filter->accounts[i] || change->credit.id == filter->accounts[i])
            return true;
    }
    return false;
}

static bool passes(const struct view_filter *filter, const quipu_change *change)
{
    const quipu_account *of = &change->debit;
    bool is_account = change->type == QUIPU_CHANGE_ACCOUNT;

    return (filter->code == 0 || filter->code == (is_account ? of->code : change->transfer.code)) &&
           (filter->ledger == 0 || filter->ledger == of->ledger) &&
           (!filter->has_amount || (!is_account && change->transfer.amount >= filter->amount_min &&
                                    change->transfer.amount <= filter->amount_max)) &&
           is_of_accounts(filter, change);
}

/* Ask for a page and add its changes to the report. Returns how many; 0 if it fails. */
static size_t take_page(struct follow *follow)
{
    struct view *view = follow->view;
    size_t count = 0;
    quipu_status status = QUIPU_NO_MEMORY;

    if (follow->page == NULL) follow->page = malloc(PAGE_CHANGES * sizeof *follow->page);
    if (follow->page != NULL) {
        follow->next.limit = PAGE_CHANGES;
        follow->next.timestamp_max = view->filter.to;
        status = quipu_get_changes(view->ledger, &follow->next, follow->page, PAGE_CHANGES, &count,
                                   NULL);
    }
    if (status != QUIPU_OK) {
        complain_of_status("reading changes", status);
        follow->exit = COMMAND_SYSTEM;
        return 0;
    }
    for (size_t i = 0; i < count && !follow->is_full; i++) {
        if (!passes(&view->filter, &follow->page[i])) continue;
        add_change(view, &follow->page[i]);
        follow->is_full = ++follow->shown == view->filter.limit;
    }
    if (count > 0) {
        follow->next.after_timestamp = follow->page[count - 1].timestamp;
        follow->next.after_order = follow->page[count - 1].order;
    }
    return count;
}

static void begin_sheet(struct view *view)
{
    report_sheet(&view->report, SHEET_OF_ROWS, "changes", NULL, columns,
                 sizeof columns / sizeof *columns);
}

static void begin_at(struct follow *follow)
{
    if (follow->view->filter.from > 0) follow->next.after_timestamp = follow->view->filter.from - 1;
    follow->next.after_order = follow->view->filter.from > 0 ? UINT64_MAX : 0;
}

enum command_exit changes_report(struct view *view)
{
    struct follow follow = {.view = view, .exit = COMMAND_FINE};

    begin_at(&follow);
    begin_sheet(view);
    while (take_page(&follow) == PAGE_CHANGES && !follow.is_full)
        continue; /* no thread writes, so the first page that is not full is the last */
    free(follow.page);
    return follow.exit;
}

/* Print the new changes. It stops at the first failure. */
static void print_new(struct follow *follow)
{
    size_t count = PAGE_CHANGES;
    struct report *report = &follow->view->report;
    const struct report empty = *report;

    while (count == PAGE_CHANGES && follow->exit == COMMAND_FINE && !follow->is_full) {
        *report = empty;
        report->is_continued = follow->has_header;
        begin_sheet(follow->view);
        count = take_page(follow);
        if (follow->exit != COMMAND_FINE || (count == 0 && follow->has_header)) {
            report_free(report);
        } else if (!report_end(report, empty.format)) {
            follow->exit = COMMAND_SYSTEM;
        }
        follow->has_header = true;
    }
    *report = empty;
}

enum command_exit follow_until(struct follow *follow, bool (*is_over)(void))
{
    begin_at(follow);
    do {
        print_new(follow);
    } while (follow->exit == COMMAND_FINE && !follow->is_full && !is_over());
    free(follow->page);
    follow->page = NULL;
    return follow->exit;
}

static void *follow_on(void *context)
{
    const struct timespec nap = {.tv_nsec = NAP_NS};
    struct follow *follow = context;

    while (!stop_flag_is_raised(&follow->over) && follow->exit == COMMAND_FINE) {
        print_new(follow);
        (void)nanosleep(&nap, NULL);
    }
    return NULL;
}

void follow_begin(struct follow *follow, quipu_ledger *ledger)
{
    int error = stop_flag_open(&follow->over);

    follow->view->ledger = ledger;
    begin_at(follow);
    if (error == 0) error = pthread_create(&follow->thread, NULL, follow_on, follow);
    follow->is_running = error == 0;
    if (error != 0) {
        complain("cannot start a thread to follow with: %s", strerror(error));
        follow->exit = COMMAND_SYSTEM;
    }
}

void follow_end(struct follow *follow)
{
    if (follow->is_running) {
        stop_flag_raise(&follow->over);
        (void)pthread_join(follow->thread, NULL);
        stop_flag_close(&follow->over);
        print_new(follow);
    }
    free(follow->page);
    follow->page = NULL;
}
