/* report_format.c - the option --format. */
#include "command/report/report_format.h"

struct arg_str *format_option(void)
{
    return arg_str0(NULL, "format", "F", "table, csv, json or jsonl (table)");
}

bool format_read(const struct arg_str *option, enum report_format *format)
{
    static const char *const names[] = {
        [REPORT_TABLE] = "table",
        [REPORT_CSV] = "csv",
        [REPORT_JSON] = "json",
        [REPORT_JSONL] = "jsonl",
    };
    size_t chosen = *format;

    if (!option_name(option, names, sizeof names / sizeof *names, &chosen)) return false;
    *format = (enum report_format)chosen;
    return true;
}
