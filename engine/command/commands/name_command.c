/* name_command.c - `quipu name`: the book of names of a kept ledger. */
#include <string.h>

#include "command/book/spoken.h"
#include "command/commands/all_commands.h"
#include "command/load/kept_ledger.h"
#include "command/look/new_account.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"

static enum command_exit run(int argc, char **argv);

const struct command command_name = {
    .name = "name",
    .summary = "names for ledgers, codes and accounts of a kept ledger",
    .text =
        "  quipu name                                  list the names\n"
        "  quipu name ledger 978 EUR --scale 2         amounts of ledger 978 have two decimals\n"
        "  quipu name code 7 fee\n"
        "  quipu name account 42 assets:bank --normal debit --alias DE89370400440532013000\n"
        "  quipu name account new assets:bank --currency EUR --normal debit\n"
        "\n"
        "The names are kept in DIR/quipu.names. All commands take a name wherever they take an\n"
        "id, a ledger or a code, and show both. An account may have further names by --alias: an\n"
        "IBAN, a UUID. --normal says on which side its balance is positive: debit for assets and\n"
        "expenses, credit (the default) for all others.\n"
        "\n"
        "With `new` in place of the id an account is created, too, with a number that is free;\n"
        "--currency is its ledger (it may be left out if the book has one), --code its code (1).\n"
        "--limit keeps its balance from falling below zero.\n"
        "\n"
        "Naming something again changes its name.\n"
        "\n"
        "Exit code: 0 fine, 1 the name is taken or cannot be one, 2 usage, 3 system.\n",
    .run = run,
};

struct line {
    struct arg_file *ledger;
    struct arg_str *words, *scale, *normal, *alias, *currency, *code, *format;
    struct arg_lit *limit, *help;
    struct arg_end *end;
};

/* --- listing --- */

static void list_numbers(struct report *report, const char *kind, const struct book_number *all,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        report_text(report, kind);
        report_count(report, all[i].number);
        report_text(report, all[i].name);
        if (strcmp(kind, "ledger") == 0) {
            report_count(report, all[i].scale);
        } else {
            report_blank(report);
        }
        report_blank(report);
    }
}

static void list_account(struct report *report, const char *kind, quipu_uint128 id,
                         const char *name, const char *normal)
{
    report_text(report, kind);
    report_id(report, id);
    report_text(report, name);
    report_blank(report);
    report_name(report, normal);
}

static enum command_exit list(const char *directory, enum report_format format)
{
    static const struct column columns[] = {
        {"kind", COLUMN_TEXT},   {"number", COLUMN_AMOUNT}, {"name", COLUMN_TEXT},
        {"scale", COLUMN_COUNT}, {"normal", COLUMN_TEXT},
    };
    struct report report = {.format = format};
    struct book book;
    enum command_exit exit = book_read(&book, directory);

    if (exit != COMMAND_FINE) return exit;
    report_sheet(&report, SHEET_OF_ROWS, "names", NULL, columns, sizeof columns / sizeof *columns);
    list_numbers(&report, "ledger", book.ledgers, book.ledger_count);
    list_numbers(&report, "code", book.codes, book.code_count);
    for (size_t i = 0; i < book.account_count; i++)
        list_account(&report, "account", book.accounts[i].id, book.accounts[i].name,
                     book.accounts[i].normal == QUIPU_NORMAL_DEBIT ? "debit" : "credit");
    for (size_t i = 0; i < book.alias_count; i++)
        list_account(&report, "alias", book.accounts[book.aliases[i].account].id,
                     book.aliases[i].name, NULL);
    book_free(&book);
    return report_end(&report, format) ? COMMAND_FINE : COMMAND_SYSTEM;
}

/* --- naming --- */

static enum command_exit said(const char *name, enum book_change change)
{
    if (change == BOOK_CHANGED) return COMMAND_FINE;
    complain("%s: %s", name, book_change_text(change));
    return change == BOOK_NO_MEMORY ? COMMAND_SYSTEM : COMMAND_REFUSED;
}

static enum command_exit name_account(const struct line *line, const char *directory,
                                      struct book *book)
{
    static const char *const sides[] = {"credit", "debit"};
    const char *who = line->words->sval[1], *name = line->words->sval[2];
    struct new_account wanted = {
        .name = name, .code = 1, .is_limited = line->limit->count > 0, .directory = directory};
    enum command_exit exit = COMMAND_FINE;
    size_t side = QUIPU_NORMAL_CREDIT;
    quipu_uint128 id = 0;

