/* csv_writer.h - the pair of files that `quipu import` reads: accounts.csv and transfers.csv. */
#ifndef QUIPU_COMMAND_CSV_CSV_WRITER_H
#define QUIPU_COMMAND_CSV_CSV_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "command/terminal/output.h"
#include "quipu/types.h"

enum writer_columns {
    WRITER_COLUMNS_OF_A_BANK, /* those that `quipu generate` fills */
    WRITER_COLUMNS_ALL        /* all that `quipu import` reads and that may be other than zero */
};

struct writer {
    enum writer_columns columns;
    struct output accounts, transfers;
    uint64_t account_count, transfer_count;
};

/* Make the folder if it is missing, and begin both files. Returns false, with a complaint, if that
 * fails. */
bool writer_open(struct writer *writer, const char *folder, enum writer_columns columns);

/* writer_close() sees a failed write. */
void writer_account(struct writer *writer, const quipu_account *account);
void writer_transfer(struct writer *writer, const quipu_transfer *transfer);

/* Both files appear. Returns false, with a complaint, if one could not be written. */
bool writer_close(struct writer *writer);

/* Neither file appears. */
void writer_drop(struct writer *writer);

#endif
