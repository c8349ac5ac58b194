/* import_files.h - files in memory with paths of their own, and complaints that are counted. */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_IMPORT_FILES_H
#define QUIPU_TESTS_MACHINES_FUZZ_IMPORT_FILES_H

#include <stddef.h>
#include <stdio.h>

/* Make the file anew and return its path; there are FILE_COUNT of them. */
enum { FILE_ACCOUNTS, FILE_TRANSFERS, FILE_AGAIN, FILE_COUNT };
const char *file_write(int file, const void *data, size_t size);

/* Complaints so far. What the command would print is formatted and thrown away. */
extern unsigned long complaint_count;

#endif
