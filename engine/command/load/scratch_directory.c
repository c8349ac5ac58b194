/* scratch_directory.c - mkdtemp(), and the way back. */
#define _POSIX_C_SOURCE 200809L
#include "command/load/scratch_directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/terminal/complain.h"

bool scratch_make(struct scratch_directory *scratch, const char *parent)
{
    int length = snprintf(scratch->path, sizeof scratch->path, "%s/quipu-XXXXXX", parent);
    bool fits = length > 0 && (size_t)length < sizeof scratch->path;

    if (fits && mkdtemp(scratch->path) != NULL) return true;
    complain("cannot make a directory in %s: %s", parent, strerror(fits ? errno : ENAMETOOLONG));
    scratch->path[0] = '\0';
    return false;
}

/* A ledger has no directories inside its own. */
static void remove_files(DIR *directory)
{
    const struct dirent *entry;

    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    }
}

void scratch_remove(struct scratch_directory *scratch)
{
    DIR *directory;

    if (scratch->path[0] == '\0') return;
    directory = opendir(scratch->path);
    if (directory != NULL) {
        remove_files(directory);
        (void)closedir(directory);
    }
    if (rmdir(scratch->path) != 0) complain("cannot remove %s: %s", scratch->path, strerror(errno));
    scratch->path[0] = '\0';
}
