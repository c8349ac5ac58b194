/* memory_use.c - reads /proc/self/statm. */
#define _POSIX_C_SOURCE 200809L
#include "command/measure/memory_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

uint64_t memory_in_use(void)
{
    char line[128] = "", *resident = line;
    unsigned long long pages;
    long page = sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL) return 0;
    if (fgets(line, sizeof line, file) == NULL) line[0] = '\0';
    (void)fclose(file);
    (void)strtoull(line, &resident, 10); /* the whole size comes first */
    pages = strtoull(resident, NULL, 10);
    return page > 0 ? pages * (uint64_t)page : 0;
}
