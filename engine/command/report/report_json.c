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

/* NULL if memory runs out. */
static json_t *object_of(const struct sheet *sheet, size_t row)
{
    return with_row(json_object(), sheet, row);
}

static json_t *array_of(const struct sheet *sheet)
{
    json_t *array = json_array();

    for (size_t row = 0; array != NULL && row < sheet_row_count(sheet); row++) {
        if (json_array_append_new(array, object_of(sheet, row)) == 0) continue;
        json_decref(array);
        array = NULL;
    }
    return array;
}

bool report_as_json(const struct report *report, FILE *out)
{
    json_t *root = json_object();
    bool whole = root != NULL;

    for (size_t i = 0; whole && i < report->sheet_count; i++) {
        const struct sheet *sheet = &report->sheets[i];
        json_t *member = sheet->shape == SHEET_OF_FACTS ? object_of(sheet, 0) : array_of(sheet);

        whole = json_object_set_new(root, sheet->name, member) == 0;
    }
    if (whole) {
        /* report_end() sees a failed write. */
        (void)json_dumpf(root, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
        (void)fputc('\n', out);
    }
    json_decref(root);
    return whole;
}

static bool write_line(const struct sheet *sheet, size_t row, FILE *out)
{
    json_t *object = json_pack("{s:s}", "sheet", sheet->name);
    bool whole;

    if (object != NULL) object = with_row(object, sheet, row);
    whole = object != NULL;
    if (whole) {
        (void)json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
        (void)fputc('\n', out);
    }
    json_decref(object);
    return whole;
}

bool report_as_json_lines(const struct report *report, FILE *out)
{
    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct sheet *sheet = &report->sheets[i];

        for (size_t row = 0; row < sheet_row_count(sheet); row++) {
            if (!write_line(sheet, row, out)) return false;
        }
    }
    return true;
}
