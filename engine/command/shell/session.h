/* session.h - a ledger that stays open, and the statements that are given to it line by line.
 *
 * S1  A statement that is wrong, or that the ledger refuses, is told with its line and column. A
 *     wrong one changes nothing.
 * S2  Behind it the session stops, unless it goes on: at a terminal, or with --keep-going. It stops
 *     in any case if the system fails.
 * S3  What a statement answers is a report of its own. */
#ifndef QUIPU_COMMAND_SHELL_SESSION_H
#define QUIPU_COMMAND_SHELL_SESSION_H

#include "command/look/view.h"
#include "command/shell/statement.h"
#include "command/shell/statement_text.h"

struct session {
    struct view *view; /* its ledger is open */
    bool goes_on;
    bool in_minor;      /* .minor on */
    bool counts_again;  /* lines are counted from 1 in each statement: at a terminal */
    const char *source; /* where lines come from, for complaints */
    unsigned depth;     /* of files that read files */
    struct statement_text text;
    bool is_over;           /* .quit, or S2 */
    enum command_exit exit; /* the worst so far */
    struct report empty;    /* what a report begins as */
    const char *sheet;      /* the name of the last one, or NULL */
};

/* The view has a ledger, and the form of reports. */
struct session session_new(struct view *view, const char *source);

/* Take a line: do what its dot command says, or each statement that it completes. */
void session_line(struct session *session, const char *line, size_t length);

/* The source has ended: complain of a statement that has not. */
void session_end(struct session *session);

/* Take all lines of a stream, and end. */
void session_stream(struct session *session, FILE *stream);
void session_free(struct session *session);

/* A statement, or a line, could not be done: S2. */
void session_fail(struct session *session, enum command_exit exit);

/* Begin the report of an answer; one sheet, and rows that are printed as they come. */
void session_sheet(struct session *session, const char *name, const struct column *columns,
                   size_t count);

#endif
