/* file_shape.c - recognizes what banks, spreadsheets and apps write in place of CSV. */
#define _POSIX_C_SOURCE 200809L
#include "command/csv/file_shape.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool begins_with(const char *line, size_t length, const char *bytes, size_t count)
{
    return length >= count && memcmp(line, bytes, count) == 0;
}

/* UTF-16 has a NUL byte in every character of plain English text. */
static bool is_utf16(const char *line, size_t length)
{
    if (begins_with(line, length, "\xFF\xFE", 2) || begins_with(line, length, "\xFE\xFF", 2))
        return true;
    return length >= 4 && ((line[0] == '\0' && line[2] == '\0' && line[1] != '\0') ||
                           (line[1] == '\0' && line[3] == '\0' && line[0] != '\0'));
}

static bool is_separated_by(char separator, const char *line, size_t length)
{
    return memchr(line, separator, length) != NULL && memchr(line, ',', length) == NULL;
}

const char *shape_of(const char *line, size_t length)
{
    if (is_utf16(line, length))
        return "this is UTF-16: save it as UTF-8 (\"CSV UTF-8\" in a spreadsheet, or "
               "`iconv -f UTF-16 -t UTF-8`)";
    if (begins_with(line, length, "PK\003\004", 4))
        return "this is a spreadsheet or an archive, not text: export it as \"CSV UTF-8\"";
    while (length > 0 && *line == ' ') {
        line++;
        length--;
    }
    if (begins_with(line, length, "\xEF\xBB\xBF", 3))
        return "a second byte order mark: take one of the two out";
    if (length >= 4 && strncasecmp(line, "sep=", 4) == 0)
        return "`sep=` is a note to a spreadsheet: take this line out; fields are separated by "
               "commas";
    if (is_separated_by(';', line, length))
        return "fields are separated by `;` here: separate them by commas (and write amounts as "
               "whole minor units: 12.50 is 1250)";
    if (is_separated_by('\t', line, length))
        return "fields are separated by tabs here: separate them by commas";
    return NULL;
}
