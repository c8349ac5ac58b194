/* shell_fault.h - where a statement is wrong, and why. */
#ifndef QUIPU_COMMAND_SHELL_SHELL_FAULT_H
#define QUIPU_COMMAND_SHELL_SHELL_FAULT_H

#include <stdint.h>

/* A place in a text. Both count from 1; a column is a character. */
struct place {
    uint64_t line, column;
};

#define SHELL_FAULT_BYTES 512

struct shell_fault {
    struct place place;
    char text[SHELL_FAULT_BYTES]; /* what is wrong, and what to do about it */
};

/* The most bytes of a wrong word that a fault quotes. */
#define SHELL_QUOTED_BYTES 60

#endif
