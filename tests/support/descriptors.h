/* descriptors.h - how many file descriptors this process has: none may be left behind. */
#ifndef QUIPU_TESTS_DESCRIPTORS_H
#define QUIPU_TESTS_DESCRIPTORS_H

#include <criterion/criterion.h>
#include <dirent.h>

/* That of the count itself is among them, each time. */
static inline size_t count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;

    cr_assert_not_null(directory);
    while (readdir(directory) != NULL)
        count++;
    (void)closedir(directory);
    return count;
}

#endif
