/* kept_owner.c - the owner of a ledger has its quipu.lock open, and /proc shows that. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE 1
#include "command/load/kept_owner.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/terminal/complain.h"
#include "command/terminal/output.h"
#include "quipu/connect.h"

static bool path_in(const char *directory, const char *name, char path[static PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/%s", directory, name) < PATH_MAX;
}

/* --- the daemon --- */

bool kept_socket_write(const char *directory, const char *socket)
{
    char path[PATH_MAX], whole[PATH_MAX];
    struct output output;

    if (!path_in(directory, "quipu.socket", path) || realpath(socket, whole) == NULL) {
        complain("cannot say in %s where the daemon listens: %s", directory, strerror(errno));
        return false;
    }
    if (!output_open(&output, path)) return false;
    (void)fprintf(output.stream, "%s\n", whole);
    return output_close(&output);
}

void kept_socket_remove(const char *directory)
{
    char path[PATH_MAX];

    if (path_in(directory, "quipu.socket", path)) (void)unlink(path);
}

quipu_ledger *kept_connect(const char *directory)
{
    char path[PATH_MAX], socket[PATH_MAX] = "";
    quipu_ledger *ledger = NULL;
    FILE *file;

    if (!path_in(directory, "quipu.socket", path)) return NULL;
    file = fopen(path, "re");
    if (file == NULL) return NULL;
    if (fgets(socket, sizeof socket, file) != NULL) socket[strcspn(socket, "\n")] = '\0';
    (void)fclose(file);
    return quipu_connect(socket, NULL, &ledger) == QUIPU_OK ? ledger : NULL;
}

/* --- any process --- */

/* Has the process the file open? */
static bool has_open(const char *process, const struct stat *wanted)
{
    char path[PATH_MAX];
    struct stat about;
    const struct dirent *entry;
    bool found = false;
    DIR *files;

    (void)snprintf(path, sizeof path, "/proc/%s/fd", process);
    files = opendir(path);
    if (files == NULL) return false;
    while (!found && (entry = readdir(files)) != NULL)
        found = fstatat(dirfd(files), entry->d_name, &about, 0) == 0 &&
                about.st_dev == wanted->st_dev && about.st_ino == wanted->st_ino;
    (void)closedir(files);
    return found;
}

static void name_process(const char *process, char words[static KEPT_OWNER_BYTES])
{
    char path[PATH_MAX], name[32] = "";
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%s/comm", process);
    file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(name, sizeof name, file) != NULL) name[strcspn(name, "\n")] = '\0';
        (void)fclose(file);
    }
    (void)snprintf(words, KEPT_OWNER_BYTES, "process %.20s%s%s%s", process,
                   name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "");
}

const char *kept_owner(const char *directory, char words[static KEPT_OWNER_BYTES])
{
    char path[PATH_MAX], self[24];
    const struct dirent *entry;
    struct stat wanted;
    DIR *processes;

    (void)snprintf(words, KEPT_OWNER_BYTES, "another process");
    (void)snprintf(self, sizeof self, "%ld", (long)getpid());
    if (!path_in(directory, "quipu.lock", path) || stat(path, &wanted) != 0) return words;
    processes = opendir("/proc");
    if (processes == NULL) return words;
    while ((entry = readdir(processes)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]) || strcmp(entry->d_name, self) == 0 ||
            !has_open(entry->d_name, &wanted))
            continue;
        name_process(entry->d_name, words);
        break;
    }
    (void)closedir(processes);
    return words;
}
