/* main.c - `quipu`: which command, and what there is to choose from. */
#include <stdio.h>
#include <string.h>

#include "command/commands/all_commands.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"
#include "quipu/quipu.h"

static const struct command *const commands[] = {
    &command_import,
    &command_balances,
    &command_account,
    &command_history,
    &command_changes,
    &command_race,
    &command_stress,
    &command_verify,
    &command_bench,
    &command_generate,
    NULL,
};

static void print_help(FILE *out)
{
    (void)fputs("quipu - a transactional double-entry ledger in memory\n"
                "\n"
                "Usage: quipu COMMAND [OPTION...]\n"
                "       quipu COMMAND --help\n"
                "       quipu --help | --version\n"
                "\n",
                out);
    for (int i = 0; commands[i] != NULL; i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    (void)fputs("\n"
                "A first look:\n"
                "  quipu race --protocol unsafe    the race that this library is about\n"
                "  quipu race                      and how it ends here\n"
                "  quipu generate --out month && \\\n"
                "  quipu import --accounts month/accounts.csv --transfers month/transfers.csv\n"
                "\n"
                "Exit code: 0 fine, 1 the data said no, 2 usage, 3 system.\n",
                out);
}

static void print_version(void)
{
    (void)printf("quipu %d.%d.%d\n", QUIPU_VERSION_MAJOR, QUIPU_VERSION_MINOR, QUIPU_VERSION_PATCH);
}

int main(int argc, char **argv)
{
    enum command_exit exit = COMMAND_USAGE;

    if (argc < 2) {
        print_help(stderr);
        return COMMAND_USAGE;
    }
    for (int i = 0; commands[i] != NULL; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) return commands[i]->run(argc - 1, argv + 1);
    }

    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        exit = COMMAND_FINE;
    } else if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version();
        exit = COMMAND_FINE;
    } else {
        complain("no command \"%s\"; `quipu --help` lists them", argv[1]);
    }
    return output_flush() ? (int)exit : (int)COMMAND_SYSTEM;
}
