/* kept_files.c - see kept_files.h. */
#define _POSIX_C_SOURCE 200809L
#include "command/load/kept_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "command/terminal/complain.h"

static bool begins(const char *name, const char *word)
{
    return strncmp(name, word, strlen(word)) == 0;
}

/* Pieces of history end like this: .00000000000a */
static bool is_piece(const char *name)
{
    const char *end = strrchr(name, '.');

    return end != NULL && strlen(end + 1) == 12 && strspn(end + 1, "0123456789abcdef") == 12;
}

static void add(const char *name, uint64_t bytes, struct kept_files *files)
{
    if (begins(name, "journal.")) {
        files->journal_count++;
        files->journal_bytes += bytes;
    } else if (begins(name, "checkpoint.")) {
        files->checkpoint_bytes += bytes;
    } else if (is_piece(name)) {
        files->piece_count++;
        files->piece_bytes += bytes;
    }
}

bool kept_files_count(const char *path, struct kept_files *files)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    struct stat about;

    if (directory == NULL) {
        complain("cannot look into %s: %s", path, strerror(errno));
        return false;
    }
    *files = (struct kept_files){0};
    while ((entry = readdir(directory)) != NULL) {
        /* A file that is gone by now counts for nothing. */
        if (fstatat(dirfd(directory), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0)
            add(entry->d_name, (uint64_t)about.st_size, files);
    }
    (void)closedir(directory);
    return true;
}
