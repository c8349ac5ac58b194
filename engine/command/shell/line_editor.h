/* line_editor.h - lines from a terminal: by libedit, which edits, completes and remembers, or as
 * they are in a build without it. */
#ifndef QUIPU_COMMAND_SHELL_LINE_EDITOR_H
#define QUIPU_COMMAND_SHELL_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "command/shell/completion.h"

struct line_editor;

enum line_end {
    LINE_TAKEN,
    LINE_CLEARED, /* Ctrl-C: it is forgotten */
    LINE_NO_MORE  /* Ctrl-D, or the terminal is gone */
};

/* Finds completions for a line up to the cursor. */
typedef void line_completer(void *context, const char *line, size_t length,
                            struct completion *completion);

/* NULL: memory ran out, or the terminal is not usable. */
struct line_editor *line_editor_open(line_completer *complete, void *context);

/* Read a line. It is valid until the next call. */
enum line_end line_editor_read(struct line_editor *editor, const char *prompt, const char **line,
                               size_t *length);
void line_editor_close(struct line_editor *editor);

#endif
