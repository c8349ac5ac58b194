/* command.h - the commands of `quipu`, and what their exit codes mean.
 *
 * The shell is a guest of the library: it sees the public headers and nothing else of it. */
#ifndef QUIPU_COMMAND_COMMANDS_COMMAND_H
#define QUIPU_COMMAND_COMMANDS_COMMAND_H

/* The exit code of the process, and of each command. */
enum command_exit {
    COMMAND_FINE = 0,
    COMMAND_REFUSED = 1, /* the data said no: bad rows, books that do not balance, a race lost */
    COMMAND_USAGE = 2,   /* the command line makes no sense */
    COMMAND_SYSTEM = 3   /* files, memory or threads could not be had */
};

struct command {
    const char *name;
    const char *summary;                             /* one line */
    const char *text;                                /* below the options in its --help */
    enum command_exit (*run)(int argc, char **argv); /* argv[0] is its name */
};

extern const struct command command_import, command_balances, command_account, command_history,
    command_changes, command_race, command_stress, command_verify, command_bench, command_generate;

#endif
