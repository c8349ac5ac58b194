/* writer.h - the pair of files that `quipu import` reads: accounts.csv and transfers.csv. */
#ifndef QUIPU_SHELL_WRITER_H
#define QUIPU_SHELL_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "quipu/types.h"

#define WRITER_PATH_BYTES 4096

struct writer {
    FILE *accounts, *transfers;
    char accounts_path[WRITER_PATH_BYTES], transfers_path[WRITER_PATH_BYTES];
    uint64_t account_count, transfer_count;
};

/* Make the folder if it is not there, and begin both files anew. False: said why. */
bool writer_open(struct writer *writer, const char *folder);

/* What fails here is seen by writer_close(). */
void writer_account(struct writer *writer, const quipu_account *account);
void writer_transfer(struct writer *writer, const quipu_transfer *transfer);

/* False: not all of it is in the files; said why. */
bool writer_close(struct writer *writer);

#endif
