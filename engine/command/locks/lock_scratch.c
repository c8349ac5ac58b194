/* lock_scratch.c - made, locked and marked, in this order; see lock_scratch.h.
 *
 * A directory without a lock, but with the mark, is one whose process has ended. One without the
 * mark may be about to be locked. */
#define _GNU_SOURCE
#include "command/locks/lock_scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/locks/directory_tree.h"

#define MARK "held"

/* Sockets are made in there, and their paths are short. */
#define PARENT_BYTES_MAX 20

static const char *parent_of(void)
{
    const char *parent = getenv("TMPDIR");

    return parent != NULL && strlen(parent) <= PARENT_BYTES_MAX ? parent : "/tmp";
}

/* Is it ours, and has its process ended? */
static bool is_left(int directory)
{
    struct stat about;

    return fstat(directory, &about) == 0 && about.st_uid == geteuid() &&
           faccessat(directory, MARK, F_OK, 0) == 0 && flock(directory, LOCK_EX | LOCK_NB) == 0;
}

static void remove_if_left(const char *path)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (directory < 0) return;
    if (is_left(directory)) directory_tree_remove(path);
    (void)close(directory);
}

static void remove_all_left(const char *parent)
{
    char pattern[64];
    glob_t names;

    (void)snprintf(pattern, sizeof pattern, "%s/quipu-lock-??????", parent);
    if (glob(pattern, 0, NULL, &names) == 0) {
        for (size_t i = 0; i < names.gl_pathc; i++)
            remove_if_left(names.gl_pathv[i]);
    }
    globfree(&names);
}

static bool hold(struct lock_scratch *scratch)
{
    int mark;

    scratch->held = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (scratch->held < 0 || flock(scratch->held, LOCK_EX | LOCK_NB) != 0) return false;
    mark = openat(scratch->held, MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return mark >= 0 && close(mark) == 0;
}

bool lock_scratch_make(struct lock_scratch *scratch)
{
    const char *parent = parent_of();
    int error;

    scratch->held = -1;
    remove_all_left(parent);
    (void)snprintf(scratch->path, sizeof scratch->path, "%s/quipu-lock-XXXXXX", parent);
    if (mkdtemp(scratch->path) == NULL) {
        scratch->path[0] = '\0';
        return false;
    }
    if (hold(scratch)) return true;
    error = errno;
    lock_scratch_remove(scratch);
    errno = error;
    return false;
}

void lock_scratch_remove(struct lock_scratch *scratch)
{
    if (scratch->path[0] == '\0') return;
    directory_tree_remove(scratch->path);
    if (scratch->held >= 0) (void)close(scratch->held);
    scratch->path[0] = '\0';
}
