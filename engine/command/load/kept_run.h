/* kept_run.h - the line of a command that opens one kept ledger: DIR, perhaps another directory,
 * how much room there is, and the form of the report. */
#ifndef QUIPU_COMMAND_LOAD_KEPT_RUN_H
#define QUIPU_COMMAND_LOAD_KEPT_RUN_H

#include "command/load/kept_ledger.h"
#include "command/report/report.h"
#include "command/terminal/command.h"

/* What such a command does. options->path is DIR; `out` is the other directory, or NULL. */
typedef enum command_exit kept_work(const quipu_options *options, const char *out,
                                    enum report_format format);

/* Read the line and do it, with these options beside what the line says. `about_out` says in the
 * help what the other directory is for; NULL: the command has none. */
enum command_exit kept_run(const struct command *command, const quipu_options *options,
                           const char *about_out, kept_work *work, int argc, char **argv);

#endif
