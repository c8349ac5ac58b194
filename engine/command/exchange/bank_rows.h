/* bank_rows.h - the rows of a bank's CSV file, in the order of the file. */
#ifndef QUIPU_COMMAND_EXCHANGE_BANK_ROWS_H
#define QUIPU_COMMAND_EXCHANGE_BANK_ROWS_H

#include "command/exchange/bank_rules.h"
#include "command/exchange/source_text.h"

struct bank_row {
    unsigned long long line; /* that it begins at */
    size_t first, count;     /* of the cells */
};

struct bank_rows {
    char **cells;
    size_t cell_count, cell_capacity;
    struct bank_row *rows;
    size_t row_count, row_capacity;
    struct bank_row header;
    bool out_of_memory;
};

/* Split the text. Complains unless it returns COMMAND_FINE. Give it to bank_rows_free() in any
 * case. */
enum command_exit bank_rows_read(struct bank_rows *rows, const struct bank_rules *rules,
                                 struct source_text *source, const char *path);
void bank_rows_free(struct bank_rows *rows);

/* Fill a field of a row in, by its template. Returns false, with a complaint, if the template names
 * a column that is not there. */
#define BANK_CELL_BYTES 1024

bool bank_rows_fill(const struct bank_rows *rows, const struct bank_row *row, const char *template,
                    char text[static BANK_CELL_BYTES], const char *path);

#endif
