/* asleep.h - does another thread of this process sleep? For tests that must wait until it does. */
#ifndef QUIPU_TESTS_ASLEEP_H
#define QUIPU_TESTS_ASLEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* This thread, as the kernel knows it; never 0. */
static inline uint64_t own_thread_id(void)
{
    return (uint64_t)syscall(SYS_gettid);
}

/* Does the kernel say that this thread sleeps? Its state follows its name, in parentheses. No
 * thread has the id 0. */
static inline bool is_asleep(uint64_t id)
{
    char path[64], line[256] = "";
    const char *end;
    FILE *file;

    if (id == 0) return false;
    (void)snprintf(path, sizeof path, "/proc/self/task/%llu/stat", (unsigned long long)id);
    file = fopen(path, "r");
    if (file == NULL) return false;
    end = fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
    (void)fclose(file);
    return end != NULL && strncmp(end, ") S", 3) == 0;
}

#endif
