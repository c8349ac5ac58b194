/* output.h - what a command writes: to a file, whole or not at all, or to standard output.
 *
 * O1  A file is written under another name in its folder, made to last, and only then renamed: a
 *     reader finds the old file or the new one, whole, after a crash, too.
 * O2  Nothing is written through a symbolic link: in a folder of others it may lead anywhere.
 * O3  What is there and is no plain file (a pipe, a device) is written straight: it has no
 *     "whole". */
#ifndef QUIPU_COMMAND_TERMINAL_OUTPUT_H
#define QUIPU_COMMAND_TERMINAL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#define OUTPUT_PATH_BYTES 4096

struct output {
    FILE *stream;                                          /* NULL: not open */
    bool renames;                                          /* O1, not O3 */
    char path[OUTPUT_PATH_BYTES], part[OUTPUT_PATH_BYTES]; /* part: its name until it is whole */
};

/* False: said why. */
bool output_open(struct output *output, const char *path);

/* The file is whole: give it its name. False: it is not, said why; what was there before still is.
 */
bool output_close(struct output *output);

/* As if it had never been opened. */
void output_drop(struct output *output);

/* Is all that was printed on standard output there? False: said why. */
bool output_flush(void);

#endif
