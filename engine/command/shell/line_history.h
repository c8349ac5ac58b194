/* line_history.h - where the lines of the shell are kept: $XDG_STATE_HOME/quipu/history, or below
 * ~/.local/state. The file is its user's alone: statements name accounts and amounts. */
#ifndef QUIPU_COMMAND_SHELL_LINE_HISTORY_H
#define QUIPU_COMMAND_SHELL_LINE_HISTORY_H

#include <stdbool.h>
#include <stdio.h>

#define HISTORY_PATH_BYTES 4096

/* The path of the file, whose folders are made if they are not there. Returns false if there is no
 * place for it. */
bool line_history_path(char path[static HISTORY_PATH_BYTES]);

/* Open it for writing, of mode 0600, and not through a symbolic link. NULL: it cannot be had. */
FILE *line_history_write(const char *path);

#endif
