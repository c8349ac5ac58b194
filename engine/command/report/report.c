/* report.c - keeps cells as text until they are printed: at the end, or row by row. */
#define _POSIX_C_SOURCE 200809L
#include "command/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

static bool is_there(const struct report *report, const struct column *column)
{
    return column->kind != COLUMN_NAME || report->has_names;
}

void report_sheet(struct report *report, enum sheet_shape shape, const char *name,
                  const char *title, const struct column *columns, size_t column_count)
{
    struct sheet *sheet = &report->sheets[report->sheet_count++];

    *sheet = (struct sheet){
        .name = name,
        .title = title,
        .shape = shape,
        .columns = malloc(column_count * sizeof *columns),
        .declared = columns,
        .declared_count = column_count,
    };
    if (sheet->columns == NULL) {
        report->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < column_count; i++) {
        if (is_there(report, &columns[i])) sheet->columns[sheet->column_count++] = columns[i];
    }
}

/* --- printing --- */

static const struct report_printer *printer_of(const struct report *report)
{
    switch (report->format) {
    case REPORT_CSV: return &report_printer_csv;
    case REPORT_JSON: return &report_printer_json;
    case REPORT_JSONL: return &report_printer_lines;
    case REPORT_TABLE: break;
    }
    return NULL;
}

static bool begin(struct report *report)
{
    if (report->is_begun) return true;
    report->is_begun = true;
    return printer_of(report)->begin(report, stdout);
}

static void forget_rows(struct sheet *sheet)
{
    for (size_t cell = 0; cell < sheet->cell_count; cell++)
        free(sheet->cells[cell]);
    sheet->cell_count = 0;
}

/* Print the rows of a sheet and forget them. */
static bool print_rows(struct report *report, struct sheet *sheet)
{
    bool whole = begin(report);

    for (size_t row = 0; whole && row < sheet_row_count(sheet); row++) {
        whole = printer_of(report)->row(report, sheet, row, stdout);
        report->rows_printed++;
    }
    forget_rows(sheet);
    return whole;
}

/* Print the rows of a streamed report that are whole, if it is time. */
static bool print_some(struct report *report, struct sheet *sheet)
{
    bool whole;

    if (report->format != REPORT_TABLE) return print_rows(report, sheet);
    if (sheet_row_count(sheet) < TABLE_PAGE_ROWS) return true;
    whole = report_table_page(report, stdout);
    forget_rows(sheet);
    return whole;
}

static bool print_sheets(struct report *report)
{
    const struct report_printer *printer = printer_of(report);
    bool whole = begin(report);

    for (size_t i = 0; whole && i < report->sheet_count; i++) {
        whole = print_rows(report, &report->sheets[i]) &&
                printer->end_sheet(report, &report->sheets[i], stdout);
        report->rows_printed = 0;
    }
    return whole && printer->end(report, stdout);
}

/* --- cells --- */

static void add(struct report *report, char *text)
{
    struct sheet *sheet = &report->sheets[report->sheet_count - 1];
    const struct column *column = &sheet->declared[sheet->next];
    char **cells;

    sheet->next = (sheet->next + 1) % sheet->declared_count;
    if (!is_there(report, column)) {
        free(text);
        return;
    }
    cells = grow(sheet->cells, &sheet->cell_capacity, sheet->cell_count + 1, sizeof *cells);
    if (cells == NULL) {
        report->out_of_memory = true;
        free(text);
        return;
    }
    sheet->cells = cells;
    cells[sheet->cell_count++] = text;
    if (report->is_streamed && !report->out_of_memory &&
        sheet->cell_count % sheet->column_count == 0 && !print_some(report, sheet))
        report->out_of_memory = true;
}

void report_text(struct report *report, const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL) report->out_of_memory = true;
    add(report, copy);
}

void report_count(struct report *report, uint64_t count)
{
    report_amount(report, quipu_sum_of(count));
}

void report_amount(struct report *report, quipu_sum amount)
{
    report_text(report, quipu_sum_text(amount, 0).text);
}

void report_real(struct report *report, double number, int decimals)
{
    char text[64];

    (void)snprintf(text, sizeof text, "%.*f", decimals, number);
    report_text(report, text);
}

void report_truth(struct report *report, bool truth)
{
    report_text(report, truth ? "yes" : "no");
}

void report_blank(struct report *report)
{
    add(report, NULL);
}

void report_name(struct report *report, const char *name)
{
    if (name != NULL) {
        report_text(report, name);
    } else {
        report_blank(report);
    }
}

void report_id(struct report *report, quipu_uint128 id)
{
    if (id == 0 && report_is_readable(report)) {
        report_blank(report);
    } else {
        report_amount(report, quipu_sum_of(id));
    }
}

/* Put the chosen mark in place of the point. */
static void add_marked(struct report *report, char *text)
{
    char *point = strchr(text, '.');

    if (point != NULL && report->mark != 0) *point = report->mark;
    report_text(report, text);
}

void report_money(struct report *report, quipu_sum amount, unsigned scale)
{
    quipu_written text = quipu_sum_text(amount, report_is_readable(report) ? scale : 0);

    add_marked(report, text.text);
}

void report_signed_money(struct report *report, quipu_signed amount, unsigned scale)
{
    quipu_written text = quipu_signed_text(amount, report_is_readable(report) ? scale : 0);

    add_marked(report, text.text);
}

void report_time(struct report *report, uint64_t timestamp)
{
    if (report_is_readable(report)) {
        report_text(report, quipu_time_text(timestamp).text);
    } else {
        report_count(report, timestamp);
    }
}

bool report_end(struct report *report, enum report_format format)
{
    bool printed = !report->out_of_memory;

    report->format = format;
    if (printed)
        printed =
            report->format == REPORT_TABLE ? report_as_table(report, stdout) : print_sheets(report);
    report_free(report);
    if (!printed) {
        complain("out of memory for the report");
        return false;
    }
    return output_flush();
}

void report_free(struct report *report)
{
    for (size_t i = 0; i < report->sheet_count; i++) {
        forget_rows(&report->sheets[i]);
        free(report->sheets[i].cells);
        free(report->sheets[i].widths);
        free(report->sheets[i].columns);
    }
    *report = (struct report){0};
}
