/* statement_create.c - new accounts and transfers, and what became of each. */
#include <stdlib.h>

#include "command/load/kept_ledger.h"
#include "command/load/outcome_tally.h"
#include "command/load/shortfall.h"
#include "command/shell/statement_run.h"
#include "command/terminal/complain.h"
#include "command/terminal/quota.h"

static const struct column columns[] = {
    {"id", COLUMN_AMOUNT},      {"outcome", COLUMN_TEXT},  {"meaning", COLUMN_TEXT},
    {"timestamp", COLUMN_WORD}, {"needed", COLUMN_AMOUNT}, {"available", COLUMN_AMOUNT},
};

static const char *text_of(enum record_kind kind, uint32_t outcome)
{
    return kind == RECORD_ACCOUNT ? quipu_create_account_text(outcome)
                                  : quipu_create_transfer_text(outcome);
}

static void add_outcome(struct session *session, enum record_kind kind, const union object *object,
                        const quipu_result *result)
{
    struct report *report = &session->view->report;
    char name[TALLY_NAME_BYTES];
    struct shortfall shortfall;
    unsigned scale = book_scale(&session->view->book, object->transfer.ledger);

    report_amount(report, quipu_sum_of(object->id)); /* that of either record */
    report_text(report, tally_outcome_name(kind, result->status, name));
    report_text(report, text_of(kind, result->status));
    report_time(report, result->timestamp);
    if (kind == RECORD_TRANSFER && result->status != QUIPU_CREATED &&
        shortfall_of(session->view->ledger, &object->transfer, result, &shortfall)) {
        report_money(report, quipu_sum_of(shortfall.needed), scale);
        report_money(report, quipu_sum_of(shortfall.available), scale);
    } else {
        report_blank(report);
        report_blank(report);
    }
}

static enum command_exit tell(struct session *session, const struct statement *statement,
                              enum record_kind kind, const quipu_result *results)
{
    struct quota quota = {0};

    session_sheet(session, "outcomes", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < statement->count && results[i].status != 0; i++)
        add_outcome(session, kind, &statement->objects[i], &results[i]);
    if (answer_end(session) != COMMAND_FINE) return COMMAND_SYSTEM;
    for (size_t i = 0; i < statement->count && results[i].status != 0; i++) {
        if (!tally_is_refusal(kind, results[i].status) || !quota_take(&quota)) continue;
        complain_at(session->source, statement->places[i].line, statement->places[i].column,
                    "refused: %s", text_of(kind, results[i].status));
    }
    if (quota_rest(&quota) > 0)
        complain("%llu more were refused", (unsigned long long)quota_rest(&quota));
    return quota.count > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

enum command_exit statement_create(struct session *session, const struct statement *statement)
{
    enum record_kind kind =
        statement->operation->work == CREATE_ACCOUNTS ? RECORD_ACCOUNT : RECORD_TRANSFER;
    quipu_ledger *ledger = session->view->ledger;
    quipu_result *results = calloc(statement->count, sizeof *results);
    quipu_status status = QUIPU_NO_MEMORY;
    enum command_exit exit = COMMAND_FINE;

    if (results != NULL)
        status = kind == RECORD_ACCOUNT
                     ? quipu_create_accounts(ledger, &statement->objects->account, statement->count,
                                             results)
                     : quipu_create_transfers(ledger, &statement->objects->transfer,
                                              statement->count, results);
    if (results != NULL) exit = tell(session, statement, kind, results);
    free(results);
    return status == QUIPU_OK ? exit : kept_complain(ledger, statement->operation->name, status);
}
