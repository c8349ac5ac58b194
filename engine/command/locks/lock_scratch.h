/* lock_scratch.h - a directory for the files of one demonstration.
 *
 * It goes with the command that made it. One that was killed leaves it behind; the next command
 * removes it. */
#ifndef QUIPU_COMMAND_LOCKS_LOCK_SCRATCH_H
#define QUIPU_COMMAND_LOCKS_LOCK_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct lock_scratch {
    char path[64]; /* "": there is none */
    int held;      /* a descriptor of the directory, which is locked while its process lives */
};

/* Remove what others left behind, and make a new one, in TMPDIR unless that is too long. Returns
 * false if it cannot be made (errno). */
bool lock_scratch_make(struct lock_scratch *scratch);

/* Remove it, if there is one. */
void lock_scratch_remove(struct lock_scratch *scratch);

#endif
