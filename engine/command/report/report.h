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
 *   JSON lines  an object per row, whose member `sheet` names the sheet
 *
 * A report of one sheet is streamed: its rows are printed as they come, and take no memory. A table
 * is printed in pages of TABLE_PAGE_ROWS rows, and the first page says how wide columns are. */
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
    COLUMN_NAME,   /* text; there if the ledger has a book of names */
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
    struct column *columns; /* those that are there */
    size_t column_count;
    const struct column *declared; /* all of them */
    size_t declared_count, next;   /* the declared column of the next cell */
    char **cells;                  /* NULL: blank */
    size_t cell_count, cell_capacity;
    size_t *widths; /* of the columns of a table whose first page is printed; 0: left out */
};

#define REPORT_SHEETS_MAX 4

/* All zero but `format` is an empty one. */
struct report {
    struct sheet sheets[REPORT_SHEETS_MAX];
    size_t sheet_count;
    enum report_format format;
    bool has_names;    /* it has the columns for names */
    bool is_readable;  /* amounts with decimals, times of the calendar; a table has them anyway */
    char mark;         /* the decimal mark; 0: a point */
    bool is_streamed;  /* rows of its one sheet are printed as they come */
    bool is_begun;     /* its beginning is printed */
    bool is_continued; /* a CSV header was printed before */
    bool out_of_memory;
    uint64_t rows_printed; /* of the sheet that is being printed */
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

/* NULL: blank. */
void report_name(struct report *report, const char *name);

/* An id; for people, 0 is blank. */
void report_id(struct report *report, quipu_uint128 id);

/* Minor units; for people, with the decimals of the scale. */
void report_money(struct report *report, quipu_sum amount, unsigned scale);
void report_signed_money(struct report *report, quipu_signed amount, unsigned scale);

/* ns since 1970; for people, as ISO 8601. */
void report_time(struct report *report, uint64_t timestamp);

/* Is it for people? */
static inline bool report_is_readable(const struct report *report)
{
    return report->is_readable || report->format == REPORT_TABLE;
}

/* Print the report to standard output and free it. Returns false, with a complaint, if memory or
 * the output failed. */
bool report_end(struct report *report, enum report_format format);

/* Free without printing. */
void report_free(struct report *report);

/* How a report is printed, row by row. They return false if memory runs out. */
struct report_printer {
    bool (*begin)(struct report *report, FILE *out);
    bool (*row)(struct report *report, const struct sheet *sheet, size_t row, FILE *out);
    bool (*end_sheet)(struct report *report, const struct sheet *sheet, FILE *out);
    bool (*end)(struct report *report, FILE *out);
};

extern const struct report_printer report_printer_csv, report_printer_json, report_printer_lines;

#define TABLE_PAGE_ROWS 1024

/* All sheets, or what is left of the one that is printed in pages. They return false if memory runs
 * out. */
bool report_as_table(struct report *report, FILE *out);

/* The rows of the report's one sheet, which are not its last. */
bool report_table_page(struct report *report, FILE *out);

static inline size_t sheet_row_count(const struct sheet *sheet)
{
    return sheet->column_count > 0 ? sheet->cell_count / sheet->column_count : 0;
}

static inline const char *sheet_cell(const struct sheet *sheet, size_t row, size_t column)
{
    return sheet->cells[row * sheet->column_count + column];
}

#endif
