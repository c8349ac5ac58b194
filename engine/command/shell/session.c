/* session.c - from lines to statements, and from these to what they do. */
#define _POSIX_C_SOURCE 200809L
#include "command/shell/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/shell/dot_command.h"
#include "command/shell/statement_run.h"
#include "command/terminal/complain.h"

struct session session_new(struct view *view, const char *source)
{
    struct session session = {.view = view, .source = source, .empty = view->report};

    session.empty.is_streamed = true;
    return session;
}

void session_fail(struct session *session, enum command_exit exit)
{
    if (exit > session->exit) session->exit = exit;
    if (!session->goes_on || exit == COMMAND_SYSTEM) session->is_over = true;
}

void session_sheet(struct session *session, const char *name, const struct column *columns,
                   size_t count)
{
    struct report *report = &session->view->report;

    *report = session->empty;
    report->is_continued = session->sheet != NULL && strcmp(session->sheet, name) == 0;
    session->sheet = name;
    report_sheet(report, SHEET_OF_ROWS, name, NULL, columns, count);
}

/* The ledger of a transfer's accounts, or of its hold. */
static uint32_t ledger_of(void *context, const quipu_transfer *transfer)
{
    const struct session *session = context;
    const quipu_uint128 ids[] = {transfer->debit_account_id, transfer->credit_account_id};
    quipu_account accounts[2] = {0};
    quipu_transfer pending = {0};

    if (quipu_lookup_accounts(session->view->ledger, ids, 2, accounts, NULL) != QUIPU_OK) return 0;
    if (transfer->pending_id != 0 &&
        quipu_lookup_transfers(session->view->ledger, &transfer->pending_id, 1, &pending, NULL) !=
            QUIPU_OK)
        return 0;
    if (accounts[0].ledger != 0) return accounts[0].ledger;
    return accounts[1].ledger != 0 ? accounts[1].ledger : pending.ledger;
}

static void run_statement(struct session *session, struct tokens tokens)
{
    const struct reading reading = {
        .book = &session->view->book,
        .mark = session->view->mark,
        .in_minor = session->in_minor,
        .ledger_of = ledger_of,
        .context = session,
    };
    struct statement statement;
    struct shell_fault fault;
    enum command_exit exit;

    if (statement_read(&statement, tokens, &reading, &fault)) {
        exit = statement_run(session, &statement);
        if (exit != COMMAND_FINE) session_fail(session, exit);
    } else {
        complain_at(session->source, fault.place.line, fault.place.column, "%s", fault.text);
        session_fail(session, COMMAND_REFUSED);
    }
    statement_free(&statement);
}

void session_line(struct session *session, const char *line, size_t length)
{
    struct tokens statement;

    if (statement_text_is_blank(&session->text) && dot_command_is_one(line, length)) {
        statement_text_skip_line(&session->text);
        dot_command_run(session, line, length);
        if (session->counts_again) statement_text_clear(&session->text);
        return;
    }
    if (!statement_text_add(&session->text, line, length)) {
        complain("memory ran out for a statement");
        session_fail(session, COMMAND_SYSTEM);
        return;
    }
    while (!session->is_over && statement_text_next(&session->text, &statement))
        run_statement(session, statement);
    if (session->counts_again && statement_text_is_blank(&session->text))
        statement_text_clear(&session->text);
}

void session_end(struct session *session)
{
    const struct statement_text *text = &session->text;

    if (session->is_over || statement_text_is_blank(text)) return;
    /* Read it as it is: what is wrong before its end is said first. */
    run_statement(session, (struct tokens){text->bytes + text->begin, text->bytes + text->end,
                                           text->begin_place});
}

void session_stream(struct session *session, FILE *stream)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    errno = 0;
    while (!session->is_over && (length = getline(&line, &capacity, stream)) >= 0)
        session_line(session, line, (size_t)length);
    if (!session->is_over && ferror(stream)) {
        complain("cannot read %s: %s", session->source, strerror(errno));
        session_fail(session, COMMAND_SYSTEM);
    }
    free(line);
    session_end(session);
}

void session_free(struct session *session)
{
    statement_text_free(&session->text);
}
