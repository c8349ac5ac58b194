/* book_copy.c - two files, each whole or not at all. */
#define _POSIX_C_SOURCE 200809L
#include "command/book/book_copy.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "command/terminal/complain.h"
#include "command/terminal/output.h"

static bool copy_file(const char *from, const char *to)
{
    struct output output;
    char bytes[65536];
    size_t count;
    bool whole;
    FILE *file = fopen(from, "re");

    if (file == NULL) {
        if (errno == ENOENT) return true;
        complain("cannot open %s: %s", from, strerror(errno));
        return false;
    }
    if (!output_open(&output, to)) {
        (void)fclose(file);
        return false;
    }
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0)
        (void)fwrite(bytes, 1, count, output.stream); /* output_close() sees a failed write */
    whole = ferror(file) == 0;
    if (!whole) {
        complain("cannot read %s: %s", from, strerror(errno));
        output_drop(&output);
    }
    (void)fclose(file);
    return whole && output_close(&output);
}

bool book_copy(const char *from, const char *to)
{
    static const char *const names[] = {"quipu.names", "quipu.notes"};
    char source[PATH_MAX], target[PATH_MAX];
    bool whole = true;

    for (size_t i = 0; whole && i < sizeof names / sizeof *names; i++) {
        (void)snprintf(source, sizeof source, "%s/%s", from, names[i]);
        (void)snprintf(target, sizeof target, "%s/%s", to, names[i]);
        whole = copy_file(source, target);
    }
    return whole;
}
