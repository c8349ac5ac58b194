/* statement_run.c - chooses the call, and prints records. */
#include "command/shell/statement_run.h"

#include "command/look/look.h"

enum command_exit statement_run(struct session *session, const struct statement *statement)
{
    switch (statement->operation->work) {
    case CREATE_ACCOUNTS:
    case CREATE_TRANSFERS: return statement_create(session, statement);
    case LOOKUP_ACCOUNTS:
    case LOOKUP_TRANSFERS: return statement_lookup(session, statement);
    case GET_ACCOUNT_TRANSFERS:
    case GET_ACCOUNT_BALANCES:
    case QUERY_ACCOUNTS:
    case QUERY_TRANSFERS: break;
    }
    return statement_find(session, statement);
}

void answer_begin(struct session *session, bool of_accounts)
{
    static const struct column of_account[] = {
        LOOK_ACCOUNT_COLUMNS,
        {"user_data_128", COLUMN_AMOUNT},
        {"user_data_64", COLUMN_AMOUNT},
        {"user_data_32", COLUMN_COUNT},
        {"timestamp", COLUMN_WORD},
    };
    static const struct column of_transfer[] = {
        LOOK_TRANSFER_COLUMNS,
        {"timeout", COLUMN_COUNT},
        {"user_data_128", COLUMN_AMOUNT},
        {"user_data_64", COLUMN_AMOUNT},
        {"user_data_32", COLUMN_COUNT},
    };

    if (of_accounts) {
        session_sheet(session, "accounts", of_account, sizeof of_account / sizeof *of_account);
    } else {
        session_sheet(session, "transfers", of_transfer, sizeof of_transfer / sizeof *of_transfer);
    }
}

/* Numbers of the user's own; for people, 0 is blank. */
static void add_user_data(struct report *report, quipu_uint128 of_128, uint64_t of_64,
                          uint32_t of_32)
{
    report_id(report, of_128);
    report_id(report, of_64);
    report_id(report, of_32);
}

void answer_account(struct session *session, const quipu_account *account)
{
    struct report *report = &session->view->report;

    look_report_account(session->view, account);
    add_user_data(report, account->user_data_128, account->user_data_64, account->user_data_32);
    report_time(report, account->timestamp);
}

void answer_transfer(struct session *session, const quipu_transfer *transfer)
{
    struct report *report = &session->view->report;

    look_report_transfer(session->view, transfer);
    report_id(report, transfer->timeout);
    add_user_data(report, transfer->user_data_128, transfer->user_data_64, transfer->user_data_32);
}

enum command_exit answer_end(struct session *session)
{
    return report_end(&session->view->report, session->empty.format) ? COMMAND_FINE
                                                                     : COMMAND_SYSTEM;
}
