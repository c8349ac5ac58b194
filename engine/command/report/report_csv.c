/* report_csv.c - prints a report for spreadsheets: a header, then rows. */
#include <csv.h>
#include <string.h>

#include "command/report/report.h"

/* Numbers and plain words are printed as they are, anything that CSV would cut in quotes. */
static void print_cell(const char *text, FILE *out)
{
    if (text == NULL) return;
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, out);
    } else {
        (void)csv_fwrite(out, text, strlen(text));
    }
}

static bool is_named_before(const struct report *report, size_t sheet, size_t column)
{
    const char *name = report->sheets[sheet].columns[column].name;

    for (size_t s = 0; s <= sheet; s++) {
        size_t end = s < sheet ? report->sheets[s].column_count : column;

        for (size_t c = 0; c < end; c++) {
            if (strcmp(report->sheets[s].columns[c].name, name) == 0) return true;
        }
    }
    return false;
}

/* The cell of a sheet's row in the column of this name; NULL: there is none. */
static const char *cell_by_name(const struct sheet *sheet, size_t row, const char *name)
{
    for (size_t column = 0; column < sheet->column_count; column++) {
        if (strcmp(sheet->columns[column].name, name) == 0) return sheet_cell(sheet, row, column);
    }
    return NULL;
}

/* Print a line with all columns of all sheets: a row of `of`, or the header if `of` is NULL. */
static void print_line(const struct report *report, const struct sheet *of, size_t row, FILE *out)
{
    bool first = true;

    if (report->sheet_count > 1) {
        (void)fputs(of != NULL ? of->name : "sheet", out);
        first = false;
    }
    for (size_t s = 0; s < report->sheet_count; s++) {
        for (size_t c = 0; c < report->sheets[s].column_count; c++) {
            const char *name = report->sheets[s].columns[c].name;

            if (is_named_before(report, s, c)) continue;
            if (!first) (void)fputc(',', out);
            print_cell(of != NULL ? cell_by_name(of, row, name) : name, out);
            first = false;
        }
    }
    (void)fputc('\n', out);
}

static bool begin(struct report *report, FILE *out)
{
    if (!report->is_continued) print_line(report, NULL, 0, out);
    return true;
}

static bool print_row(struct report *report, const struct sheet *sheet, size_t row, FILE *out)
{
    print_line(report, sheet, row, out);
    return true;
}

static bool end_sheet(struct report *report, const struct sheet *sheet, FILE *out)
{
    (void)report;
    (void)sheet;
    (void)out;
    return true;
}

static bool end(struct report *report, FILE *out)
{
    (void)report;
    (void)out;
    return true;
}

const struct report_printer report_printer_csv = {begin, print_row, end_sheet, end};
