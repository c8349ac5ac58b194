/* statement_text.h - lines come in, whole statements come out. */
#ifndef QUIPU_COMMAND_SHELL_STATEMENT_TEXT_H
#define QUIPU_COMMAND_SHELL_STATEMENT_TEXT_H

#include "command/shell/tokens.h"

/* All zero is an empty one. */
struct statement_text {
    char *bytes;
    size_t begin, scanned, end, capacity; /* begin: of what no statement has; scanned: has no ; */
    uint64_t line;                        /* how many lines came in */
    struct place begin_place, scanned_place;
};

/* Add a line, with or without its line end. Returns false if memory runs out. */
bool statement_text_add(struct statement_text *text, const char *line, size_t length);

/* The next whole statement, up to its semicolon. Valid until a line is added. */
bool statement_text_next(struct statement_text *text, struct tokens *statement);

/* Is there nothing but blanks and comments? */
bool statement_text_is_blank(const struct statement_text *text);

/* Count a line that is for no statement; what there is is blank. */
void statement_text_skip_line(struct statement_text *text);

/* Forget what no statement has, and count lines from 1 again. */
void statement_text_clear(struct statement_text *text);
void statement_text_free(struct statement_text *text);

#endif
