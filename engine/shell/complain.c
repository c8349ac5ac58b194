/* complain.c - lines of standard error, whole even when threads complain at once. */
#define _POSIX_C_SOURCE 200809L
#include "complain.h"

#include <stdarg.h>
#include <stdio.h>

#include "quipu/quipu.h"

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    flockfile(stderr);
    (void)fputs("quipu: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    funlockfile(stderr);
    va_end(arguments);
}

void complain_at(const char *path, unsigned long long line, unsigned long long column,
                 const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    flockfile(stderr);
    (void)fprintf(stderr, "%s:%llu:", path, line);
    if (column > 0) (void)fprintf(stderr, "%llu:", column);
    (void)fputc(' ', stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    funlockfile(stderr);
    va_end(arguments);
}

static const char *advice(quipu_status status)
{
    switch (status) {
    case QUIPU_NO_MEMORY: return "; give the process more memory, or import less";
    case QUIPU_UNSUPPORTED: return "; choose another --protocol";
    /* Not reached by tests: ledgers of the command hold more than a test can fill, and it asks for
     * nothing that is invalid. */
    case QUIPU_NO_SPACE: return "; the ledger's capacity is too small for this";
    default: return "";
    }
}

void complain_of_status(const char *call, quipu_status status)
{
    complain("%s: %s%s", call, quipu_status_text(status), advice(status));
}
