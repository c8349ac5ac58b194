/* output.h - the files that a command writes, each whole or not at all; and standard output.
 *
 * O1  A file is written under another name in its folder, synced, and only then renamed. So
 *     a reader finds the old file or the new one, whole, even after a crash.
 * O2  Nothing is written through a symbolic link: in a folder of others it may lead anywhere.
 * O3  A pipe or a device that is there already is written directly. */
#ifndef QUIPU_COMMAND_TERMINAL_OUTPUT_H
#define QUIPU_COMMAND_TERMINAL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#define OUTPUT_PATH_BYTES 4096

struct output {
    FILE *stream;                                          /* NULL: not open */
    bool renames;                                          /* as O1 says, not O3 */
    char path[OUTPUT_PATH_BYTES], part[OUTPUT_PATH_BYTES]; /* part: the name until it is whole */
};

/* Returns false, with a complaint, if the file cannot be opened. */
bool output_open(struct output *output, const char *path);

/* The file is complete: sync it and give it its name. Returns false, with a complaint, if that
 * fails; the old file is still there then. */
bool output_close(struct output *output);

/* Close the file as if it had never been opened. */
void output_drop(struct output *output);

/* Flush standard output. Returns false, with a complaint, if a part of it could not be written. */
bool output_flush(void);

#endif
