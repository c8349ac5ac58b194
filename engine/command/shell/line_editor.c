/* line_editor.c - libedit: history, Tab, Ctrl-C.
 *
 * While a line is edited, Ctrl-C is a key like others, so it reaches take_ctrl_c(). The history is
 * written after each line: what a shell that is killed was told is not lost. */
#define _POSIX_C_SOURCE 200809L
#include "command/shell/line_editor.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/shell/line_history.h"

#define HISTORY_LINES 1000

/* Candidates are listed in columns of this terminal. */
#define LISTED_COLUMNS 80

struct line_editor {
    EditLine *edit;
    History *history;
    const char *prompt;
    bool is_cleared;
    line_completer *complete;
    void *context;
    char path[HISTORY_PATH_BYTES]; /* "": nothing is kept */
};

static struct line_editor *editor_of(EditLine *edit)
{
    void *editor = NULL;

    (void)el_get(edit, EL_CLIENTDATA, &editor);
    return editor;
}

static char *give_prompt(EditLine *edit)
{
    return (char *)(uintptr_t)editor_of(edit)->prompt; /* libedit only reads it */
}

static unsigned char take_ctrl_c(EditLine *edit, int key)
{
    (void)key;
    editor_of(edit)->is_cleared = true;
    (void)fputs("^C\n", stdout);
    (void)fflush(stdout);
    return CC_NEWLINE;
}

static void list(const struct completion *completion)
{
    size_t widest = 0, column = 0;

    for (size_t i = 0; i < completion->count; i++) {
        if (strlen(completion->words[i]) > widest) widest = strlen(completion->words[i]);
    }
    (void)fputc('\n', stdout);
    for (size_t i = 0; i < completion->count; i++) {
        if (column > 0 && column + widest + 2 > LISTED_COLUMNS) {
            (void)fputc('\n', stdout);
            column = 0;
        }
        (void)printf("%-*s", (int)(widest + 2), completion->words[i]);
        column += widest + 2;
    }
    (void)fputs(completion->has_more ? "...\n" : "\n", stdout);
    (void)fflush(stdout);
}

static unsigned char take_tab(EditLine *edit, int key)
{
    const struct line_editor *editor = editor_of(edit);
    const LineInfo *line = el_line(edit);
    struct completion completion;
    size_t common;
    unsigned char next = CC_ERROR;

    (void)key;
    editor->complete(editor->context, line->buffer, (size_t)(line->cursor - line->buffer),
                     &completion);
    common = completion_common(&completion);
    if (common > completion.typed) {
        completion.words[0][common] = '\0';
        if (el_insertstr(edit, completion.words[0] + completion.typed) == 0) next = CC_REFRESH;
    } else if (completion.count > 1) {
        list(&completion);
        next = CC_REDISPLAY;
    }
    completion_free(&completion);
    return next;
}

static bool set_up(struct line_editor *editor)
{
    HistEvent event;
    EditLine *edit = editor->edit;

    return history(editor->history, &event, H_SETSIZE, HISTORY_LINES) >= 0 &&
           history(editor->history, &event, H_SETUNIQUE, 1) >= 0 &&
           el_set(edit, EL_CLIENTDATA, editor) == 0 && el_set(edit, EL_PROMPT, give_prompt) == 0 &&
           el_set(edit, EL_EDITOR, "emacs") == 0 &&
           el_set(edit, EL_HIST, history, editor->history) == 0 &&
           el_set(edit, EL_ADDFN, "quipu-complete", "Complete a word", take_tab) == 0 &&
           el_set(edit, EL_ADDFN, "quipu-clear", "Clear the line", take_ctrl_c) == 0 &&
           el_set(edit, EL_BIND, "^I", "quipu-complete", NULL) == 0 &&
           el_set(edit, EL_BIND, "^R", "em-inc-search-prev", NULL) == 0 &&
           el_set(edit, EL_SETTY, "-d", "-isig", NULL) == 0 &&
           el_set(edit, EL_BIND, "^C", "quipu-clear", NULL) == 0;
}

struct line_editor *line_editor_open(line_completer *complete, void *context)
{
    struct line_editor *editor = calloc(1, sizeof *editor);
    HistEvent event;

    if (editor == NULL) return NULL;
    editor->complete = complete;
    editor->context = context;
    editor->prompt = "";
    editor->edit = el_init("quipu", stdin, stdout, stderr);
    editor->history = history_init();
    if (editor->edit == NULL || editor->history == NULL || !set_up(editor)) {
        line_editor_close(editor);
        return NULL;
    }
    if (!line_history_path(editor->path)) editor->path[0] = '\0';
    if (editor->path[0] != '\0') (void)history(editor->history, &event, H_LOAD, editor->path);
    return editor;
}

/* A history that cannot be kept is no reason to stop. */
static void remember(struct line_editor *editor, const char *line)
{
    HistEvent event;
    FILE *file;

    if (line[strspn(line, " \t\r\n")] == '\0') return;
    (void)history(editor->history, &event, H_ENTER, line);
    if (editor->path[0] == '\0') return;
    file = line_history_write(editor->path);
    if (file == NULL) return;
    (void)history(editor->history, &event, H_SAVE_FP, file);
    (void)fclose(file);
}

enum line_end line_editor_read(struct line_editor *editor, const char *prompt, const char **line,
                               size_t *length)
{
    int count = 0;

    editor->prompt = prompt;
    editor->is_cleared = false;
    /* Before the prompt: once that is seen, Ctrl-C is a key. */
    (void)el_set(editor->edit, EL_PREP_TERM, 1);
    *line = el_gets(editor->edit, &count);
    if (editor->is_cleared) return LINE_CLEARED;
    if (*line == NULL || count <= 0) return LINE_NO_MORE;
    *length = (size_t)count;
    remember(editor, *line);
    return LINE_TAKEN;
}

void line_editor_close(struct line_editor *editor)
{
    if (editor->history != NULL) history_end(editor->history);
    if (editor->edit != NULL) el_end(editor->edit);
    free(editor);
}
