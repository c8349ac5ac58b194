/* completion.h - what may stand at the end of a text: commands, fields, flags,
 * names of the book. */
#ifndef QUIPU_COMMAND_SHELL_COMPLETION_H
#define QUIPU_COMMAND_SHELL_COMPLETION_H

#include "command/book/book.h"

/* The most that is offered. A book may have a million names. */
#define COMPLETION_MAX 256

/* All zero is an empty one. */
struct completion {
    char *words[COMPLETION_MAX]; /* each begins with what is typed */
    size_t count, typed;         /* typed: how many bytes at the end of the text they replace */
    bool has_more;               /* than COMPLETION_MAX, or memory ran out */
};

/* Find the words that continue text[0..length): what was typed since the last statement. */
void completion_find(struct completion *completion, const char *text, size_t length,
                     const struct book *book);

/* How many bytes all words begin with. */
size_t completion_common(const struct completion *completion);
void completion_free(struct completion *completion);

#endif
