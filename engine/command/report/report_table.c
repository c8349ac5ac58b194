/* report_table.c - prints a report for people: aligned columns, numbers to the right, names in bold
 * on a terminal.
 *
 * NO_COLOR, set to anything, turns the bold off (no-color.org). */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/report/report.h"

static bool may_style(FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (no_color != NULL && no_color[0] != '\0') return false;
    if (terminal == NULL || strcmp(terminal, "dumb") == 0) return false;
    return isatty(fileno(out)) == 1;
}

static const char *cell_text(const struct sheet *sheet, size_t row, size_t column)
{
    const char *text = sheet_cell(sheet, row, column);

    return text != NULL ? text : "";
}

/* Print a name of a column, with blanks in place of `_`. */
static void print_name(const char *name, size_t width, bool to_the_right, FILE *out)
{
    size_t length = strlen(name);

    if (to_the_right) (void)fprintf(out, "%*s", (int)(width - length), "");
    for (size_t i = 0; i < length; i++)
        (void)fputc(name[i] == '_' ? ' ' : name[i], out);
    if (!to_the_right) (void)fprintf(out, "%*s", (int)(width - length), "");
}

static size_t column_width(const struct sheet *sheet, size_t column)
{
    size_t width = strlen(sheet->columns[column].name);

    for (size_t row = 0; row < sheet_row_count(sheet); row++) {
        size_t length = strlen(cell_text(sheet, row, column));

        if (length > width) width = length;
    }
    return width;
}

static bool is_to_the_right(enum column_kind kind)
{
    return kind != COLUMN_TEXT && kind != COLUMN_TRUTH;
}

static void print_row(const struct sheet *sheet, size_t row, const size_t *widths, FILE *out)
{
    for (size_t column = 0; column < sheet->column_count; column++) {
        const char *text = cell_text(sheet, row, column);
        bool last = column + 1 == sheet->column_count;

        if (is_to_the_right(sheet->columns[column].kind)) {
            (void)fprintf(out, "%*s", (int)widths[column], text);
        } else {
            (void)fprintf(out, "%-*s", last ? 0 : (int)widths[column], text);
        }
        (void)fputs(last ? "\n" : "  ", out);
    }
}

static bool print_rows(const struct sheet *sheet, bool style, FILE *out)
{
    size_t *widths = calloc(sheet->column_count, sizeof *widths);

    if (widths == NULL) return false;
    if (style) (void)fputs("\033[1m", out);
    for (size_t column = 0; column < sheet->column_count; column++) {
        bool last = column + 1 == sheet->column_count;
        bool to_the_right = is_to_the_right(sheet->columns[column].kind);

        widths[column] = column_width(sheet, column);
        print_name(sheet->columns[column].name,
                   last && !to_the_right ? strlen(sheet->columns[column].name) : widths[column],
                   to_the_right, out);
        if (!last) (void)fputs("  ", out);
    }
    (void)fputs(style ? "\033[0m\n" : "\n", out);
    for (size_t row = 0; row < sheet_row_count(sheet); row++)
        print_row(sheet, row, widths, out);
    free(widths);
    return true;
}

static void print_facts(const struct sheet *sheet, FILE *out)
{
    size_t width = 0;

    for (size_t column = 0; column < sheet->column_count; column++) {
        size_t length = strlen(sheet->columns[column].name);

        if (length > width) width = length;
    }
    for (size_t column = 0; column < sheet->column_count; column++) {
        if (sheet_cell(sheet, 0, column) == NULL) continue;
        print_name(sheet->columns[column].name, width, false, out);
        (void)fprintf(out, "  %s\n", cell_text(sheet, 0, column));
    }
}

bool report_as_table(const struct report *report, FILE *out)
{
    bool style = may_style(out);

    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct sheet *sheet = &report->sheets[i];

        if (i > 0) (void)fputc('\n', out);
        if (sheet->title != NULL)
            (void)fprintf(out, "%s%s%s\n", style ? "\033[1m" : "", sheet->title,
                          style ? "\033[0m" : "");
        if (sheet->shape == SHEET_OF_FACTS) {
            print_facts(sheet, out);
        } else if (sheet_row_count(sheet) == 0) {
            (void)fputs("none\n", out);
        } else if (!print_rows(sheet, style, out)) {
            return false;
        }
    }
    return true;
}
