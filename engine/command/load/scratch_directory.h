/* scratch_directory.h - a fresh directory for a ledger that is not kept for long. */
#ifndef QUIPU_COMMAND_LOAD_SCRATCH_DIRECTORY_H
#define QUIPU_COMMAND_LOAD_SCRATCH_DIRECTORY_H

#include <limits.h>
#include <stdbool.h>

struct scratch_directory {
    char path[PATH_MAX]; /* "": there is none */
};

/* Make one inside `parent`, which must be there. Returns false, with a complaint, if that fails. */
bool scratch_make(struct scratch_directory *scratch, const char *parent);

/* Remove it and the files in it. */
void scratch_remove(struct scratch_directory *scratch);

#endif
