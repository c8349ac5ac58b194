/* init_command.c - `quipu init`: makes an empty ledger in a directory. */
#include "command/commands/all_commands.h"
#include "command/load/kept_ledger.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"

static enum command_exit run(int argc, char **argv);

const struct command command_init = {
    .name = "init",
    .summary = "make an empty ledger in a directory",
    .text = "The directory is made if it is not there; otherwise it must be empty. Its journal "
            "grows in\n"
            "files of 64 MiB: one to begin with, and one ahead as soon as it is written to.\n"
            "\n"
            "Then: quipu import --ledger DIR --accounts A.csv --transfers T.csv. The environment\n"
            "variable QUIPU_LEDGER may name DIR instead.\n"
            "\n"
            "Exit code: 0 fine, 1 something is there already, 2 usage, 3 system.\n",
    .run = run,
};

static enum command_exit make(const char *path)
{
    const quipu_options options = {.path = path};
    quipu_ledger *ledger = NULL;
    enum command_exit exit;

    switch (kept_look(path)) {
    case KEPT_NOTHING: break;
    case KEPT_SOMETHING:
        complain("%s is no empty directory; a new ledger needs one", path);
        return COMMAND_REFUSED;
    case KEPT_UNREADABLE: return COMMAND_SYSTEM;
    }
    exit = kept_open(&options, &ledger);
    return exit == COMMAND_FINE ? kept_close(ledger) : exit;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_file *path = arg_file1(NULL, NULL, "DIR", "the directory");
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {path, help, end};
    enum option_next next = option_parse(&command_init, table, help, end, argc, argv);
    enum command_exit exit = next == OPTION_GO ? make(path->filename[0]) : option_exit(next);

    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
