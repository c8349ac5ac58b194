/* source_text.c - reads a file whole, and has iconv turn it into UTF-8. */
#define _POSIX_C_SOURCE 200809L
#include "command/exchange/source_text.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/terminal/complain.h"

static bool read_all(FILE *file, struct source_text *source)
{
    size_t capacity = 0, count;

    do {
        char *text = grow(source->text, &capacity, source->length + 65536, 1);

        if (text == NULL || source->length > SOURCE_BYTES_MAX) {
            errno = text == NULL ? ENOMEM : EFBIG;
            return false;
        }
        source->text = text;
        count = fread(text + source->length, 1, 65535, file);
        source->length += count;
    } while (count > 0);
    source->text[source->length] = '\0';
    return ferror(file) == 0;
}

static bool begins(const struct source_text *source, const char *mark, size_t length)
{
    return source->length >= length && memcmp(source->text, mark, length) == 0;
}

static void leave_out_marks(struct source_text *source)
{
    size_t skip = 0;

    while (source->length >= skip + 3 && memcmp(source->text + skip, "\xEF\xBB\xBF", 3) == 0)
        skip += 3;
    source->length -= skip;
    memmove(source->text, source->text + skip, source->length + 1);
}

/* Turn it into UTF-8. Returns NULL, or what is wrong. */
static const char *convert(struct source_text *source, const char *encoding)
{
    iconv_t turn = iconv_open("UTF-8", encoding);
    size_t room = 4 * source->length + 4, in = source->length, out = room;
    char *text = malloc(room + 1), *from = source->text, *to = text;
    bool whole;

    if (turn == (iconv_t)-1 || text == NULL) {
        free(text);
        if (turn != (iconv_t)-1) (void)iconv_close(turn);
        return text == NULL ? "memory ran out" : "no such encoding";
    }
    whole = iconv(turn, &from, &in, &to, &out) != (size_t)-1;
    (void)iconv_close(turn);
    if (!whole) {
        free(text);
        return "the file is not in this encoding";
    }
    free(source->text);
    source->text = text;
    source->length = (size_t)(to - text);
    text[source->length] = '\0';
    return NULL;
}

/* The encoding, if none was said. */
static const char *guess(const struct source_text *source)
{
    if (begins(source, "\xFF\xFE", 2) || begins(source, "\xFE\xFF", 2)) return "UTF-16";
    if (source->length > 3 && source->text[1] == '\0' && source->text[3] == '\0') return "UTF-16LE";
    if (source->length > 3 && source->text[0] == '\0' && source->text[2] == '\0') return "UTF-16BE";
    return "UTF-8";
}

enum command_exit source_read(struct source_text *source, const char *path, const char *encoding)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    const char *fault = NULL;
    bool whole;

    *source = (struct source_text){0};
    if (file == NULL) {
        complain("cannot open %s: %s", path, strerror(errno));
        return COMMAND_SYSTEM;
    }
    whole = read_all(file, source);
    if (!whole) complain("cannot read %s: %s", path, strerror(errno));
    if (file != stdin) (void)fclose(file);
    if (whole) {
        if (encoding[0] == '\0') encoding = guess(source);
        fault = convert(source, encoding);
    }
    if (fault != NULL) complain("%s: encoding %s: %s", path, encoding, fault);
    if (!whole || fault != NULL) {
        source_free(source);
        return whole ? COMMAND_REFUSED : COMMAND_SYSTEM;
    }
    leave_out_marks(source);
    return COMMAND_FINE;
}

void source_free(struct source_text *source)
{
    free(source->text);
    *source = (struct source_text){0};
}
