/* report.c - keeps cells as text; the format is chosen when the report is printed. */
#define _POSIX_C_SOURCE 200809L
#include "command/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

void report_sheet(struct report *report, enum sheet_shape shape, const char *name,
                  const char *title, const struct column *columns, size_t column_count)
{
    report->sheets[report->sheet_count++] = (struct sheet){
        .name = name,
        .title = title,
        .shape = shape,
        .columns = columns,
        .column_count = column_count,
    };
}

static void add(struct report *report, char *text)
{
    struct sheet *sheet = &report->sheets[report->sheet_count - 1];
    char **cells = grow(sheet->cells, &sheet->cell_capacity, sheet->cell_count + 1, sizeof *cells);

    if (cells == NULL) {
        report->out_of_memory = true;
        free(text);
        return;
    }
    sheet->cells = cells;
    cells[sheet->cell_count++] = text;
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

bool report_end(struct report *report, enum report_format format)
{
    bool printed = false;

    if (!report->out_of_memory) {
        switch (format) {
        case REPORT_TABLE: printed = report_as_table(report, stdout); break;
        case REPORT_CSV: printed = report_as_csv(report, stdout); break;
        case REPORT_JSON: printed = report_as_json(report, stdout); break;
        case REPORT_JSONL: printed = report_as_json_lines(report, stdout); break;
        }
    }
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
        for (size_t cell = 0; cell < report->sheets[i].cell_count; cell++)
            free(report->sheets[i].cells[cell]);
        free(report->sheets[i].cells);
    }
    *report = (struct report){0};
}
