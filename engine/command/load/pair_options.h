/* pair_options.h - the options of commands that load a pair of files or show a kept ledger, and
 * their part of the help. */
#ifndef QUIPU_COMMAND_LOAD_PAIR_OPTIONS_H
#define QUIPU_COMMAND_LOAD_PAIR_OPTIONS_H

#include "command/load/kept_ledger.h"
#include "command/load/load.h"
#include "command/report/report_format.h"
#include "command/terminal/options.h"

struct pair_options {
    struct arg_file *ledger, *accounts, *transfers, *rejects;
    struct arg_str *protocol, *threads, *format, *accounts_max, *transfers_max;
    struct arg_lit *strict, *allow_refusals, *accept_unterminated, *help;
    struct arg_end *end;
};

struct pair_options pair_options_new(void);

/* All of them, for the table of a command; `end` comes last. */
#define PAIR_OPTIONS_TABLE(pair)                                                                   \
    (pair).ledger, (pair).accounts, (pair).transfers, (pair).rejects, (pair).allow_refusals,       \
        (pair).accept_unterminated, (pair).strict, (pair).protocol, (pair).threads, (pair).format, \
        (pair).accounts_max, (pair).transfers_max, (pair).help, (pair).end

/* What a command does with the files. */
enum pair_use {
    PAIR_LOADS, /* it puts them into a kept ledger, or into one in memory */
    PAIR_SHOWS  /* it shows them, or a kept ledger without files */
};

/* Read their values. Returns false, with a complaint, if one is wrong, or if they do not fit. */
bool pair_options_read(const struct pair_options *pair, const struct command *command,
                       enum pair_use use, struct load_order *order, enum report_format *format);

/* Help that is the same for all of these commands. */
#define PAIR_OPTIONS_TEXT                                                                          \
    "Both files are CSV with a header row that names fields of the records, in any order.\n"       \
    "One of them may be -, standard input. The header must name id and, for transfers,\n"          \
    "amount. A field without a column is 0, and so is an empty field; only an amount may not\n"    \
    "be empty, except in a void. Ids and amounts go up to 2^128-1, decimal or 0x\n"                \
    "hexadecimal; an id may be a UUID or a ULID; amounts are minor units (12.50 is 1250);\n"       \
    "flags are names joined by `|`, or a number.\n"                                                \
    "\n"                                                                                           \
    "Each line is one row. A bad row is reported with file, line and column, and left out\n"       \
    "with its whole linked chain; --strict stops at the first. A row is bad if its number of\n"    \
    "fields is not the header's, or if a quote is not closed on its line. A last row without\n"    \
    "a line end is bad, too: a file that was cut off looks so. --accept-unterminated takes\n"      \
    "that row if it has all its fields. A bad row whose flags cannot be read may be linked to\n"   \
    "the next row, so that is left out, too.\n"                                                    \
    "\n"                                                                                           \
    "If the ledger refuses rows the exit code is 1, unless --allow-refusals is given.\n"           \
    "`exists` is no refusal: the same files may be imported again. A linked chain exists if\n"     \
    "all of its rows do. --rejects FILE gets each row that was bad, skipped or refused, as\n"      \
    "CSV: file, line, outcome, meaning, needed, available, and the row as it is in the file.\n"    \
    "If an amount exceeds or overflows, `needed` is the row's amount, and `available` what\n"      \
    "there was just before the row (or before its chain). With --rejects - they go to\n"           \
    "standard output, in place of the report.\n"                                                   \
    "\n"                                                                                           \
    "With --threads N, transfers are loaded in windows of some thousands. Rows that share an\n"    \
    "account, a transfer id or a pending transfer stay on one thread, in file order, and so\n"     \
    "do rows that are related through others. So every account sees its rows in file order,\n"     \
    "and outcomes are the same for any N. If one account is in every row, one thread does\n"       \
    "all the work. A linked chain is always one call.\n"                                           \
    "\n"                                                                                           \
    "The ledger reserves address space for as many rows as the files can hold, by their\n"         \
    "sizes. --accounts-max and --transfers-max say otherwise; give them for a pipe.\n"

/* Help for the commands of PAIR_SHOWS. */
#define PAIR_KEPT_TEXT                                                                             \
    "It shows a pair of files, loaded into a ledger in memory, or a kept ledger: with --ledger\n"  \
    "DIR there are no files. Without both, it shows the ledger that the environment variable\n"    \
    "QUIPU_LEDGER names.\n" KEPT_TEXT_IN_USE KEPT_TEXT_SERVED

/* The exit codes of these commands. */
#define PAIR_EXIT_TEXT                                                                             \
    "Exit code: 0 fine, 1 rows were bad or refused, the books do not balance, or the kept\n"       \
    "ledger is damaged, 2 usage, 3 system, or another process has the ledger.\n"

#endif
