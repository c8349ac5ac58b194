/* report_table.c - prints a report for people, by libsmartcols: aligned columns that fit the
 * terminal, numbers to the right, names in bold.
 *
 * A column that is blank in all rows is left out. A long report comes in pages: the rows of a page
 * stand under the columns of the first. If one has something in a column that was left out, a new
 * heading stands above it. NO_COLOR, set to anything, turns the bold off (no-color.org). */
#define _POSIX_C_SOURCE 200809L
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/report/report.h"

#define NAME_BYTES 64

static bool may_style(FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (no_color != NULL && no_color[0] != '\0') return false;
    if (terminal == NULL || strcmp(terminal, "dumb") == 0) return false;
    return isatty(fileno(out)) == 1;
}

/* Write a name of a column, with blanks in place of `_`. */
static void name_of(const struct column *column, char name[static NAME_BYTES])
{
    (void)snprintf(name, NAME_BYTES, "%s", column->name);
    for (; *name != '\0'; name++) {
        if (*name == '_') *name = ' ';
    }
}

static bool is_to_the_right(enum column_kind kind)
{
    return kind != COLUMN_TEXT && kind != COLUMN_NAME && kind != COLUMN_TRUTH;
}

static bool is_blank(const struct sheet *sheet, size_t column)
{
    for (size_t row = 0; row < sheet_row_count(sheet); row++) {
        const char *text = sheet_cell(sheet, row, column);

        if (text != NULL && text[0] != '\0') return false;
    }
    return true;
}

static struct libscols_table *new_table(bool style, FILE *out)
{
    struct libscols_table *table = scols_new_table();

    if (table == NULL) return NULL;
    (void)scols_table_set_stream(table, out);
    (void)scols_table_set_column_separator(table, "  ");
    (void)scols_table_enable_colors(table, style);
    return table;
}

/* Add a column of a sheet; its cells get the bold. */
static struct libscols_column *add_column(struct libscols_table *table, const struct column *of)
{
    char name[NAME_BYTES];
    struct libscols_column *column;

    name_of(of, name);
    column = scols_table_new_column(table, name, 0,
                                    is_to_the_right(of->kind) ? SCOLS_FL_RIGHT : SCOLS_FL_WRAP);
    if (column != NULL) (void)scols_cell_set_color(scols_column_get_header(column), "bold");
    return column;
}

static bool set_cell(struct libscols_line *line, size_t at, const char *text)
{
    return scols_line_set_data(line, at, text != NULL ? text : "") == 0;
}

/* Which columns of a page are shown: those that have something there, and those of the page before.
 * Returns NULL if memory runs out. */
static bool *find_shown(const struct sheet *sheet)
{
    bool *shown = calloc(sheet->column_count, sizeof *shown);

    for (size_t column = 0; shown != NULL && column < sheet->column_count; column++)
        shown[column] =
            (sheet->widths != NULL && sheet->widths[column] > 0) || !is_blank(sheet, column);
    return shown;
}

/* A page needs a heading of its own if it is the first, or if it has a column that the one before
 * left out. It sets its own widths then. */
static void forget_widths(struct sheet *sheet, const bool *shown)
{
    bool is_new = false;

    for (size_t column = 0; sheet->widths != NULL && column < sheet->column_count; column++)
        is_new |= shown[column] && sheet->widths[column] == 0;
    if (!is_new) return;
    free(sheet->widths);
    sheet->widths = NULL;
}

static bool fill_rows(struct libscols_table *table, const struct sheet *sheet, const bool *shown)
{
    bool whole = true;

    for (size_t column = 0; whole && column < sheet->column_count; column++) {
        struct libscols_column *added;

        if (!shown[column]) continue;
        added = add_column(table, &sheet->columns[column]);
        whole = added != NULL;
        if (whole && sheet->widths != NULL)
            (void)scols_column_set_whint(added, (double)sheet->widths[column]);
    }
    for (size_t row = 0; whole && row < sheet_row_count(sheet); row++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);

        whole = line != NULL;
        for (size_t column = 0, at = 0; whole && column < sheet->column_count; column++) {
            if (shown[column]) whole = set_cell(line, at++, sheet_cell(sheet, row, column));
        }
    }
    return whole;
}

/* Once a page is printed, its columns have the widths of the next. */
static bool keep_widths(struct libscols_table *table, struct sheet *sheet, const bool *shown)
{
    size_t at = 0;

    if (sheet->widths != NULL) return true;
    sheet->widths = calloc(sheet->column_count, sizeof *sheet->widths);
    for (size_t column = 0; sheet->widths != NULL && column < sheet->column_count; column++) {
        if (!shown[column]) continue;
        sheet->widths[column] = scols_column_get_width(scols_table_get_column(table, at++));
    }
    return sheet->widths != NULL;
}

static bool print_page(struct sheet *sheet, bool style, FILE *out)
{
    struct libscols_table *table = new_table(style, out);
    bool *shown = find_shown(sheet);
    bool whole = table != NULL && shown != NULL;

    if (whole) {
        forget_widths(sheet, shown);
        (void)scols_table_enable_noheadings(table, sheet->widths != NULL);
        whole = fill_rows(table, sheet, shown);
    }
    /* libsmartcols writes to the stream: a failed write is seen when that is flushed. */
    if (whole) (void)scols_print_table(table);
    whole = whole && keep_widths(table, sheet, shown);
    free(shown);
    scols_unref_table(table);
    return whole;
}

static bool fill_facts(struct libscols_table *table, const struct sheet *sheet)
{
    char name[NAME_BYTES];
    bool whole = scols_table_new_column(table, "fact", 0, 0) != NULL &&
                 scols_table_new_column(table, "value", 0, SCOLS_FL_WRAP) != NULL;

    (void)scols_table_enable_noheadings(table, 1);
    for (size_t column = 0; whole && column < sheet->column_count; column++) {
        struct libscols_line *line;

        if (is_blank(sheet, column)) continue;
        line = scols_table_new_line(table, NULL);
        name_of(&sheet->columns[column], name);
        whole = line != NULL && set_cell(line, 0, name) &&
                set_cell(line, 1, sheet_cell(sheet, 0, column));
    }
    return whole;
}

static bool print_facts(const struct sheet *sheet, bool style, FILE *out)
{
    struct libscols_table *table = new_table(style, out);
    bool whole = table != NULL && fill_facts(table, sheet);

    if (whole) (void)scols_print_table(table);
    scols_unref_table(table);
    return whole;
}

static void print_title(const struct sheet *sheet, bool style, FILE *out)
{
    if (sheet->title == NULL || sheet->widths != NULL) return;
    (void)fprintf(out, "%s%s%s\n", style ? "\033[1m" : "", sheet->title, style ? "\033[0m" : "");
}

bool report_table_page(struct report *report, FILE *out)
{
    bool style = may_style(out);

    print_title(&report->sheets[0], style, out);
    return print_page(&report->sheets[0], style, out);
}

bool report_as_table(struct report *report, FILE *out)
{
    bool style = may_style(out);

    for (size_t i = 0; i < report->sheet_count; i++) {
        struct sheet *sheet = &report->sheets[i];

        if (i > 0) (void)fputc('\n', out);
        print_title(sheet, style, out);
        if (sheet_row_count(sheet) == 0) {
            if (sheet->widths == NULL) (void)fputs("none\n", out);
        } else if (!(sheet->shape == SHEET_OF_FACTS ? print_facts(sheet, style, out)
                                                    : print_page(sheet, style, out))) {
            return false;
        }
    }
    return true;
}
