/* statement_text.c - looks for the semicolon, in each line once. */
#include "command/shell/statement_text.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"

static void forget_used(struct statement_text *text)
{
    if (text->begin == 0) return;
    memmove(text->bytes, text->bytes + text->begin, text->end - text->begin);
    text->end -= text->begin;
    text->scanned -= text->begin;
    text->begin = 0;
}

bool statement_text_add(struct statement_text *text, const char *line, size_t length)
{
    char *bytes;

    forget_used(text);
    bytes = grow(text->bytes, &text->capacity, text->end + length + 1, 1);
    if (bytes == NULL) return false;
    text->bytes = bytes;
    text->line++;
    if (text->end == 0) {
        text->begin_place = (struct place){text->line, 1};
        text->scanned_place = text->begin_place;
    }
    memcpy(bytes + text->end, line, length);
    text->end += length;
    if (length == 0 || line[length - 1] != '\n') bytes[text->end++] = '\n';
    return true;
}

bool statement_text_next(struct statement_text *text, struct tokens *statement)
{
    struct tokens tokens;
    struct token token;

    if (text->end == 0) return false;
    tokens =
        (struct tokens){text->bytes + text->scanned, text->bytes + text->end, text->scanned_place};
    do
        token = tokens_next(&tokens);
    while (token.kind != TOKEN_END && token.kind != TOKEN_SEMICOLON);
    text->scanned = (size_t)(tokens.at - text->bytes);
    text->scanned_place = tokens.place;
    if (token.kind == TOKEN_END) return false;
    *statement = (struct tokens){text->bytes + text->begin, tokens.at, text->begin_place};
    text->begin = text->scanned;
    text->begin_place = tokens.place;
    return true;
}

bool statement_text_is_blank(const struct statement_text *text)
{
    struct tokens tokens;

    if (text->end == 0) return true;
    tokens = (struct tokens){text->bytes + text->begin, text->bytes + text->end, text->begin_place};
    return tokens_next(&tokens).kind == TOKEN_END;
}

void statement_text_skip_line(struct statement_text *text)
{
    text->begin = text->scanned = text->end = 0;
    text->line++;
}

void statement_text_clear(struct statement_text *text)
{
    text->begin = text->scanned = text->end = 0;
    text->line = 0;
}

void statement_text_free(struct statement_text *text)
{
    free(text->bytes);
    *text = (struct statement_text){0};
}
