/* statement_read_records.c - records by their ids, and by filters page by page. */
#include <stdlib.h>

#include "command/load/kept_ledger.h"
#include "command/shell/cancel.h"
#include "command/shell/statement_run.h"
#include "command/terminal/complain.h"
#include "quipu/format.h"

/* Rows of either kind. */
union record_page {
    quipu_account account;
    quipu_transfer transfer;
    quipu_account_balance balance;
};

QUIPU_STATIC_ASSERT(sizeof(union record_page) == 128, "a page is an array of any of them");

/* --- by id --- */

/* One at a time: the records of a statement need no memory of their own. */
static quipu_status look_one_up(struct session *session, const struct statement *statement,
                                quipu_uint128 id, bool *is_there)
{
    quipu_account account = {0};
    quipu_transfer transfer = {0};
    quipu_status status;

    if (statement->operation->work == LOOKUP_ACCOUNTS) {
        status = quipu_lookup_accounts(session->view->ledger, &id, 1, &account, NULL);
        *is_there = status == QUIPU_OK && account.id != 0;
        if (*is_there) answer_account(session, &account);
    } else {
        status = quipu_lookup_transfers(session->view->ledger, &id, 1, &transfer, NULL);
        *is_there = status == QUIPU_OK && transfer.id != 0;
        if (*is_there) answer_transfer(session, &transfer);
    }
    return status;
}

enum command_exit statement_lookup(struct session *session, const struct statement *statement)
{
    bool of_accounts = statement->operation->work == LOOKUP_ACCOUNTS, is_there;
    enum command_exit exit = COMMAND_FINE;
    quipu_status status = QUIPU_OK;

    answer_begin(session, of_accounts);
    for (size_t i = 0; i < statement->count && status == QUIPU_OK; i++) {
        status = look_one_up(session, statement, statement->objects[i].id, &is_there);
        if (status != QUIPU_OK || is_there) continue;
        exit = COMMAND_REFUSED;
        complain_at(session->source, statement->places[i].line, statement->places[i].column,
                    "there is no %s %s", of_accounts ? "account" : "transfer",
                    quipu_number_text(statement->objects[i].id).text);
    }
    if (answer_end(session) != COMMAND_FINE) return COMMAND_SYSTEM;
    return status == QUIPU_OK
               ? exit
               : kept_complain(session->view->ledger, statement->operation->name, status);
}

/* --- by filter --- */

static void begin(struct session *session, enum operation_work work)
{
    static const struct column of_balance[] = {
        {"timestamp", COLUMN_WORD},        {"debits_pending", COLUMN_AMOUNT},
        {"debits_posted", COLUMN_AMOUNT},  {"credits_pending", COLUMN_AMOUNT},
        {"credits_posted", COLUMN_AMOUNT},
    };

    if (work == GET_ACCOUNT_BALANCES) {
        session_sheet(session, "balances", of_balance, sizeof of_balance / sizeof *of_balance);
    } else {
        answer_begin(session, work == QUERY_ACCOUNTS);
    }
}

static void answer_balance(struct session *session, const quipu_account_balance *balance,
                           unsigned scale)
{
    struct report *report = &session->view->report;

    report_time(report, balance->timestamp);
    report_money(report, quipu_sum_of(balance->debits_pending), scale);
    report_money(report, quipu_sum_of(balance->debits_posted), scale);
    report_money(report, quipu_sum_of(balance->credits_pending), scale);
    report_money(report, quipu_sum_of(balance->credits_posted), scale);
}

/* The scale of an account's amounts; of one that is not there, 0. */
static unsigned scale_of(struct session *session, quipu_uint128 id)
{
    quipu_account account = {0};

    (void)quipu_lookup_accounts(session->view->ledger, &id, 1, &account, NULL);
    return account.id != 0 ? book_scale(&session->view->book, account.ledger) : 0;
}

static quipu_status take_page(quipu_ledger *ledger, enum operation_work work,
                              const union object *filter, union record_page *page, size_t *count)
{
    const size_t capacity = QUIPU_BATCH_MAX;

    switch (work) {
    case GET_ACCOUNT_TRANSFERS:
        return quipu_get_account_transfers(ledger, &filter->of_account, &page->transfer, capacity,
                                           count);
    case GET_ACCOUNT_BALANCES:
        return quipu_get_account_balances(ledger, &filter->of_account, &page->balance, capacity,
                                          count);
    case QUERY_ACCOUNTS:
        return quipu_query_accounts(ledger, &filter->query, &page->account, capacity, count);
    case QUERY_TRANSFERS:
    case CREATE_ACCOUNTS:
    case CREATE_TRANSFERS:
    case LOOKUP_ACCOUNTS:
    case LOOKUP_TRANSFERS: break;
    }
    return quipu_query_transfers(ledger, &filter->query, &page->transfer, capacity, count);
}

static uint64_t answer_page(struct session *session, enum operation_work work, unsigned scale,
                            const union record_page *page, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (work == GET_ACCOUNT_BALANCES) {
            answer_balance(session, &page[i].balance, scale);
        } else if (work == QUERY_ACCOUNTS) {
            answer_account(session, &page[i].account);
        } else {
            answer_transfer(session, &page[i].transfer);
        }
    }
    if (count == 0) return 0;
    if (work == GET_ACCOUNT_BALANCES) return page[count - 1].balance.timestamp;
    return work == QUERY_ACCOUNTS ? page[count - 1].account.timestamp
                                  : page[count - 1].transfer.timestamp;
}

/* Go behind a record. Returns false if nothing can be there. */
static bool turn(bool is_reversed, uint64_t last, uint64_t *min, uint64_t *max)
{
    if (is_reversed) {
        *max = last - 1;
        return *max > 0 && *max >= *min;
    }
    *min = last + 1;
    return *max == 0 || *min <= *max;
}

static bool turn_filter(bool of_account, union object *filter, uint64_t last, size_t count)
{
    if (of_account) {
        quipu_account_filter *f = &filter->of_account;

        f->limit -= (uint32_t)count;
        return f->limit > 0 && turn((f->flags & QUIPU_FILTER_REVERSED) != 0, last,
                                    &f->timestamp_min, &f->timestamp_max);
    }
    filter->query.limit -= (uint32_t)count;
    return filter->query.limit > 0 &&
           turn((filter->query.flags & QUIPU_QUERY_REVERSED) != 0, last,
                &filter->query.timestamp_min, &filter->query.timestamp_max);
}

enum command_exit statement_find(struct session *session, const struct statement *statement)
{
    enum operation_work work = statement->operation->work;
    bool of_account = statement->operation->object == OBJECT_ACCOUNT_FILTER;
    union object filter = statement->objects[0];
    union record_page *page = malloc(QUIPU_BATCH_MAX * sizeof *page);
    unsigned scale = of_account ? scale_of(session, filter.of_account.account_id) : 0;
    quipu_status status = page != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;
    uint64_t last = 0;
    size_t count;

    begin(session, work);
    while (status == QUIPU_OK && !cancel_came()) {
        status = take_page(session->view->ledger, work, &filter, page, &count);
        if (status != QUIPU_OK) break;
        last = answer_page(session, work, scale, page, count);
        if (count < QUIPU_BATCH_MAX || !turn_filter(of_account, &filter, last, count)) break;
    }
    free(page);
    if (answer_end(session) != COMMAND_FINE) return COMMAND_SYSTEM;
    return status == QUIPU_OK
               ? COMMAND_FINE
               : kept_complain(session->view->ledger, statement->operation->name, status);
}
