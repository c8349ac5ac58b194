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

/* Make the folder if it is not there, and begin both files. False: said why. */
bool writer_open(struct writer *writer, const char *folder);

/* What fails here is seen by writer_close(). */
void writer_account(struct writer *writer, const quipu_account *account);
void writer_transfer(struct writer *writer, const quipu_transfer *transfer);

/* Both files appear. False: not all of it is in the files; said why. */
bool writer_close(struct writer *writer);

/* Neither appears. */
void writer_drop(struct writer *writer);

#endif
