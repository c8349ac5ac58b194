/* rejects.c - writes a line for each row that was bad, skipped or refused. */
#define _POSIX_C_SOURCE 200809L
#include "command/load/rejects.h"

#include <csv.h>
#include <string.h>
#include <unistd.h>

#include "command/terminal/escape.h"
#include "quipu/format.h"

bool reject_open(struct rejects *rejects, const char *path)
{
    *rejects = (struct rejects){.stream = NULL};
    if (path == NULL) return true;
    if (strcmp(path, "-") == 0) {
        rejects->stream = stdout;
        rejects->escapes = isatty(STDOUT_FILENO) == 1;
    } else if (output_open(&rejects->output, path)) {
        rejects->stream = rejects->output.stream;
    } else {
        return false;
    }
    (void)fputs("file,line,outcome,meaning,needed,available,row\n", rejects->stream);
    return true;
}

/* Write a field in quotes. */
static void put(const struct rejects *rejects, const char *text, size_t length)
{
    if (rejects->escapes) {
        (void)fputc('"', rejects->stream);
        escape_write(text, length, rejects->stream);
        (void)fputc('"', rejects->stream);
    } else {
        (void)csv_fwrite(rejects->stream, text, length);
    }
}

static void put_number(const struct rejects *rejects, quipu_uint128 number)
{
    (void)fputs(quipu_number_text(number).text, rejects->stream);
}

void reject_write(struct rejects *rejects, const struct reject *reject)
{
    FILE *to = rejects->stream;

    if (to == NULL) return;
    put(rejects, reject->path, strlen(reject->path));
    (void)fprintf(to, ",%llu,%s,", (unsigned long long)reject->line, reject->outcome);
    (void)fputc('"', to); /* a reason may quote a cell: it is escaped, and quotes are doubled */
    for (size_t at = 0, end; at < reject->meaning_length; at = end) {
        const char *quote = memchr(reject->meaning + at, '"', reject->meaning_length - at);

        end = quote != NULL ? (size_t)(quote - reject->meaning) + 1 : reject->meaning_length;
        escape_write(reject->meaning + at, end - at, to);
        if (quote != NULL) (void)fputc('"', to);
    }
    (void)fputs("\",", to);
    if (reject->shortfall != NULL) {
        put_number(rejects, reject->shortfall->needed);
        (void)fputc(',', to);
        put_number(rejects, reject->shortfall->available);
    } else {
        (void)fputc(',', to);
    }
    (void)fputc(',', to);
    put(rejects, reject->row, reject->row_length);
    (void)fputc('\n', to);
}

bool reject_close(struct rejects *rejects)
{
    bool fine = true;

    if (rejects->stream == stdout && rejects->stream != NULL) fine = output_flush();
    if (rejects->stream != NULL && rejects->stream != stdout) fine = output_close(&rejects->output);
    rejects->stream = NULL;
    return fine;
}

void reject_drop(struct rejects *rejects)
{
    if (rejects->stream != NULL && rejects->stream != stdout) output_drop(&rejects->output);
    rejects->stream = NULL;
}
