/* report_json.c - prints a report for programs: one object with a member per sheet, or an object a
 * line. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "command/report/report.h"

/* Text that stands in JSON as it is. */
static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~' || *text == '"' ||
            *text == '\\')
            return false;
    }
    return true;
}

/* Print a value that jansson has made, and free it. Returns false if there is none. */
static bool print_made(json_t *value, FILE *out)
{
    if (value == NULL) return false; /* not reached by tests: jansson takes this memory */
    /* report_end() sees a failed write. */
    (void)json_dumpf(value, out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
    json_decref(value);
    return true;
}

static bool print_string(const char *text, FILE *out)
{
    json_t *string;

    if (is_plain(text)) {
        (void)fprintf(out, "\"%s\"", text);
        return true;
    }
    string = json_string(text);
    /* Not UTF-8, a path perhaps: say that there is something. */
    return print_made(string != NULL ? string : json_string("(not UTF-8)"), out);
}

static bool print_value(enum column_kind kind, const char *text, FILE *out)
{
    if (text == NULL) {
        (void)fputs("null", out);
        return true;
    }
    switch (kind) {
    case COLUMN_COUNT: (void)fputs(text, out); return true;
    case COLUMN_REAL: return print_made(json_real(strtod(text, NULL)), out);
    case COLUMN_TRUTH: (void)fputs(strcmp(text, "yes") == 0 ? "true" : "false", out); return true;
    case COLUMN_TEXT:
    case COLUMN_NAME:
    case COLUMN_WORD:
    case COLUMN_AMOUNT: break;
    }
    return print_string(text, out);
}

/* Print a row's members, each behind what stands before it. */
static bool print_members(const struct sheet *sheet, size_t row, const char *before,
                          const char *colon, const char *comma, FILE *out)
{
    bool whole = true;

    for (size_t column = 0; whole && column < sheet->column_count; column++) {
        (void)fprintf(out, "%s\"%s\"%s", before, sheet->columns[column].name, colon);
        whole = print_value(sheet->columns[column].kind, sheet_cell(sheet, row, column), out);
        before = comma;
    }
    return whole;
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

static bool print_row(struct report *report, const struct sheet *sheet, size_t row, FILE *out)
{
    print_before(report, sheet, out);
    if (sheet->shape == SHEET_OF_ROWS && report->rows_printed == 0) (void)fputs("\n    ", out);
    (void)fputc('{', out);
    if (!print_members(sheet, row, "", ": ", ", ", out)) return false;
    (void)fputc('}', out);
    return true;
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
    (void)report;
    (void)fprintf(out, "{\"sheet\":\"%s\"", sheet->name);
    if (!print_members(sheet, row, ",", ":", ",", out)) return false;
    (void)fputs("}\n", out);
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
