/* main.c - `quipu`: finds the command and runs it; lists them all; guesses at a misspelt one. */
#define _POSIX_C_SOURCE 200809L
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command/commands/all_commands.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"
#include "quipu/quipu.h"

/* Longer than the name of any command. */
#define NAME_BYTES_MAX 16

/* A word with more wrong letters is another word. */
#define GUESS_DISTANCE_MAX 2

static const struct command *const commands[] = {
    &command_init,       &command_import,
    &command_balances,   &command_account,
    &command_history,    &command_transfers,
    &command_holds,      &command_changes,
    &command_explain,    &command_post,
    &command_name,       &command_export,
    &command_check,      &command_backup,
    &command_checkpoint, &command_salvage,
    &command_serve,      &command_stats,
    &command_race,       &command_lock,
    &command_stress,     &command_verify,
    &command_bench,      &command_generate,
    &command_shell,      NULL,
};

static void print_help(FILE *out)
{
    (void)fputs("quipu - a transactional double-entry ledger\n"
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
                "  quipu init bank                 a ledger that is kept; then --ledger bank\n"
                "\n"
                "Exit code: 0 fine, 1 the data says no, 2 usage, 3 system.\n",
                out);
}

static void print_version(void)
{
    (void)printf("quipu %s\n", quipu_version());
}

/* How many letters must be put in, taken out or replaced to make one word of the other. */
static size_t distance(const char *one, const char *other)
{
    size_t row[NAME_BYTES_MAX], length = strlen(other);

    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; one[i] != '\0'; i++) {
        size_t diagonal = row[0]++;

        for (size_t j = 0; j < length; j++) {
            size_t best = diagonal + (one[i] != other[j]);

            diagonal = row[j + 1];
            if (diagonal + 1 < best) best = diagonal + 1;
            if (row[j] + 1 < best) best = row[j] + 1;
            row[j + 1] = best;
        }
    }
    return row[length];
}

static void complain_of_command(const char *name)
{
    const char *nearest = NULL;
    size_t least = GUESS_DISTANCE_MAX + 1;

    for (int i = 0; commands[i] != NULL; i++) {
        size_t letters = distance(name, commands[i]->name);

        if (letters >= least) continue;
        least = letters;
        nearest = commands[i]->name;
    }
    if (nearest != NULL) {
        complain("unknown command \"%s\", did you mean `%s`?", name, nearest);
    } else {
        complain("unknown command \"%s\"; `quipu --help` lists them", name);
    }
}

/* Tables know the width of characters, and which can be shown, by the locale. Numbers are not
 * touched by it. */
static void choose_characters(void)
{
    (void)setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) (void)setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
    enum command_exit exit = COMMAND_USAGE;

    choose_characters();
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
        complain_of_command(argv[1]);
    }
    return output_flush() ? (int)exit : (int)COMMAND_SYSTEM;
}
