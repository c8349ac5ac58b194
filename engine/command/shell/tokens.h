/* tokens.h - takes the text of statements apart: words, and the signs `=`, `,` and `;`.
 *
 * K1  A word is a run of other characters than blanks, line ends, quotes and signs.
 * K2  A quoted word stands in double quotes and may have any character but a line end. Two quotes
 *     in it are one.
 * K3  A comment begins with # where a word could begin, and ends with its line.
 * K4  Each token depends on its own line alone, so a text may be read line by line. */
#ifndef QUIPU_COMMAND_SHELL_TOKENS_H
#define QUIPU_COMMAND_SHELL_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "command/shell/shell_fault.h"

enum token_kind {
    TOKEN_END, /* of the text */
    TOKEN_WORD,
    TOKEN_EQUALS,
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_UNCLOSED /* a quote that its line does not close */
};

struct token {
    enum token_kind kind;
    bool is_quoted;
    struct place place;
    const char *text; /* as it stands there; without the quotes */
    size_t length;
};

/* A text that is read. */
struct tokens {
    const char *at, *end;
    struct place place;
};

struct token tokens_next(struct tokens *tokens);

/* Copy a word, two quotes as one. Returns its length; `size` or more: it does not fit. */
size_t token_copy(const struct token *token, char *text, size_t size);

/* Must a word stand in quotes, to be read as it is? */
bool token_needs_quotes(const char *word);

#endif
