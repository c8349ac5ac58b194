/* tokens.c - one look at each character. */
#include "command/shell/tokens.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool ends_word(char c)
{
    return is_blank(c) || c == '=' || c == ',' || c == ';' || c == '"' || c == '\0';
}

/* Go behind a character. The bytes of one in UTF-8 are one column. */
static void step(struct tokens *tokens)
{
    char c = *tokens->at++;

    if (c == '\n') {
        tokens->place.line++;
        tokens->place.column = 1;
    } else if (tokens->at == tokens->end || ((unsigned char)*tokens->at & 0xc0) != 0x80) {
        tokens->place.column++;
    }
}

static bool is_at_end(const struct tokens *tokens)
{
    return tokens->at == tokens->end;
}

static void skip_to_word(struct tokens *tokens)
{
    while (!is_at_end(tokens) && (is_blank(*tokens->at) || *tokens->at == '#')) {
        if (*tokens->at != '#') {
            step(tokens);
            continue;
        }
        while (!is_at_end(tokens) && *tokens->at != '\n')
            step(tokens);
    }
}

static void take_quoted(struct tokens *tokens, struct token *token)
{
    token->kind = TOKEN_WORD;
    token->is_quoted = true;
    step(tokens);
    token->text = tokens->at;
    while (!is_at_end(tokens) && *tokens->at != '\n') {
        if (*tokens->at == '"') {
            token->length = (size_t)(tokens->at - token->text);
            step(tokens);
            if (is_at_end(tokens) || *tokens->at != '"') return;
        }
        step(tokens);
    }
    token->kind = TOKEN_UNCLOSED;
    token->length = (size_t)(tokens->at - token->text);
}

static enum token_kind kind_of_sign(char c)
{
    switch (c) {
    case '=': return TOKEN_EQUALS;
    case ',': return TOKEN_COMMA;
    case ';': return TOKEN_SEMICOLON;
    default: return TOKEN_WORD;
    }
}

struct token tokens_next(struct tokens *tokens)
{
    struct token token;

    skip_to_word(tokens);
    token = (struct token){.kind = TOKEN_END, .place = tokens->place, .text = tokens->at};
    if (is_at_end(tokens)) return token;
    if (*tokens->at == '"') {
        take_quoted(tokens, &token);
        return token;
    }
    token.kind = kind_of_sign(*tokens->at);
    do
        step(tokens);
    while (token.kind == TOKEN_WORD && !is_at_end(tokens) && !ends_word(*tokens->at));
    token.length = (size_t)(tokens->at - token.text);
    return token;
}

size_t token_copy(const struct token *token, char *text, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < token->length && used < size; i++) {
        text[used++] = token->text[i];
        if (token->is_quoted && token->text[i] == '"') i++;
    }
    if (used < size) text[used] = '\0';
    return used;
}

bool token_needs_quotes(const char *word)
{
    if (word[0] == '\0' || word[0] == '#') return true;
    while (*word != '\0' && !ends_word(*word))
        word++;
    return *word != '\0';
}
