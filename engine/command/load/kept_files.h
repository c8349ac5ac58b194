/* kept_files.h - how large the files of a kept ledger are, by their names.
 *
 * docs/journal-format.md lists them. */
#ifndef QUIPU_COMMAND_LOAD_KEPT_FILES_H
#define QUIPU_COMMAND_LOAD_KEPT_FILES_H

#include <stdbool.h>
#include <stdint.h>

struct kept_files {
    uint64_t journal_count, journal_bytes;
    uint64_t checkpoint_bytes;
    uint64_t piece_count, piece_bytes;
};

/* Add up the files in a directory. Returns false, with a complaint, if it cannot be read. */
bool kept_files_count(const char *path, struct kept_files *files);

#endif
