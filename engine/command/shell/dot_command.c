/* dot_command.c - .help, .read, .dump, .minor, .quit. */
#include "command/shell/dot_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/text_copy.h"
#include "command/shell/dump.h"
#include "command/shell/object_fields.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

/* Files that read files: deeper than this, one reads itself. */
#define DEPTH_MAX 16

static void wrong(struct session *session, const char *text)
{
    complain_at(session->source, session->text.line, 1, "%s", text);
    session_fail(session, COMMAND_REFUSED);
}

static void help(struct session *session, const char *value)
{
    (void)value;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        size_t count;
        const struct object_field *fields = object_fields(operations[i].object, &count);

        (void)printf("%-22s %s\n   ", operations[i].name, operations[i].summary);
        for (size_t field = 0; field < count; field++)
            (void)printf(" %s", fields[field].name);
        (void)printf("\n");
    }
    (void)printf("\n");
    for (size_t i = 0; i < DOT_COMMAND_COUNT; i++)
        (void)printf("%-6s %-14s %s\n", dot_commands[i].name, dot_commands[i].takes,
                     dot_commands[i].summary);
    (void)printf("\n"
                 "  create_accounts id=1 ledger=700 code=10 flags=linked|history, id=2 ledger=700\n"
                 "                  code=10;\n"
                 "Objects are parted by commas, and a semicolon ends a statement.\n");
    if (!output_flush()) session_fail(session, COMMAND_SYSTEM);
}

static void quit(struct session *session, const char *value)
{
    (void)value;
    session->is_over = true;
}

static void minor(struct session *session, const char *value)
{
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0) {
        wrong(session, ".minor takes on or off");
        return;
    }
    session->in_minor = strcmp(value, "on") == 0;
}

/* A session of its own on the same ledger; what it changes ends with it. */
static void read_file(struct session *session, const char *path)
{
    struct session inner = session_new(session->view, path);
    FILE *file;

    if (path[0] == '\0' || session->depth == DEPTH_MAX) {
        wrong(session, path[0] == '\0' ? ".read takes a file" : "files read each other too deeply");
        return;
    }
    file = fopen(path, "re");
    if (file == NULL) {
        complain("cannot open %s: %s", path, strerror(errno));
        session_fail(session, COMMAND_REFUSED);
        return;
    }
    inner.empty = session->empty;
    inner.sheet = session->sheet;
    inner.depth = session->depth + 1;
    inner.in_minor = session->in_minor;
    inner.goes_on = session->goes_on && !session->counts_again;
    session_stream(&inner, file);
    (void)fclose(file);
    session->sheet = inner.sheet;
    if (inner.exit != COMMAND_FINE) session_fail(session, inner.exit);
    session_free(&inner);
}

static void dump(struct session *session, const char *path)
{
    struct output output = {0};
    enum command_exit exit;

    if (path[0] == '\0') {
        exit = dump_write(session->view, stdout);
        if (!output_flush()) exit = COMMAND_SYSTEM;
    } else if (output_open(&output, path)) {
        exit = dump_write(session->view, output.stream);
        if (exit == COMMAND_SYSTEM) {
            output_drop(&output);
        } else if (!output_close(&output)) {
            exit = COMMAND_SYSTEM;
        }
    } else {
        exit = COMMAND_REFUSED;
    }
    if (exit != COMMAND_FINE) session_fail(session, exit);
}

const struct dot_command dot_commands[DOT_COMMAND_COUNT] = {
    {".help", "", "this", help},
    {".read", "FILE", "do what a file of statements says", read_file},
    {".dump", "[FILE]", "statements that make this ledger anew", dump},
    {".minor", "on|off", "amounts are minor units from here on, or not", minor},
    {".quit", "", "end; so does Ctrl-D", quit},
};

bool dot_command_is_one(const char *line, size_t length)
{
    size_t at = 0;

    while (at < length && (line[at] == ' ' || line[at] == '\t'))
        at++;
    return at < length && line[at] == '.';
}

static const struct dot_command *find(const char *name)
{
    for (size_t i = 0; i < DOT_COMMAND_COUNT; i++) {
        if (strcmp(dot_commands[i].name, name) == 0) return &dot_commands[i];
    }
    return NULL;
}

void dot_command_run(struct session *session, const char *line, size_t length)
{
    static const char blanks[] = " \t\r\n";
    char *copy = text_copy(line, length), *name, *value;
    const struct dot_command *command;

    if (copy == NULL) {
        complain("memory ran out for a line");
        session_fail(session, COMMAND_SYSTEM);
        return;
    }
    while (length > 0 && strchr(blanks, copy[length - 1]) != NULL)
        copy[--length] = '\0';
    name = copy + strspn(copy, blanks);
    value = name + strcspn(name, blanks);
    if (*value != '\0') *value++ = '\0';
    value += strspn(value, blanks);
    command = find(name);
    if (command == NULL) {
        wrong(session, "there is no such dot command; .help lists them");
    } else if (command->takes[0] == '\0' && value[0] != '\0') {
        wrong(session, "this dot command takes no value");
    } else {
        command->run(session, value);
    }
    free(copy);
}
