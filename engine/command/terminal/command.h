/* command.h - a command of `quipu`: its name, its help, and the function that runs it. */
#ifndef QUIPU_COMMAND_TERMINAL_COMMAND_H
#define QUIPU_COMMAND_TERMINAL_COMMAND_H

#include "command/common/exit_code.h"

struct command {
    const char *name;
    const char *summary;                             /* one line */
    const char *text;                                /* below the options in its --help */
    enum command_exit (*run)(int argc, char **argv); /* argv[0] is its name */
};

#endif
