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
    {"timestamp", COLUMN_AMOUNT},
    {"order", COLUMN_AMOUNT},
    {"change", COLUMN_TEXT},
    {"transfer_id", COLUMN_AMOUNT},
    {"amount", COLUMN_AMOUNT},
    {"pending_id", COLUMN_AMOUNT},
    {"ledger", COLUMN_COUNT},
    {"code", COLUMN_COUNT},
    {"flags", COLUMN_TEXT},
    {"debit_account_id", COLUMN_AMOUNT},
    {"debit_version", COLUMN_AMOUNT},
    {"debit_debits_pending", COLUMN_AMOUNT},
    {"debit_debits_posted", COLUMN_AMOUNT},
    {"debit_credits_pending", COLUMN_AMOUNT},
    {"debit_credits_posted", COLUMN_AMOUNT},
    {"credit_account_id", COLUMN_AMOUNT},
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

static void add_side(struct report *report, const quipu_account *account, uint64_t version)
{
    if (account->id == 0) { /* a new account has one side */
        for (int i = 0; i < 6; i++)
            report_blank(report);
        return;
    }
    report_amount(report, quipu_sum_of(account->id));
    report_amount(report, quipu_sum_of(version));
    report_amount(report, quipu_sum_of(account->debits_pending));
    report_amount(report, quipu_sum_of(account->debits_posted));
    report_amount(report, quipu_sum_of(account->credits_pending));
    report_amount(report, quipu_sum_of(account->credits_posted));
}

static void add_change(struct report *report, const quipu_change *change)
{
    bool is_account = change->type == QUIPU_CHANGE_ACCOUNT;
    const quipu_transfer *transfer = &change->transfer;
    char flags[FLAG_TEXT_BYTES];

    report_amount(report, quipu_sum_of(change->timestamp));
    report_amount(report, quipu_sum_of(change->order));
    report_text(report, name_of(change->type));
    if (is_account) {
        for (int i = 0; i < 3; i++)
            report_blank(report);
    } else {
        report_amount(report, quipu_sum_of(transfer->id));
        report_amount(report, quipu_sum_of(transfer->amount));
        report_amount(report, quipu_sum_of(transfer->pending_id));
    }
    report_count(report, is_account ? change->debit.ledger : transfer->ledger);
    report_count(report, is_account ? change->debit.code : transfer->code);
    report_text(report, is_account ? flag_write(RECORD_ACCOUNT, change->debit.flags, flags)
                                   : flag_write(RECORD_TRANSFER, transfer->flags, flags));
    add_side(report, &change->debit, change->debit_version);
    add_side(report, &change->credit, change->credit_version);
}

/* Ask for a page and add its changes to the report. Returns how many; 0 if it fails. */
static size_t take_page(struct follow *follow, quipu_ledger *ledger, struct report *report)
{
    size_t count = 0;
    quipu_status status = QUIPU_NO_MEMORY;

    if (follow->page == NULL) follow->page = malloc(PAGE_CHANGES * sizeof *follow->page);
    if (follow->page != NULL) {
        follow->next.limit = PAGE_CHANGES;
        status = quipu_get_changes(ledger, &follow->next, follow->page, PAGE_CHANGES, &count, NULL);
    }
    if (status != QUIPU_OK) {
        complain_of_status("reading changes", status);
        follow->exit = COMMAND_SYSTEM;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        add_change(report, &follow->page[i]);
    if (count > 0) {
        follow->next.after_timestamp = follow->page[count - 1].timestamp;
        follow->next.after_order = follow->page[count - 1].order;
    }
    return count;
}

static void begin_sheet(struct report *report)
{
    report_sheet(report, SHEET_OF_ROWS, "changes", NULL, columns, sizeof columns / sizeof *columns);
}

enum command_exit changes_report(quipu_ledger *ledger, struct report *report)
{
    struct follow follow = {.exit = COMMAND_FINE};

    begin_sheet(report);
    while (take_page(&follow, ledger, report) == PAGE_CHANGES)
        continue; /* no thread writes, so the first page that is not full is the last */
    free(follow.page);
    return follow.exit;
}

/* Print the new changes. It stops at the first failure. */
static void print_new(struct follow *follow)
{
    size_t count = PAGE_CHANGES;

    while (count == PAGE_CHANGES && follow->exit == COMMAND_FINE) {
        struct report report = {.is_continued = follow->has_header};

        begin_sheet(&report);
        count = take_page(follow, follow->ledger, &report);
        if (follow->exit != COMMAND_FINE || (count == 0 && follow->has_header)) {
            report_free(&report);
        } else if (!report_end(&report, follow->format)) {
            follow->exit = COMMAND_SYSTEM;
        }
        follow->has_header = true;
    }
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

    follow->ledger = ledger;
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
