/* directory_tree.c - from the leaves up. */
#define _GNU_SOURCE
#include "command/locks/directory_tree.h"

#include <ftw.h>
#include <stdio.h>

#define OPEN_DIRECTORIES 8

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    (void)remove(path);
    return 0;
}

void directory_tree_remove(const char *path)
{
    (void)nftw(path, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
