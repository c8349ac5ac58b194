/* look.h - a look at the ledger of a pair of files: what balances, account, history and changes
 * share. */
#ifndef QUIPU_COMMAND_LOOK_LOOK_H
#define QUIPU_COMMAND_LOOK_LOOK_H

#include <stdbool.h>

#include "command/load/pair_options.h"
#include "command/report/report.h"
#include "command/terminal/command.h"
#include "quipu/quipu.h"

/* Adds what a command shows of the ledger to the report. No thread writes to the ledger. Id 0: the
 * command takes none. Complains if the exit code is not COMMAND_FINE; the report is not printed
 * then. */
typedef enum command_exit look_function(quipu_ledger *ledger, quipu_uint128 id,
                                        struct report *report);

struct look {
    const struct command *command;
    bool of_one; /* the command takes an ID */
    look_function *show;
};

/* Parse the options, load the pair of files, show, print. Bad rows make the exit code
 * COMMAND_REFUSED, as in import. */
enum command_exit look_run(const struct look *look, int argc, char **argv);

/* The same without the options. */
enum command_exit look_show(look_function *show, const struct load_order *order, quipu_uint128 id,
                            enum report_format format);

/* Read an account and its version. COMMAND_REFUSED: there is no such account. Complains unless it
 * returns COMMAND_FINE. */
enum command_exit look_up(quipu_ledger *ledger, quipu_uint128 id, quipu_account *account,
                          uint64_t *version);

/* The columns that each look shows of an account. */
#define LOOK_ACCOUNT_COLUMNS                                                                       \
    {"id", COLUMN_AMOUNT}, {"ledger", COLUMN_COUNT}, {"code", COLUMN_COUNT},                       \
        {"flags", COLUMN_TEXT}, {"debits_pending", COLUMN_AMOUNT},                                 \
        {"debits_posted", COLUMN_AMOUNT}, {"credits_pending", COLUMN_AMOUNT},                      \
        {"credits_posted", COLUMN_AMOUNT},                                                         \
    {                                                                                              \
        "balance", COLUMN_AMOUNT                                                                   \
    }

void look_report_account(struct report *report, const quipu_account *account);

/* The four totals, and credits posted less debits posted. */
void look_report_totals(struct report *report, quipu_uint128 debits_pending,
                        quipu_uint128 debits_posted, quipu_uint128 credits_pending,
                        quipu_uint128 credits_posted);

#endif
