/* transfer_line.h - a transfer that the options of a line describe, by names or numbers. */
#ifndef QUIPU_COMMAND_LOOK_TRANSFER_LINE_H
#define QUIPU_COMMAND_LOOK_TRANSFER_LINE_H

#include "command/look/view.h"

struct transfer_line {
    struct arg_str *debit, *credit, *amount, *code, *id, *currency, *timeout, *post_pending,
        *void_pending, *user_data, *at, *note;
    struct arg_lit *pending;
};

struct transfer_line transfer_line_new(void);

#define TRANSFER_LINE_TABLE(line)                                                                  \
    (line).debit, (line).credit, (line).amount, (line).code, (line).currency, (line).pending,      \
        (line).timeout, (line).post_pending, (line).void_pending, (line).user_data, (line).at

/* Does the line describe one? */
bool transfer_line_is_said(const struct transfer_line *line);

/* Make the transfer. Its ledger is that of its accounts, unless --currency says otherwise. Its id
 * is 0. Complains unless it returns COMMAND_FINE. */
enum command_exit transfer_line_read(const struct transfer_line *line, const struct view *view,
                                     quipu_transfer *transfer);

#define TRANSFER_LINE_TEXT                                                                         \
    "--debit and --credit are names or ids. The ledger is that of the accounts. --amount has\n"    \
    "decimals if the book gives the ledger a scale: 12.50, or 12,50 with --decimal ,. --code\n"    \
    "is 1 unless it is said. --pending opens a hold, until --timeout seconds are over if that\n"   \
    "is given. --post-pending ID posts a hold: all of it, or --amount. --void-pending ID gives\n"  \
    "it back. --at TIME imports the transfer with a time that is over.\n"

#endif
