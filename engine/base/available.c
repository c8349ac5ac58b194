/* available.c - asking the system what it has; see available.h. */
#define _GNU_SOURCE
#include "base/available.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define TEXT_BYTES 4096
#define PATH_BYTES 1024

#ifdef QUIPU_TESTING
const char *quipui_available_root = "";
#else
static const char quipui_available_root[] = "";
#endif

/* The beginning of a file, as text. Returns false if it cannot be read. */
static bool read_text(const char *path, char *text)
{
    char whole[PATH_BYTES];
    ssize_t got;
    int file;

    if (snprintf(whole, sizeof whole, "%s%s", quipui_available_root, path) >= (int)sizeof whole) {
        return false;
    }
    file = open(whole, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    got = read(file, text, TEXT_BYTES - 1);
    (void)close(file);
    if (got <= 0) return false;
    text[got] = '\0';
    return true;
}

/* The number that a text begins with. Returns false if there is none: "max". */
static bool number_at(const char *text, uint64_t *number)
{
    char *end;

    *number = strtoull(text, &end, 10);
    return end != text;
}

static bool machine_has(uint64_t bytes)
{
    static const char key[] = "MemAvailable:";
    char text[TEXT_BYTES];
    const char *line;
    uint64_t kib;

    if (!read_text("/proc/meminfo", text)) return true;
    line = strstr(text, key);
    return line == NULL || !number_at(line + sizeof key - 1, &kib) || bytes / 1024 <= kib;
}

/* One control group: what it may use, and uses. */
static bool group_has(const char *folder, const char *most, const char *used, uint64_t bytes)
{
    char path[PATH_BYTES], text[TEXT_BYTES];
    uint64_t limit, usage;

    if (snprintf(path, sizeof path, "%s/%s", folder, most) >= (int)sizeof path) return true;
    if (!read_text(path, text) || !number_at(text, &limit)) return true;
    if (snprintf(path, sizeof path, "%s/%s", folder, used) >= (int)sizeof path) return true;
    if (!read_text(path, text) || !number_at(text, &usage)) return true;
    return usage <= limit && bytes <= limit - usage;
}

/* A group and all above it, up to where they are mounted. */
static bool groups_have(const char *mount, const char *group, const char *most, const char *used,
                        uint64_t bytes)
{
    char folder[PATH_BYTES];
    size_t root = strlen(mount);

    if (snprintf(folder, sizeof folder, "%s%s", mount, group) >= (int)sizeof folder) return true;
    /* Ends: each turn cuts one folder off the path. */
    for (;;) {
        char *slash = strrchr(folder, '/');

        if (!group_has(folder, most, used, bytes)) return false;
        if (slash == NULL || slash < folder + root) return true;
        *slash = '\0';
    }
}

/* Lines of /proc/self/cgroup: `0::PATH`, or `NUMBER:CONTROLLERS:PATH` of version 1. */
static bool control_groups_have(uint64_t bytes)
{
    char text[TEXT_BYTES], *rest = NULL;

    if (!read_text("/proc/self/cgroup", text)) return true;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *names = strchr(line, ':'), *path = names != NULL ? strchr(names + 1, ':') : NULL;

        if (path == NULL) continue;
        *path++ = '\0';
        if (strcmp(names, ":") == 0 &&
            !groups_have("/sys/fs/cgroup", path, "memory.max", "memory.current", bytes)) {
            return false;
        }
        if (strcmp(names, ":memory") == 0 &&
            !groups_have("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes",
                         "memory.usage_in_bytes", bytes)) {
            return false;
        }
    }
    return true;
}

/* The address space was reserved before, so RLIMIT_AS is kept; RLIMIT_DATA counts what is
 * writable. */
static bool limits_allow(uint64_t bytes)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           bytes <= limit.rlim_cur;
}

bool quipui_memory_is_available(uint64_t bytes)
{
    int saved = errno;
    bool is_there = machine_has(bytes) && control_groups_have(bytes) && limits_allow(bytes);

    errno = saved;
    return is_there;
}
