/* all_commands.h - the commands of `quipu`, one file each. */
#ifndef QUIPU_COMMAND_COMMANDS_ALL_COMMANDS_H
#define QUIPU_COMMAND_COMMANDS_ALL_COMMANDS_H

#include "command/terminal/command.h"

extern const struct command command_import, command_balances, command_account, command_history,
    command_changes, command_race, command_stress, command_verify, command_bench, command_generate,
    command_init, command_check, command_backup, command_checkpoint, command_salvage, command_serve,
    command_stats, command_lock, command_transfers, command_holds, command_name, command_post,
    command_explain, command_export, command_shell;

#endif
