/* book_file.c - the book as a file: a line for each name, its parts set apart by tabs. */
#define _DEFAULT_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "command/book/book.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

#define FIRST_LINE "quipu names 1"
#define PARTS_MAX 4

static bool path_of(const char *directory, char path[static PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s/quipu.names", directory) < PATH_MAX) return true;
    complain("%s: the path is too long", directory);
    return false;
}

static bool number_of(const char *text, uint32_t max, uint32_t *number)
{
    quipu_uint128 read;

    if (quipu_number_read(text, strlen(text), max, &read) != QUIPU_TEXT_OK) return false;
    *number = (uint32_t)read;
    return true;
}

static bool id_of(const char *text, quipu_uint128 *id)
{
    return quipu_number_read(text, strlen(text), QUIPU_AMOUNT_MAX - 1, id) == QUIPU_TEXT_OK &&
           *id != 0;
}

/* What a line says. Returns NULL, or what is wrong. */
static const char *take_parts(struct book *book, char **parts, size_t count)
{
    enum book_change change = BOOK_NO_NAME;
    quipu_uint128 id;
    uint32_t number, scale;

    if (count == 4 && strcmp(parts[0], "ledger") == 0) {
        if (!number_of(parts[1], UINT32_MAX, &number) ||
            !number_of(parts[3], QUIPU_SCALE_MAX, &scale))
            return "a ledger has a number, a name and a scale";
        change = book_name_ledger(book, number, parts[2], scale);
    } else if (count == 3 && strcmp(parts[0], "code") == 0) {
        if (!number_of(parts[1], UINT16_MAX, &number)) return "a code has a number and a name";
        change = book_name_code(book, number, parts[2]);
    } else if (count == 4 && strcmp(parts[0], "account") == 0) {
        if (!id_of(parts[1], &id)) return "an account has an id, a name and a side";
        change = book_name_account(book, id, parts[2],
                                   strcmp(parts[3], "debit") == 0 ? QUIPU_NORMAL_DEBIT
                                                                  : QUIPU_NORMAL_CREDIT);
    } else if (count == 3 && strcmp(parts[0], "alias") == 0) {
        if (!id_of(parts[1], &id)) return "an alias has the id of an account and a name";
        change = book_add_alias(book, id, parts[2]);
    } else {
        return "a line is a ledger, a code, an account or an alias";
    }
    return change == BOOK_CHANGED ? NULL : book_change_text(change);
}

static const char *take_line(struct book *book, char *line, bool is_first)
{
    char *parts[PARTS_MAX], *next = line;
    size_t count = 0;

    if (is_first)
        return strcmp(line, FIRST_LINE) == 0 ? NULL : "it does not begin with " FIRST_LINE;
    while (next != NULL && count < PARTS_MAX)
        parts[count++] = strsep(&next, "\t");
    return next != NULL ? "it has more parts than any line" : take_parts(book, parts, count);
}

static enum command_exit take_file(struct book *book, FILE *file, const char *path)
{
    const char *fault = NULL;
    unsigned long long number = 0;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool broken;

    while (fault == NULL && (length = getline(&line, &capacity, file)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = '\0';
        fault = take_line(book, line, ++number == 1);
    }
    free(line);
    broken = ferror(file) != 0;
    if (broken) complain("cannot read %s: %s", path, strerror(errno));
    if (fault != NULL) complain_at(path, number, 0, "%s", fault);
    if (broken) return COMMAND_SYSTEM;
    return fault != NULL ? COMMAND_REFUSED : COMMAND_FINE;
}

enum command_exit book_read(struct book *book, const char *directory)
{
    char path[PATH_MAX];
    enum command_exit exit;
    FILE *file;

    *book = (struct book){0};
    if (directory == NULL) return COMMAND_FINE;
    if (!path_of(directory, path)) return COMMAND_SYSTEM;
    file = fopen(path, "re");
    if (file == NULL) {
        if (errno == ENOENT || errno == ENOTDIR) return COMMAND_FINE;
        complain("cannot open %s: %s", path, strerror(errno));
        return COMMAND_SYSTEM;
    }
    exit = take_file(book, file, path);
    (void)fclose(file);
    book->is_there = true;
    if (exit != COMMAND_FINE) book_free(book);
    return exit;
}

enum command_exit book_begin(struct book *book, const char *directory)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum command_exit exit;

    *book = (struct book){0};
    if (folder < 0 || flock(folder, LOCK_EX) != 0) {
        complain("cannot lock the names in %s: %s", directory, strerror(errno));
        if (folder >= 0) (void)close(folder);
        return COMMAND_SYSTEM;
    }
    exit = book_read(book, directory);
    if (exit != COMMAND_FINE) {
        (void)close(folder);
        return exit;
    }
    book->lock = folder + 1;
    return COMMAND_FINE;
}

static void print(const struct book *book, FILE *out)
{
    (void)fputs(FIRST_LINE "\n", out);
    for (size_t i = 0; i < book->ledger_count; i++)
        (void)fprintf(out, "ledger\t%u\t%s\t%u\n", (unsigned)book->ledgers[i].number,
                      book->ledgers[i].name, (unsigned)book->ledgers[i].scale);
    for (size_t i = 0; i < book->code_count; i++)
        (void)fprintf(out, "code\t%u\t%s\n", (unsigned)book->codes[i].number, book->codes[i].name);
    for (size_t i = 0; i < book->account_count; i++)
        (void)fprintf(out, "account\t%s\t%s\t%s\n", quipu_number_text(book->accounts[i].id).text,
                      book->accounts[i].name,
                      book->accounts[i].normal == QUIPU_NORMAL_DEBIT ? "debit" : "credit");
    for (size_t i = 0; i < book->alias_count; i++)
        (void)fprintf(out, "alias\t%s\t%s\n",
                      quipu_number_text(book->accounts[book->aliases[i].account].id).text,
                      book->aliases[i].name);
}

enum command_exit book_write(struct book *book, const char *directory)
{
    struct output output;
    char path[PATH_MAX];

    if (!path_of(directory, path) || !output_open(&output, path)) return COMMAND_SYSTEM;
    print(book, output.stream);
    return output_close(&output) ? COMMAND_FINE : COMMAND_SYSTEM;
}

void book_free(struct book *book)
{
    for (size_t i = 0; i < book->ledger_count; i++)
        free(book->ledgers[i].name);
    for (size_t i = 0; i < book->code_count; i++)
        free(book->codes[i].name);
    for (size_t i = 0; i < book->account_count; i++)
        free(book->accounts[i].name);
    for (size_t i = 0; i < book->alias_count; i++)
        free(book->aliases[i].name);
    free(book->ledgers);
    free(book->codes);
    free(book->accounts);
    free(book->aliases);
    name_index_free(&book->by_name);
    name_index_free(&book->by_alias);
    name_index_free(&book->by_id);
    if (book->lock > 0) (void)close(book->lock - 1); /* and so the lock is left */
    *book = (struct book){0};
}
