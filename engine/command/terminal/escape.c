/* escape.c - reads UTF-8 one character at a time, and escapes the harmful ones. */
#include "command/terminal/escape.h"

#include <stdbool.h>
#include <stdint.h>

/* Read the first character of the text. Returns its length in bytes; 0: it is no UTF-8. */
static size_t take_character(const char *text, size_t length, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text[0];
    size_t bytes = first < 0x80             ? 1
                   : (first & 0xE0) == 0xC0 ? 2
                   : (first & 0xF0) == 0xE0 ? 3
                   : (first & 0xF8) == 0xF0 ? 4
                                            : 0;

    if (bytes == 0 || bytes > length) return 0;
    *character = bytes == 1 ? first : first & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) return 0;
        *character = *character << 6 | ((unsigned char)text[i] & 0x3F);
    }
    if (*character < least[bytes] || *character > 0x10FFFF) return 0;
    return *character >= 0xD800 && *character <= 0xDFFF ? 0 : bytes;
}

static bool is_harmless(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7F && character < 0xA0)) return false;
    if (character >= 0x200E && character <= 0x200F) return false;
    if (character >= 0x2028 && character <= 0x202E) return false;
    return character < 0x2066 || character > 0x2069;
}

void escape_write(const char *text, size_t length, FILE *out)
{
    for (size_t at = 0; at < length;) {
        uint32_t character = 0;
        size_t bytes = take_character(text + at, length - at, &character);

        if (bytes > 0 && is_harmless(character)) {
            (void)fwrite(text + at, 1, bytes, out);
            at += bytes;
            continue;
        }
        for (size_t end = at + (bytes > 0 ? bytes : 1); at < end; at++)
            (void)fprintf(out, "\\x%02X", (unsigned)(unsigned char)text[at]);
    }
}
