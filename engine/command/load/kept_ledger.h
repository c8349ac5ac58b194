/* kept_ledger.h - opens and closes the ledger of a command, in memory or in a directory, and says
 * in words what is wrong with it. */
#ifndef QUIPU_COMMAND_LOAD_KEPT_LEDGER_H
#define QUIPU_COMMAND_LOAD_KEPT_LEDGER_H

#include <argtable2.h>
#include <stdbool.h>
#include <stdint.h>

#include "command/common/exit_code.h"
#include "quipu/quipu.h"

/* The most that quipu_options allows. */
#define KEPT_ACCOUNTS_MAX ((uint64_t)1 << 32)
#define KEPT_TRANSFERS_MAX ((uint64_t)1 << 33)

/* What lies at a path. */
enum kept_place {
    KEPT_NOTHING,   /* nothing, or an empty directory */
    KEPT_SOMETHING, /* a directory with files in it, or something else */
    KEPT_UNREADABLE /* complained */
};

enum kept_place kept_look(const char *path);

/* Is there something to open? Complains if there is not. */
bool kept_is_there(const char *path);

/* Open a ledger. Complains unless it returns COMMAND_FINE; COMMAND_REFUSED: it is damaged. */
enum command_exit kept_open(const quipu_options *options, quipu_ledger **ledger);

/* Open a ledger, or connect to the daemon that has it open. */
enum command_exit kept_reach(const quipu_options *options, quipu_ledger **ledger, bool *is_served);

/* Close it; what it was given is on disk then. NULL: there is none. Complains unless it returns
 * COMMAND_FINE. */
enum command_exit kept_close(quipu_ledger *ledger);

/* Complain that another process has the ledger. */
void kept_complain_busy(const char *path);

/* Complain of a call that failed, with a diagnosis if there is one. Returns COMMAND_SYSTEM. */
enum command_exit kept_complain(quipu_ledger *ledger, const char *call, quipu_status status);

/* A new --ledger, for the table of a command. */
struct arg_file *kept_option(void);

/* The directory that the option or, if it is absent, QUIPU_LEDGER names. NULL: none. */
const char *kept_path(const struct arg_file *option);

/* Help that is the same for all commands with --ledger. */
#define KEPT_TEXT_IN_USE                                                                           \
    "A kept ledger is open in one process at a time, for reading, too. --accounts-max and\n"       \
    "--transfers-max are then the room for what it has and gets.\n"

/* Help for those that also go through a daemon. */
#define KEPT_TEXT_SERVED "If `quipu serve` has the ledger open, it is reached through that.\n"

#endif
