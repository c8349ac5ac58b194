/* complain.c - writes lines to standard error; they stay whole even if threads complain at once. */
#define _POSIX_C_SOURCE 200809L
#include "command/terminal/complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command/terminal/escape.h"
#include "quipu/quipu.h"

/* Longer than any path and reason. */
#define LINE_BYTES 8192

/* Format the text that follows `where`, and write both, escaped. */
__attribute__((format(printf, 2, 0))) static void write_line(const char *where, const char *format,
                                                             va_list arguments)
{
    char text[LINE_BYTES];

    (void)vsnprintf(text, sizeof text, format, arguments);
    flockfile(stderr);
    escape_write(where, strlen(where), stderr);
    escape_write(text, strlen(text), stderr);
    (void)fputc('\n', stderr);
    funlockfile(stderr);
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("quipu: ", format, arguments);
    va_end(arguments);
}

void complain_at(const char *path, unsigned long long line, unsigned long long column,
                 const char *format, ...)
{
    char where[LINE_BYTES];
    va_list arguments;

    if (column > 0) {
        (void)snprintf(where, sizeof where, "%s:%llu:%llu: ", path, line, column);
    } else {
        (void)snprintf(where, sizeof where, "%s:%llu: ", path, line);
    }
    va_start(arguments, format);
    write_line(where, format, arguments);
    va_end(arguments);
}

static const char *advice(quipu_status status)
{
    switch (status) {
    case QUIPU_NO_MEMORY:
        return "; give the process more memory or address space (ulimit -v), or say less by "
               "--accounts-max and --transfers-max";
    case QUIPU_UNSUPPORTED: return "; choose another --protocol";
    case QUIPU_NO_SPACE:
        return "; the ledger is full: say more by --accounts-max and --transfers-max";
    default: return "";
    }
}

void complain_of_status(const char *call, quipu_status status)
{
    complain("%s: %s%s", call, quipu_status_text(status), advice(status));
}
