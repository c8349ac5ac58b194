/* report_format.h - the four forms of a report, and the option that chooses one. */
#ifndef QUIPU_COMMAND_REPORT_REPORT_FORMAT_H
#define QUIPU_COMMAND_REPORT_REPORT_FORMAT_H

#include "command/terminal/options.h"

enum report_format { REPORT_TABLE, REPORT_CSV, REPORT_JSON, REPORT_JSONL };

/* A new --format, for the table of a command. */
struct arg_str *format_option(void);

/* Leaves *format alone when the option is absent. Returns false, with a complaint, if its value is
 * wrong. */
bool format_read(const struct arg_str *option, enum report_format *format);

#endif
