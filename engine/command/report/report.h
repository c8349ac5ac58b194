/* report.h - what a command prints: named sheets of cells, in one of four forms.
 *
 * A command begins a sheet, adds its cells row by row, and at the end prints the report as
 *
 *   a table     for people: aligned columns
 *   CSV         one table. With several sheets it has the columns of all, and a first column that
 *               names the sheet
 *   JSON        one object with a member per sheet: an array of objects, or one object for a sheet
 *               of facts. Values of 64 and 128 bits are strings, since readers round numbers above
 *               2^53; counts are numbers
 *   JSON lines  an object per row, whose member `sheet` names the sheet */
#ifndef QUIPU_COMMAND_REPORT_REPORT_H
#define QUIPU_COMMAND_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "command/report/report_format.h"
#include "quipu/format.h"

enum column_kind {
    COLUMN_TEXT,
    COLUMN_COUNT,  /* a count, or 32 bits of a record: a number in JSON, below 2^53 */
    COLUMN_WORD,   /* 64 bits of a record: a string in JSON */
    COLUMN_AMOUNT, /* 128 bits or more: a string in JSON */
    COLUMN_REAL,
    COLUMN_TRUTH
};

struct column {
    const char *name; /* words joined by `_` */
    enum column_kind kind;
};

enum sheet_shape {
    SHEET_OF_ROWS,
    SHEET_OF_FACTS /* one row; a table shows a line per column */
};

struct sheet {
    const char *name, *title;
    enum sheet_shape shape;
    const struct column *columns;
    size_t column_count;
    char **cells; /* NULL: blank */
    size_t cell_count, cell_capacity;
};

#define REPORT_SHEETS_MAX 4

struct report {
    struct sheet sheets[REPORT_SHEETS_MAX];
    size_t sheet_count;
    bool is_continued; /* a CSV header was printed before */
    bool out_of_memory;
};

/* Begin a sheet. The cells that are added from here on are its own. */
void report_sheet(struct report *report, enum sheet_shape shape, const char *name,
                  const char *title, const struct column *columns, size_t column_count);

void report_text(struct report *report, const char *text);
void report_count(struct report *report, uint64_t count);
void report_amount(struct report *report, quipu_sum amount);
void report_real(struct report *report, double number, int decimals);
void report_truth(struct report *report, bool truth);
void report_blank(struct report *report);

/* Print the report to standard output and free it. Returns false, with a complaint, if memory or
 * the output failed. */
bool report_end(struct report *report, enum report_format format);

/* Free without printing. */
void report_free(struct report *report);

/* One for each format. They return false if memory runs out. */
bool report_as_table(const struct report *report, FILE *out);
bool report_as_csv(const struct report *report, FILE *out);
bool report_as_json(const struct report *report, FILE *out);
bool report_as_json_lines(const struct report *report, FILE *out);

static inline size_t sheet_row_count(const struct sheet *sheet)
{
    return sheet->cell_count / sheet->column_count;
}

static inline const char *sheet_cell(const struct sheet *sheet, size_t row, size_t column)
{
    return sheet->cells[row * sheet->column_count + column];
}

#endif
