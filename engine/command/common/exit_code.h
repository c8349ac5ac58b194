/* exit_code.h - what the exit codes of `quipu` mean. */
#ifndef QUIPU_COMMAND_COMMON_EXIT_CODE_H
#define QUIPU_COMMAND_COMMON_EXIT_CODE_H

/* The exit code of the process, and of each step of a command. */
enum command_exit {
    COMMAND_FINE = 0,
    COMMAND_REFUSED = 1, /* the data says no: bad rows, books that do not balance, a lost race */
    COMMAND_USAGE = 2,   /* the command line makes no sense */
    COMMAND_SYSTEM = 3   /* files, memory or threads could not be had */
};

#endif
