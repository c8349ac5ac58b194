/* look.h - a look at the ledger of a pair of files, or at one that is kept: what the commands that
 * show something share. */
#ifndef QUIPU_COMMAND_LOOK_LOOK_H
#define QUIPU_COMMAND_LOOK_LOOK_H

#include <stdbool.h>

#include "command/load/pair_options.h"
#include "command/look/view.h"
#include "command/terminal/command.h"

/* Adds what a command shows of the ledger to the report. No thread of this process writes to the
 * ledger. Complains if the exit code is not COMMAND_FINE; the rest of the report is not printed
 * then. */
typedef enum command_exit look_function(struct view *view);

struct look {
    const struct command *command;
    const char *of; /* what the ids on the line are; NULL: there are none */
    int least_ids, most_ids;
    bool ids_are_accounts; /* so that names will do */
    bool has_months;       /* it has --monthly */
    bool is_streamed;      /* its report has one sheet */
    look_function *show;
};

/* Parse the options, load the pair of files or open the kept ledger, show, print. Bad rows make the
 * exit code COMMAND_REFUSED, as in import. */
enum command_exit look_run(const struct look *look, int argc, char **argv);

/* The same of a view that is open, on a ledger that is. */
enum command_exit look_show(look_function *show, struct view *view);

/* The same on the ledger of an order. */
enum command_exit look_load(look_function *show, const struct load_order *order, struct view *view);

/* Read an account and its version. COMMAND_REFUSED: there is no such account. Complains unless it
 * returns COMMAND_FINE. */
enum command_exit look_up(quipu_ledger *ledger, quipu_uint128 id, quipu_account *account,
                          uint64_t *version);

/* The columns that each look shows of an account. */
#define LOOK_ACCOUNT_COLUMNS                                                                       \
    {"id", COLUMN_AMOUNT}, {"name", COLUMN_NAME}, {"ledger", COLUMN_COUNT},                        \
        {"ledger_name", COLUMN_NAME}, {"code", COLUMN_COUNT}, {"code_name", COLUMN_NAME},          \
        {"flags", COLUMN_TEXT}, {"debits_pending", COLUMN_AMOUNT},                                 \
        {"debits_posted", COLUMN_AMOUNT}, {"credits_pending", COLUMN_AMOUNT},                      \
        {"credits_posted", COLUMN_AMOUNT},                                                         \
    {                                                                                              \
        "balance", COLUMN_AMOUNT                                                                   \
    }

void look_report_account(struct view *view, const quipu_account *account);

/* The four totals of an account and its balance. */
void look_report_totals(struct view *view, const quipu_account *account);

/* An account's id and its name. */
void look_report_party(struct view *view, quipu_uint128 id);

/* A ledger or a code, and its name. */
void look_report_ledger(struct view *view, uint32_t ledger);
void look_report_code(struct view *view, uint16_t code);

/* The columns of a transfer, and their cells. */
#define LOOK_TRANSFER_COLUMNS                                                                      \
    {"timestamp", COLUMN_WORD}, {"id", COLUMN_AMOUNT}, {"debit_account_id", COLUMN_AMOUNT},        \
        {"debit_account", COLUMN_NAME}, {"credit_account_id", COLUMN_AMOUNT},                      \
        {"credit_account", COLUMN_NAME}, {"amount", COLUMN_AMOUNT}, {"ledger", COLUMN_COUNT},      \
        {"ledger_name", COLUMN_NAME}, {"code", COLUMN_COUNT}, {"code_name", COLUMN_NAME},          \
        {"flags", COLUMN_TEXT}, {"pending_id", COLUMN_AMOUNT},                                     \
    {                                                                                              \
        "description", COLUMN_NAME                                                                 \
    }

void look_report_transfer(struct view *view, const quipu_transfer *transfer);

#endif
