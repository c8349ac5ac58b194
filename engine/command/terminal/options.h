/* options.h - the command line: what all commands do alike with it.
 *
 * argtable2 takes the words apart; values are texts to it and are read here, so that a number with
 * garbage behind it is an error and every complaint names the option and what it takes. */
#ifndef QUIPU_COMMAND_TERMINAL_OPTIONS_H
#define QUIPU_COMMAND_TERMINAL_OPTIONS_H

#include <argtable2.h>
#include <stdbool.h>
#include <stdint.h>

#include "command/commands/command.h"
#include "command/load/load.h"
#include "command/report/report.h"
#include "quipu/types.h"

enum option_next {
    OPTION_GO,
    OPTION_DONE,  /* help was asked for and given */
    OPTION_WRONG, /* said why */
    OPTION_UNSAID /* the system failed: help could not be written, or memory is out; said so */
};

/* Parse. The table ends with `end`; `help` is in it. Any entry NULL: out of memory, said. */
enum option_next option_parse(const struct command *command, void **table,
                              const struct arg_lit *help, struct arg_end *end, int argc,
                              char **argv);

/* The exit code of a command that does not go on. */
static inline enum command_exit option_exit(enum option_next next)
{
    if (next == OPTION_UNSAID) return COMMAND_SYSTEM;
    return next == OPTION_DONE ? COMMAND_FINE : COMMAND_USAGE;
}

/* Each leaves *value alone when the option is absent. False: the value is wrong, and it said so. */
bool option_format(const struct arg_str *option, enum report_format *value);
bool option_protocol(const struct arg_str *option, quipu_protocol *value);
bool option_protocol_or_unsafe(const struct arg_str *option, quipu_protocol *value);
bool option_count(const struct arg_str *option, uint64_t min, uint64_t max, uint64_t *value);

/* Several, joined by commas. */
#define OPTION_LIST_MAX 16

struct option_counts {
    uint64_t values[OPTION_LIST_MAX];
    size_t count;
};

bool option_counts(const struct arg_str *option, uint64_t min, uint64_t max,
                   struct option_counts *list);

/* The same of names: the values are their places in `names`. */
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

/* The options of commands over a pair of files, to be listed in their tables. */
struct option_pair {
    struct arg_file *accounts, *transfers, *rejects;
    struct arg_str *protocol, *threads, *format, *accounts_max, *transfers_max;
    struct arg_lit *strict, *allow_refusals, *accept_unterminated, *help;
    struct arg_end *end;
};

struct option_pair option_pair_new(void);

/* All of them, for the table; `end` last. */
#define OPTION_PAIR_TABLE(pair)                                                                    \
    (pair).accounts, (pair).transfers, (pair).rejects, (pair).allow_refusals,                      \
        (pair).accept_unterminated, (pair).strict, (pair).protocol, (pair).threads, (pair).format, \
        (pair).accounts_max, (pair).transfers_max, (pair).help, (pair).end

/* What they say. False: a value is wrong, and it said so. */
bool option_pair_read(const struct option_pair *pair, struct load_order *order,
                      enum report_format *format);

/* What is true of all commands over a pair of files, for their manuals. */
#define OPTION_PAIR_TEXT                                                                           \
    "Both files are CSV with a header row that names fields of the records, in any order;\n"       \
    "one of them may be -, standard input. The header must name id, and of transfers\n"            \
    "amount; a field without a column is 0, and so is an empty one, but for an amount, which\n"    \
    "only a void may leave empty. Ids and amounts go up to 2^128-1, decimal or 0x\n"               \
    "hexadecimal; amounts are minor units (12.50 is 1250); flags are names joined by `|`, or\n"    \
    "a number.\n"                                                                                  \
    "\n"                                                                                           \
    "Each line is one row. A bad row is reported with file, line and column, and left out,\n"      \
    "with its whole linked chain; --strict stops at the first. Bad is a row whose number of\n"     \
    "fields is not the header's, one with a quote that its line does not close, and a last\n"      \
    "row without a line end: a file that was cut off looks so. --accept-unterminated takes\n"      \
    "that row if it has all its fields. A bad row whose flags cannot be read may be linked to\n"   \
    "the next, which is left out, too.\n"                                                          \
    "\n"                                                                                           \
    "Rows that the ledger refuses make the exit code 1, unless --allow-refusals; not so\n"         \
    "`exists`: the same files may be imported again. --rejects FILE gets each row that came\n"     \
    "to nothing, as CSV: file, line, outcome, meaning, needed, available, and the row as it\n"     \
    "stood. Of what exceeds or overflows, `needed` is the row's amount, `available` what there\n"  \
    "was just before the row (or before its chain). With --rejects - they go to standard\n"        \
    "output, in place of the report.\n"                                                            \
    "\n"                                                                                           \
    "With --threads N, transfers are taken in windows of some thousands. Rows that share an\n"     \
    "account, a transfer id or a pending transfer stay on one thread, in file order, and so\n"     \
    "do those related through others: every account sees its rows in file order, and what\n"       \
    "becomes of them is the same for any N. An account that is in every row leaves nothing\n"      \
    "to share out. A linked chain is always one call.\n"                                           \
    "\n"                                                                                           \
    "The ledger reserves address space for as many rows as the files can have, by their\n"         \
    "sizes; --accounts-max and --transfers-max say otherwise, and should for a pipe.\n"

/* Of these commands; others have their own. */
#define OPTION_EXIT_TEXT                                                                           \
    "Exit code: 0 fine, 1 rows were bad or refused, or the books do not balance, 2 usage,\n"       \
    "3 system.\n"

#endif
