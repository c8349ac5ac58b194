/* csv_header.h - the first row of a file: which field each column is.
 *
 * H1  A column that would change what is posted must be there: `id`, and of transfers `amount`,
 *     which as 0 would be posted all the same. Without any other column (accounts, ledger, code,
 *     pending_id) its field is 0, and the ledger itself refuses what needs it. */
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
    size_t amount_column, flags_column; /* HEADER_NO_COLUMN: there is none */
};

/* Read the first row. Not fine: said why, and nothing to free. */
enum command_exit header_read(struct header *header, enum record_kind kind, const char *path,
                              struct row_file *rows);
void header_free(struct header *header);

#endif
