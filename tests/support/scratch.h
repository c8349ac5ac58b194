/* scratch.h - a directory for a test's files. */
#ifndef QUIPU_TESTS_SCRATCH_H
#define QUIPU_TESTS_SCRATCH_H

#define SCRATCH_PATH 256

/* A new, empty directory; the test fails if it cannot be made. In TMPDIR if that is set; otherwise
 * in memory if there is such a place, where a sync takes no time, else in /tmp. */
void scratch_make(char path[SCRATCH_PATH]);

/* Remove it, with the files in it. */
void scratch_remove(const char *path);

#endif
