/* csv_header.h - the first row of a file: which field each column is.
 *
 * H1  The column `id` must be there and, for transfers, `amount`: the ledger would post a transfer
 *     of 0. Any other column may be absent. Its field is 0 then, and the ledger refuses the records
 *     that need it. */
#ifndef QUIPU_COMMAND_CSV_CSV_HEADER_H
#define QUIPU_COMMAND_CSV_CSV_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "command/common/exit_code.h"
#include "command/csv/fields.h"

struct row_file;

#define HEADER_NO_COLUMN ((size_t)-1)

struct header {
    int *fields; /* by column */
    size_t column_count;
    size_t amount_column, flags_column; /* or HEADER_NO_COLUMN */
};

/* Read the first row. Complains if the exit code is not COMMAND_FINE; there is nothing to free
 * then. */
enum command_exit header_read(struct header *header, enum record_kind kind, const char *path,
                              struct row_file *rows);
void header_free(struct header *header);

#endif
