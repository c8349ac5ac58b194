/* options.h - the command line: the part that is the same for all commands.
 *
 * argtable2 takes the words apart. It sees values as text; they are read here, so that a number
 * with garbage behind it is an error, and each complaint names the option and what it takes. */
#ifndef QUIPU_COMMAND_TERMINAL_OPTIONS_H
#define QUIPU_COMMAND_TERMINAL_OPTIONS_H

#include <argtable2.h>
#include <stdbool.h>
#include <stdint.h>

#include "command/terminal/command.h"
#include "quipu/quipu.h"

enum option_next {
    OPTION_GO,
    OPTION_DONE,  /* help was asked for and printed */
    OPTION_WRONG, /* the command line is wrong; complained */
    OPTION_UNSAID /* help could not be printed, or memory ran out; complained */
};

/* Parse. The table holds `help` and ends with `end`. An entry is NULL if memory ran out when it was
 * made. */
enum option_next option_parse(const struct command *command, void **table,
                              const struct arg_lit *help, struct arg_end *end, int argc,
                              char **argv);

/* A new --help, for the table of a command. */
struct arg_lit *option_help(void);

/* The exit code of a command that ends after option_parse(). */
static inline enum command_exit option_exit(enum option_next next)
{
    if (next == OPTION_UNSAID) return COMMAND_SYSTEM;
    return next == OPTION_DONE ? COMMAND_FINE : COMMAND_USAGE;
}

/* The functions below leave what they read alone when the option is absent. They return false, with
 * a complaint, if its value is wrong. */
bool option_protocol(const struct arg_str *option, quipu_protocol *value);
bool option_protocol_or_unsafe(const struct arg_str *option, quipu_protocol *value);
bool option_count(const struct arg_str *option, uint64_t min, uint64_t max, uint64_t *value);

/* One of `names`, as its place among them. */
bool option_name(const struct arg_str *option, const char *const *names, size_t name_count,
                 size_t *place);

/* Several numbers, joined by commas. */
#define OPTION_LIST_MAX 16

struct option_counts {
    uint64_t values[OPTION_LIST_MAX];
    size_t count;
};

bool option_counts(const struct arg_str *option, uint64_t min, uint64_t max,
                   struct option_counts *list);

/* Several names, joined by commas. The values are their places in `names`. */
bool option_names(const struct arg_str *option, const char *const *names, size_t name_count,
                  struct option_counts *list);

bool option_seconds(const struct arg_str *option, double *value);
bool option_id(const struct arg_str *option, quipu_uint128 *value);

const char *option_protocol_name(quipu_protocol protocol);

#define OPTION_PROTOCOLS "optimistic, cas, mutex or rcu"
#define OPTION_PROTOCOL_COUNT 4 /* numbered from 0 */

extern const char *const option_protocol_names[OPTION_PROTOCOL_COUNT];

/* More threads than this are a typing error. */
#define OPTION_THREADS_MAX 1024

#endif
