/* csv_writer.h - the pair of files that `quipu import` reads: accounts.csv and transfers.csv. */
#ifndef QUIPU_COMMAND_CSV_CSV_WRITER_H
#define QUIPU_COMMAND_CSV_CSV_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "command/terminal/output.h"
#include "quipu/types.h"

struct writer {
    struct output accounts, transfers;
    uint64_t account_count, transfer_count;
};

/* Make the folder if it is missing, and begin both files. Returns false, with a complaint, if that
 * fails. */
bool writer_open(struct writer *writer, const char *folder);

/* writer_close() sees a failed write. */
void writer_account(struct writer *writer, const quipu_account *account);
void writer_transfer(struct writer *writer, const quipu_transfer *transfer);

/* Both files appear. Returns false, with a complaint, if one could not be written. */
bool writer_close(struct writer *writer);

/* Neither file appears. */
void writer_drop(struct writer *writer);

#endif
