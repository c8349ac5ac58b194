/* scratch.c - see scratch.h. */
#include "support/scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void scratch_make(char path[SCRATCH_PATH])
{
    const char *root = getenv("TMPDIR");

    if (root == NULL) root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(path, SCRATCH_PATH, "%s/quipu-test-XXXXXX", root);
    cr_assert_not_null(mkdtemp(path), "%s cannot be made", path);
}

void scratch_remove(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    cr_assert_not_null(directory);
    while ((entry = readdir(directory)) != NULL)
        (void)unlinkat(dirfd(directory), entry->d_name, 0);
    (void)closedir(directory);
    (void)rmdir(path);
}
