/* dot_command.h - lines that are for the shell itself: they begin with a dot, and end with their
 * line. */
#ifndef QUIPU_COMMAND_SHELL_DOT_COMMAND_H
#define QUIPU_COMMAND_SHELL_DOT_COMMAND_H

#include "command/shell/session.h"

/* Does a line begin with a dot? */
bool dot_command_is_one(const char *line, size_t length);

/* Do what it says. */
void dot_command_run(struct session *session, const char *line, size_t length);

struct dot_command {
    const char *name, *takes, *summary;
    void (*run)(struct session *session, const char *value); /* "": no value */
};

#define DOT_COMMAND_COUNT 5

extern const struct dot_command dot_commands[DOT_COMMAND_COUNT];

#endif
