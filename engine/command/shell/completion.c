/* completion.c - reads the text as tokens, and keeps what the last one could be. */
#include "command/shell/completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/text_copy.h"
#include "command/csv/flag_names.h"
#include "command/shell/dot_command.h"
#include "command/shell/object_fields.h"
#include "command/shell/tokens.h"

/* Where the text ends. */
struct context {
    const struct operation *operation; /* NULL: before or in its name */
    const struct object_field *field;  /* whose value is typed; NULL: none */
    bool is_named[OBJECT_FIELDS_MAX];  /* fields of this object */
    const char *typed;                 /* the word that is typed */
    size_t length;
};

/* A word of a name takes twice its bytes in quotes. */
#define WORD_BYTES (2 * BOOK_NAME_BYTES + 4)

static void offer(struct completion *completion, const struct context *context, const char *word)
{
    char *copy;

    if (strncmp(word, context->typed, context->length) != 0) return;
    copy = completion->count < COMPLETION_MAX ? text_copy(word, strlen(word)) : NULL;
    if (copy == NULL) {
        completion->has_more = true;
    } else {
        completion->words[completion->count++] = copy;
    }
}

/* --- what is typed --- */

static void take_word(struct context *context, const struct token *token)
{
    const struct object_field *field;
    size_t count;

    if (context->operation == NULL) {
        context->operation = operation_named(token->text, token->length);
    } else if (context->field != NULL) {
        context->field = NULL; /* this was its value */
    } else {
        field = object_field_named(context->operation->object, token->text, token->length);
        if (field == NULL) return;
        context->is_named[field - object_fields(context->operation->object, &count)] = true;
        context->field = field;
    }
}

static void take_token(struct context *context, const struct token *token)
{
    switch (token->kind) {
    case TOKEN_WORD: take_word(context, token); break;
    case TOKEN_COMMA:
        memset(context->is_named, 0, sizeof context->is_named);
        context->field = NULL;
        break;
    case TOKEN_SEMICOLON: *context = (struct context){0}; break;
    case TOKEN_EQUALS:
    case TOKEN_UNCLOSED:
    case TOKEN_END: break;
    }
}

/* Read the text up to the word at its end, which is the typed one. */
static struct context read_text(const char *text, size_t length)
{
    struct tokens tokens = {text, text + length, {1, 1}};
    struct context context = {0};
    struct token token = tokens_next(&tokens);

    for (; token.kind != TOKEN_END; token = tokens_next(&tokens)) {
        const char *begin = token.text - (token.is_quoted ? 1 : 0);

        if (tokens.at == text + length &&
            (token.kind == TOKEN_UNCLOSED || (token.kind == TOKEN_WORD && !token.is_quoted))) {
            context.typed = begin;
            context.length = (size_t)(text + length - begin);
            return context;
        }
        take_token(&context, &token);
    }
    context.typed = text + length;
    return context;
}

/* --- what it could be --- */

static void offer_commands(struct completion *completion, const struct context *context)
{
    char word[64];

    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        (void)snprintf(word, sizeof word, "%s ", operations[i].name);
        offer(completion, context, word);
    }
    for (size_t i = 0; i < DOT_COMMAND_COUNT; i++)
        offer(completion, context, dot_commands[i].name);
}

static void offer_fields(struct completion *completion, const struct context *context)
{
    size_t count;
    const struct object_field *fields = object_fields(context->operation->object, &count);
    char word[64];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(word, sizeof word, "%s=", fields[i].name);
        if (!context->is_named[i]) offer(completion, context, word);
    }
}

/* A name as it is read: in quotes if it must be, or if that is how it was begun. */
static void offer_name(struct completion *completion, const struct context *context,
                       const char *name)
{
    char word[WORD_BYTES];
    size_t used = 0;

    if (!token_needs_quotes(name) && (context->length == 0 || context->typed[0] != '"')) {
        offer(completion, context, name);
        return;
    }
    word[used++] = '"';
    for (; *name != '\0' && used + 4 < sizeof word; name++) {
        if (*name == '"') word[used++] = '"';
        word[used++] = *name;
    }
    word[used++] = '"';
    word[used] = '\0';
    offer(completion, context, word);
}

/* What stands before the last bar stays; a name follows. */
static void offer_flag(struct completion *completion, const struct context *context,
                       const char *name, size_t length)
{
    char word[WORD_BYTES];
    size_t before = context->length;

    while (before > 0 && context->typed[before - 1] != '|')
        before--;
    if (before + length >= sizeof word) return;
    memcpy(word, context->typed, before);
    memcpy(word + before, name, length);
    word[before + length] = '\0';
    offer(completion, context, word);
}

static void offer_flags(struct completion *completion, const struct context *context)
{
    enum object_kind kind = context->operation->object;
    size_t count;

    if (kind == OBJECT_ACCOUNT || kind == OBJECT_TRANSFER) {
        const char *name = flag_names(kind == OBJECT_ACCOUNT ? RECORD_ACCOUNT : RECORD_TRANSFER);

        while (*name != '\0') {
            size_t length = strcspn(name, ", ");

            offer_flag(completion, context, name, length);
            name += length + strspn(name + length, ", ");
        }
        return;
    }
    const char *const *names = filter_flag_names(kind, &count);

    for (size_t i = 0; i < count; i++)
        offer_flag(completion, context, names[i], strlen(names[i]));
}

static void offer_numbers(struct completion *completion, const struct context *context,
                          const struct book_number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        offer_name(completion, context, numbers[i].name);
}

static void offer_values(struct completion *completion, const struct context *context,
                         const struct book *book)
{
    switch (context->field->kind) {
    case VALUE_ACCOUNT:
        for (size_t i = 0; i < book->account_count; i++) {
            if (book->accounts[i].name != NULL)
                offer_name(completion, context, book->accounts[i].name);
        }
        for (size_t i = 0; i < book->alias_count; i++)
            offer_name(completion, context, book->aliases[i].name);
        break;
    case VALUE_LEDGER: offer_numbers(completion, context, book->ledgers, book->ledger_count); break;
    case VALUE_CODE: offer_numbers(completion, context, book->codes, book->code_count); break;
    case VALUE_FLAGS: offer_flags(completion, context); break;
    case VALUE_NUMBER:
    case VALUE_ID:
    case VALUE_AMOUNT:
    case VALUE_TIME:
    case VALUE_LAST_TIME: break;
    }
}

void completion_find(struct completion *completion, const char *text, size_t length,
                     const struct book *book)
{
    struct context context = read_text(text, length);

    *completion = (struct completion){.typed = context.length};
    if (context.operation == NULL) {
        offer_commands(completion, &context);
    } else if (context.field == NULL) {
        offer_fields(completion, &context);
    } else {
        offer_values(completion, &context, book);
    }
}

size_t completion_common(const struct completion *completion)
{
    size_t common = completion->count > 0 ? strlen(completion->words[0]) : 0;

    for (size_t i = 1; i < completion->count; i++) {
        size_t same = 0;

        while (same < common && completion->words[i][same] == completion->words[0][same])
            same++;
        common = same;
    }
    return common;
}

void completion_free(struct completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->words[i]);
    *completion = (struct completion){0};
}
