/* report_json.c - prints a report for programs: one object with a member per sheet, or an object a
 * line. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "command/report/report.h"

static json_t *value_of(enum column_kind kind, const char *text)
{
    if (text == NULL) return json_null();
    switch (kind) {
    case COLUMN_COUNT: return json_integer(strtoll(text, NULL, 10));
    case COLUMN_REAL: return json_real(strtod(text, NULL));
    case COLUMN_TRUTH: return json_boolean(strcmp(text, "yes") == 0);
    case COLUMN_TEXT:
    case COLUMN_NAME:
    case COLUMN_WORD:
    case COLUMN_AMOUNT: break;
    }

    json_t *string = json_string(text);

    /* Not UTF-8, a path perhaps: say that there is something. */
    return string != NULL ? string : json_string("(not UTF-8)");
}

/* Add a row's members. Returns the object. Returns NULL if memory runs out; the object is freed
 * then. */
static json_t *with_row(json_t *object, const struct sheet *sheet, size_t row)
{
    for (size_t column = 0; object != NULL && column < sheet->column_count; column++) {
        json_t *value = value_of(sheet->columns[column].kind, sheet_cell(sheet, row, column));

        if (json_object_set_new(object, sheet->columns[column].name, value) == 0) continue;
        /* Not reached by tests, here and below: jansson takes this memory. */
        json_decref(object);
        object = NULL;
    }
    return object;
}

/* --- one value --- */

/* What stands before the next row of a sheet, or before the end of one without rows. */
static void print_before(const struct report *report, const struct sheet *sheet, FILE *out)
{
    if (report->rows_printed > 0) {
        (void)fputs(",\n    ", out);
        return;
    }
    (void)fprintf(out, "%s\n  \"%s\": ", sheet != report->sheets ? "," : "", sheet->name);
    if (sheet->shape == SHEET_OF_ROWS) (void)fputs("[", out);
}

static bool begin(struct report *report, FILE *out)
{
    (void)report;
    (void)fputs("{", out);
    return true;
}

/* report_end() sees a failed write. */
static bool print_object(const struct sheet *sheet, json_t *object, size_t row, FILE *out)
{
    if (object != NULL) object = with_row(object, sheet, row);
    if (object == NULL) return false;
    (void)json_dumpf(object, out, JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
    json_decref(object);
    return true;
}

static bool print_row(struct report *report, const struct sheet *sheet, size_t row, FILE *out)
{
    print_before(report, sheet, out);
    if (sheet->shape == SHEET_OF_ROWS && report->rows_printed == 0) (void)fputs("\n    ", out);
    return print_object(sheet, json_object(), row, out);
}

static bool end_sheet(struct report *report, const struct sheet *sheet, FILE *out)
{
    if (report->rows_printed == 0) {
        print_before(report, sheet, out);
        (void)fputs(sheet->shape == SHEET_OF_ROWS ? "]" : "null", out);
    } else if (sheet->shape == SHEET_OF_ROWS) {
        (void)fputs("\n  ]", out);
    }
    return true;
}

static bool end(struct report *report, FILE *out)
{
    (void)report;
    (void)fputs("\n}\n", out);
    return true;
}

const struct report_printer report_printer_json = {begin, print_row, end_sheet, end};

/* --- an object a line --- */

static bool begin_lines(struct report *report, FILE *out)
{
    (void)report;
    (void)out;
    return true;
}

static bool print_row_line(struct report *report, const struct sheet *sheet, size_t row, FILE *out)
{
    json_t *object = json_pack("{s:s}", "sheet", sheet->name);

    (void)report;
    if (object != NULL) object = with_row(object, sheet, row);
    if (object == NULL) return false;
    (void)json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
    (void)fputc('\n', out);
    json_decref(object);
    return true;
}

static bool end_sheet_of_lines(struct report *report, const struct sheet *sheet, FILE *out)
{
    (void)report;
    (void)sheet;
    (void)out;
    return true;
}

const struct report_printer report_printer_lines = {begin_lines, print_row_line, end_sheet_of_lines,
                                                    begin_lines};