    if (!option_name(line->normal, sides, 2, &side)) return COMMAND_USAGE;
    wanted.normal = (quipu_normal)side;
    if (strcmp(who, "new") == 0) {
        if ((line->currency->count > 0 &&
             !spoken_ledger(book, "--currency", line->currency->sval[0], &wanted.ledger)) ||
            (line->code->count > 0 &&
             !spoken_code(book, "--code", line->code->sval[0], &wanted.code)))
            return COMMAND_USAGE;
        exit = new_account_in(directory, book, &wanted, &id);
    } else if (!spoken_account(book, "account", who, &id)) {
        return COMMAND_USAGE;
    } else {
        if (line->normal->count == 0) wanted.normal = book_normal(book, id);
        exit = said(name, book_name_account(book, id, name, wanted.normal));
    }
    for (int i = 0; i < line->alias->count && exit == COMMAND_FINE; i++)
        exit = said(line->alias->sval[i], book_add_alias(book, id, line->alias->sval[i]));
    return exit;
}

static enum command_exit name_in(const struct line *line, const char *directory, struct book *book)
{
    const char *kind = line->words->sval[0], *number = line->words->sval[1],
               *name = line->words->sval[2];
    uint64_t scale = 0;
    uint32_t ledger;
    uint16_t code;

    if (strcmp(kind, "ledger") == 0) {
        if (!spoken_ledger(book, "ledger", number, &ledger)) return COMMAND_USAGE;
        scale = book_scale(book, ledger);
        if (!option_count(line->scale, 0, QUIPU_SCALE_MAX, &scale)) return COMMAND_USAGE;
        return said(name, book_name_ledger(book, ledger, name, (uint32_t)scale));
    }
    if (strcmp(kind, "code") == 0) {
        if (!spoken_code(book, "code", number, &code)) return COMMAND_USAGE;
        return said(name, book_name_code(book, code, name));
    }
    if (strcmp(kind, "account") == 0) return name_account(line, directory, book);
    complain("\"%s\" has no name: it is ledger, code or account", kind);
    return COMMAND_USAGE;
}

static enum command_exit name(const struct line *line, const char *directory)
{
    struct book book;
    enum command_exit exit;

    if (!kept_is_there(directory)) return COMMAND_SYSTEM;
    exit = book_begin(&book, directory);
    if (exit != COMMAND_FINE) return exit;
    exit = name_in(line, directory, &book);
    if (exit == COMMAND_FINE) exit = book_write(&book, directory);
    book_free(&book);
    return exit;
}

static enum command_exit read_line(const struct line *line)
{
    const char *directory = kept_path(line->ledger);
    enum report_format format = REPORT_TABLE;

    if (!format_read(line->format, &format)) return COMMAND_USAGE;
    if (directory == NULL || (line->words->count != 0 && line->words->count != 3)) {
        complain("name: %s; try `quipu name --help`",
                 directory == NULL ? "it needs --ledger"
                                   : "it takes what it is, its number, and its name");
        return COMMAND_USAGE;
    }
    if (line->words->count == 3) return name(line, directory);
    return kept_is_there(directory) ? list(directory, format) : COMMAND_SYSTEM;
}

static enum command_exit run(int argc, char **argv)
{
    struct line line = {
        .ledger = kept_option(),
        .words = arg_strn(NULL, NULL, "WORD", 0, 3, "ledger, code or account; number; name"),
        .scale = arg_str0(NULL, "scale", "N", "decimals of a ledger's amounts"),
        .normal = arg_str0(NULL, "normal", "SIDE", "of an account: debit or credit"),
        .alias = arg_strn(NULL, "alias", "NAME", 0, 16, "a further name of an account"),
        .currency = arg_str0(NULL, "currency", "LEDGER", "of a new account"),
        .code = arg_str0(NULL, "code", "CODE", "of a new account (1)"),
        .limit = arg_lit0(NULL, "limit", "a new account may not be overdrawn"),
        .format = format_option(),
        .help = option_help(),
        .end = arg_end(8),
    };
    void *table[] = {line.words, line.ledger, line.scale,  line.normal, line.alias, line.currency,
                     line.code,  line.limit,  line.format, line.help,   line.end};
    enum option_next next = option_parse(&command_name, table, line.help, line.end, argc, argv);
    enum command_exit exit = next != OPTION_GO ? option_exit(next) : read_line(&line);

    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
