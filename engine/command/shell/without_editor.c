/* without_editor.c - in place of line_editor.c, in a build without libedit: lines as the terminal
 * gives them. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>

#include "command/shell/line_editor.h"

struct line_editor {
    char *line;
    size_t capacity;
};

struct line_editor *line_editor_open(line_completer *complete, void *context)
{
    (void)complete;
    (void)context;
    return calloc(1, sizeof(struct line_editor));
}

enum line_end line_editor_read(struct line_editor *editor, const char *prompt, const char **line,
                               size_t *length)
{
    ssize_t count;

    (void)fputs(prompt, stdout);
    (void)fflush(stdout);
    count = getline(&editor->line, &editor->capacity, stdin);
    if (count < 0) return LINE_NO_MORE;
    *line = editor->line;
    *length = (size_t)count;
    return LINE_TAKEN;
}

void line_editor_close(struct line_editor *editor)
{
    free(editor->line);
    free(editor);
}
