/* medium.h - what durable figures stand on: the file system, and how many writes of one block it
 * makes durable in a second. */
#ifndef QUIPU_BENCH_MEDIUM_H
#define QUIPU_BENCH_MEDIUM_H

#include <stdbool.h>
#include <stddef.h>

#define MEDIUM_NAME_BYTES 128

/* "ext4 on /dev/vda", as far as the system tells. */
void medium_name(const char *folder, char name[MEDIUM_NAME_BYTES]);

/* Is the folder in memory? Then nothing there is durable. */
bool medium_is_memory(const char *folder);

struct medium_speed {
    double per_second, p50_ns, p99_ns;
};

/* For so many seconds, one after the other: write 4 KiB behind the last, and fdatasync(). The file
 * is written with zeros and synced before, so no sync has to write metadata. It is removed.
 * Returns false if that cannot be done: errno says why. */
bool medium_measure(const char *folder, double seconds, struct medium_speed *speed);

#endif
