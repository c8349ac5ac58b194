/* pair_options.h - the options of commands that load a pair of files, and the text about them. */
#ifndef QUIPU_COMMAND_LOAD_PAIR_OPTIONS_H
#define QUIPU_COMMAND_LOAD_PAIR_OPTIONS_H

#include "command/load/load.h"
#include "command/report/report_format.h"
#include "command/terminal/options.h"

/* The options of commands over a pair of files, to be listed in their tables. */
struct pair_options {
    struct arg_file *accounts, *transfers, *rejects;
    struct arg_str *protocol, *threads, *format, *accounts_max, *transfers_max;
    struct arg_lit *strict, *allow_refusals, *accept_unterminated, *help;
    struct arg_end *end;
};

struct pair_options pair_options_new(void);

/* All of them, for the table; `end` last. */
#define PAIR_OPTIONS_TABLE(pair)                                                                   \
    (pair).accounts, (pair).transfers, (pair).rejects, (pair).allow_refusals,                      \
        (pair).accept_unterminated, (pair).strict, (pair).protocol, (pair).threads, (pair).format, \
        (pair).accounts_max, (pair).transfers_max, (pair).help, (pair).end

/* What they say. False: a value is wrong, and it said so. */
bool pair_options_read(const struct pair_options *pair, struct load_order *order,
                       enum report_format *format);

/* What is true of all commands over a pair of files, for their manuals. */
#define PAIR_OPTIONS_TEXT                                                                          \
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
#define PAIR_EXIT_TEXT                                                                             \
    "Exit code: 0 fine, 1 rows were bad or refused, or the books do not balance, 2 usage,\n"       \
    "3 system.\n"

#endif
