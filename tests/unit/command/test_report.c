/* test_report.c - a long report takes no more memory than a page, in any form; a table in pages has
 * each row under its columns. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/report/report.h"

TestSuite(report);

static const struct column columns[] = {
    {"id", COLUMN_AMOUNT}, {"late_word", COLUMN_TEXT}, {"count", COLUMN_COUNT}};

#define ROWS (3 * TABLE_PAGE_ROWS + 7)
#define LATE (2 * TABLE_PAGE_ROWS - 1) /* the last row of the second page */

static void add_row(struct report *report, size_t row)
{
    report_count(report, row);
    if (row == LATE) {
        report_text(report, "word");
    } else {
        report_blank(report);
    }
    report_count(report, row % 10);
}

/* What is printed of many rows; `most` gets the most cells that were kept. */
static char *printed(enum report_format format, size_t rows, size_t *most)
{
    struct report report = {.format = format, .is_streamed = true};
    FILE *before = stdout;
    char *text = NULL;
    size_t size = 0;

    stdout = open_memstream(&text, &size);
    cr_assert_not_null(stdout);
    *most = 0;
    report_sheet(&report, SHEET_OF_ROWS, "rows", NULL, columns, 3);
    for (size_t row = 0; row < rows; row++) {
        add_row(&report, row);
        if (report.sheets[0].cell_count > *most) *most = report.sheets[0].cell_count;
    }
    cr_expect(report_end(&report, format));
    cr_assert_eq(fclose(stdout), 0);
    stdout = before;
    return text;
}

Test(report, keeps_a_page_at_most)
{
    static const enum report_format formats[] = {REPORT_TABLE, REPORT_CSV, REPORT_JSON,
                                                 REPORT_JSONL};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t most;

        free(printed(formats[i], ROWS, &most));
        cr_expect_leq(most, (formats[i] == REPORT_TABLE ? TABLE_PAGE_ROWS : 1) * 3, "format %zu",
                      i);
    }
}

/* Each row is there once, in order; the column that comes late has a heading then. */
Test(report, prints_a_table_in_pages)
{
    size_t most, row = 0, headings = 0, width = 0;
    char *text = printed(REPORT_TABLE, ROWS, &most);

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned long long id;

        if (sscanf(line, " %llu", &id) != 1) {
            headings++;
            width = strlen(line);
            cr_expect(row == 0 || row == LATE + 1 - TABLE_PAGE_ROWS, "a heading above row %zu",
                      row);
            cr_expect_eq(strstr(line, "late word") != NULL, row > 0);
            continue;
        }
        cr_expect_eq(id, row, "row %zu", row);
        cr_expect_eq(strlen(line), width, "row %zu ends under its heading", row);
        cr_expect_eq(strstr(line, "word") != NULL, row == LATE);
        row++;
    }
    cr_expect_eq(row, ROWS);
    cr_expect_eq(headings, 2);
    free(text);
}

Test(report, ends_a_table_of_whole_pages)
{
    size_t most;
    char *text = printed(REPORT_TABLE, TABLE_PAGE_ROWS, &most);

    cr_expect_null(strstr(text, "none"));
    free(text);
    text = printed(REPORT_TABLE, 0, &most);
    cr_expect_str_eq(text, "none\n");
    free(text);
}
