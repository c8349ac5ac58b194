/* medium.c - see medium.h. */
#define _GNU_SOURCE
#include "medium.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "command/common/stopwatch.h"

#define BLOCK 4096
#define BLOCKS 1024 /* of the file; after the last comes the first */
#define SYNCS_MAX 1000000

/* --- what it is --- */

/* One line of mountinfo: "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS... - KIND SOURCE ...". */
static bool read_mount(const char *line, const struct stat *about, char *name)
{
    unsigned int device_major, device_minor;
    const char *rest = strstr(line, " - ");
    char kind[32], source[64];

    if (sscanf(line, "%*u %*u %u:%u", &device_major, &device_minor) != 2) return false;
    if (device_major != major(about->st_dev) || device_minor != minor(about->st_dev)) return false;
    if (rest == NULL || sscanf(rest, " - %31s %63s", kind, source) != 2) return false;
    (void)snprintf(name, MEDIUM_NAME_BYTES, "%s on %s", kind, source);
    return true;
}

void medium_name(const char *folder, char name[MEDIUM_NAME_BYTES])
{
    FILE *mounts = fopen("/proc/self/mountinfo", "r");
    char line[1024];
    struct stat about;

    (void)snprintf(name, MEDIUM_NAME_BYTES, "unknown file system");
    if (mounts == NULL) return;
    if (stat(folder, &about) == 0)
        while (fgets(line, sizeof line, mounts) != NULL && !read_mount(line, &about, name))
            continue;
    (void)fclose(mounts);
}

bool medium_is_memory(const char *folder)
{
    struct statfs about;

    return statfs(folder, &about) == 0 &&
           (about.f_type == TMPFS_MAGIC || about.f_type == RAMFS_MAGIC);
}

/* --- how fast it is --- */

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* A file of zeros that are on disk, and has no name; -1: errno. */
static int make_file(const char *folder, char *block)
{
    char path[4096];
    int file;

    (void)snprintf(path, sizeof path, "%s/quipu-bench-sync-XXXXXX", folder);
    file = mkstemp(path);
    if (file < 0) return -1;
    (void)unlink(path);
    for (int i = 0; i < BLOCKS; i++) {
        if (pwrite(file, block, BLOCK, (off_t)i * BLOCK) == BLOCK) continue;
        (void)close(file);
        return -1;
    }
    if (fsync(file) == 0) return file;
    (void)close(file);
    return -1;
}

/* How many were made, or 0. */
static size_t measure(int file, char *block, double seconds, uint64_t *times)
{
    uint64_t begun = stopwatch_ns(), before = begun, now = begun;
    size_t count = 0;

    while (count < SYNCS_MAX && stopwatch_seconds(now - begun) < seconds) {
        memcpy(block, &count, sizeof count);
        if (pwrite(file, block, BLOCK, (off_t)(count % BLOCKS) * BLOCK) != BLOCK) return 0;
        if (fdatasync(file) != 0) return 0;
        now = stopwatch_ns();
        times[count++] = now - before;
        before = now;
    }
    return count;
}

bool medium_measure(const char *folder, double seconds, struct medium_speed *speed)
{
    char *block = calloc(1, BLOCK);
    uint64_t *times = calloc(SYNCS_MAX, sizeof *times), sum = 0;
    int file = block == NULL || times == NULL ? -1 : make_file(folder, block);
    size_t count = file < 0 ? 0 : measure(file, block, seconds, times);

    for (size_t i = 0; i < count; i++)
        sum += times[i];
    if (count > 0) {
        qsort(times, count, sizeof *times, by_size);
        *speed = (struct medium_speed){(double)count / stopwatch_seconds(sum),
                                       (double)times[count / 2], (double)times[count * 99 / 100]};
    }
    if (file >= 0) (void)close(file);
    free(times);
    free(block);
    return count > 0;
}
