/* folder.h - a folder of the test's own in the file system, and gone at its end. */
#ifndef QUIPU_TESTS_FOLDER_H
#define QUIPU_TESTS_FOLDER_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder {
    char path[200];
};

static inline void folder_make(struct folder *folder)
{
    const char *above = getenv("TMPDIR");

    (void)snprintf(folder->path, sizeof folder->path, "%s/quipu-XXXXXX",
                   above == NULL || strlen(above) > 150 ? "/tmp" : above);
    cr_assert_not_null(mkdtemp(folder->path));
}

/* The path of a name in it; good until the next call. */
static inline const char *folder_path(const struct folder *folder, const char *name)
{
    static char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return path;
}

/* Remove a folder and what is in it; two levels are all that tests make. */
static inline void folder_empty(const char *path, int levels)
{
    const struct dirent *entry;
    DIR *stream = opendir(path);
    char inner[512];

    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
            continue;
        if (unlink(inner) != 0 && levels > 0) folder_empty(inner, levels - 1);
    }
    if (stream != NULL) (void)closedir(stream);
    (void)rmdir(path);
}

static inline void folder_remove(struct folder *folder)
{
    folder_empty(folder->path, 2);
}

#endif
