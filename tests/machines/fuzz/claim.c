/* claim.c - see claim.h. */
#include "machines/fuzz/claim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void claim_broken(const char *file, int line, const char *text, ...)
{
    va_list arguments;
    const char *format;

    va_start(arguments, text);
    format = va_arg(arguments, const char *);
    (void)fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, text);
    /* It is a literal wherever claim() is written. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)vfprintf(stderr, format, arguments);
#pragma GCC diagnostic pop
    (void)fputc('\n', stderr);
    va_end(arguments);
    abort();
}
