/* statement.c - the grammar, by recursive descent with one token of foresight.
 *
 *   statement  operation [ object { "," object } ] ";"
 *   object     { field "=" value } */
#include "command/shell/statement.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/shell/object_fields.h"
#include "quipu/format.h"

/* Longer than any name, amount or list of flags. */
#define VALUE_BYTES 1024

struct parser {
    struct tokens tokens;
    struct token next;
    const struct reading *reading;
    struct shell_fault *fault;
    const struct operation *operation;
    struct place named[OBJECT_FIELDS_MAX]; /* of this object's fields; line 0: not named */
    char amount[VALUE_BYTES];              /* of this object */
    struct place amount_place;
};

static void advance(struct parser *parser)
{
    parser->next = tokens_next(&parser->tokens);
}

__attribute__((format(printf, 3, 4))) static bool
is_wrong(struct parser *parser, struct place place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(parser->fault->text, SHELL_FAULT_BYTES, format, arguments);
    va_end(arguments);
    parser->fault->place = place;
    return false;
}

static int quoted_length(const struct token *token)
{
    return (int)(token->length < SHELL_QUOTED_BYTES ? token->length : SHELL_QUOTED_BYTES);
}

/* What stands there is not what should. */
static bool is_misplaced(struct parser *parser, const char *wanted)
{
    const struct token *token = &parser->next;

    if (token->kind == TOKEN_END)
        return is_wrong(parser, token->place, "the statement ends here, without %s", wanted);
    if (token->kind == TOKEN_UNCLOSED)
        return is_wrong(parser, token->place, "this quote is not closed on its line: add a \"");
    return is_wrong(parser, token->place, "\"%.*s\" stands where %s should be",
                    quoted_length(token), token->text, wanted);
}

static bool take_value(struct parser *parser, char value[static VALUE_BYTES])
{
    if (parser->next.kind != TOKEN_WORD) return is_misplaced(parser, "a value");
    if (token_copy(&parser->next, value, VALUE_BYTES) >= VALUE_BYTES ||
        memchr(parser->next.text, '\0', parser->next.length) != NULL)
        return is_wrong(parser, parser->next.place,
                        "a value has less than %d bytes, none of them zero", VALUE_BYTES);
    advance(parser);
    return true;
}

/* --- an object --- */

static bool no_such_field(struct parser *parser)
{
    size_t count, used = 0;
    const struct object_field *fields = object_fields(parser->operation->object, &count);
    char names[SHELL_FAULT_BYTES / 2];

    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                                 fields[i].name);
    return is_wrong(parser, parser->next.place, "%s has no field \"%.*s\"; its fields are %s",
                    parser->operation->name, quoted_length(&parser->next), parser->next.text,
                    names);
}

static bool take_field(struct parser *parser, union object *object)
{
    enum object_kind kind = parser->operation->object;
    size_t count;
    const struct object_field *fields = object_fields(kind, &count);
    const struct object_field *field =
        object_field_named(kind, parser->next.text, parser->next.length);
    struct place place = parser->next.place, value_place;
    char value[VALUE_BYTES], why[SHELL_FAULT_BYTES];

    if (field == NULL) return no_such_field(parser);
    if (parser->named[field - fields].line > 0)
        return is_wrong(parser, place, "%s stands here a second time", field->name);
    parser->named[field - fields] = place;
    advance(parser);
    if (parser->next.kind != TOKEN_EQUALS) return is_misplaced(parser, "=");
    advance(parser);
    value_place = parser->next.place;
    if (!take_value(parser, value)) return false;
    if (field->kind == VALUE_AMOUNT) {
        memcpy(parser->amount, value, sizeof value);
        parser->amount_place = value_place;
        return true;
    }
    if (object_set(kind, object, field, parser->reading->book, value, why)) return true;
    return is_wrong(parser, value_place, "%s: \"%.*s\" is wrong: %s", field->name,
                    SHELL_QUOTED_BYTES, value, why);
}

static bool is_named(const struct parser *parser, const char *name)
{
    enum object_kind kind = parser->operation->object;
    size_t count;
    const struct object_field *fields = object_fields(kind, &count);
    const struct object_field *field = object_field_named(kind, name, strlen(name));

    return field != NULL && parser->named[field - fields].line > 0;
}

static bool read_amount(struct parser *parser, unsigned scale, quipu_uint128 *amount)
{
    const struct reading *reading = parser->reading;
    const char *text = parser->amount;
    size_t length = strlen(text);
    quipu_text read;

    if (strcmp(text, "all") == 0) {
        *amount = QUIPU_AMOUNT_MAX;
        return true;
    }
    read = reading->in_minor ? quipu_number_read(text, length, QUIPU_AMOUNT_MAX, amount)
                             : quipu_amount_read(text, length, scale, reading->mark, amount);
    switch (read) {
    case QUIPU_TEXT_OK: return true;
    case QUIPU_TEXT_OUT_OF_RANGE:
        return is_wrong(parser, parser->amount_place, "amount: %.*s is more than an amount can be",
                        SHELL_QUOTED_BYTES, text);
    case QUIPU_TEXT_TOO_FINE:
        return is_wrong(parser, parser->amount_place,
                        "amount: %.*s has more decimals than the ledger: its scale is %u",
                        SHELL_QUOTED_BYTES, text, scale);
    case QUIPU_TEXT_GARBLED: break;
    }
    if (reading->in_minor)
        return is_wrong(parser, parser->amount_place,
                        "amount: \"%.*s\" is wrong: it is minor units (.minor on), a number",
                        SHELL_QUOTED_BYTES, text);
    return is_wrong(parser, parser->amount_place,
                    "amount: \"%.*s\" is wrong: it is digits, and up to %u decimals behind \"%c\"",
                    SHELL_QUOTED_BYTES, text, scale, reading->mark);
}

/* A transfer's ledger is that of its accounts, unless it says otherwise. A post without an amount
 * posts all of the hold. */
static bool finish_transfer(struct parser *parser, quipu_transfer *transfer)
{
    const struct reading *reading = parser->reading;
    bool resolves = (transfer->flags & (QUIPU_TRANSFER_POST_PENDING_TRANSFER |
                                        QUIPU_TRANSFER_VOID_PENDING_TRANSFER)) != 0;
    uint32_t ledger = transfer->ledger;

    if (!is_named(parser, "ledger")) {
        ledger = reading->ledger_of != NULL ? reading->ledger_of(reading->context, transfer) : 0;
        if (!resolves) transfer->ledger = ledger;
    }
    if (is_named(parser, "amount"))
        return read_amount(parser, book_scale(reading->book, ledger), &transfer->amount);
    if (transfer->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) transfer->amount = QUIPU_AMOUNT_MAX;
    return true;
}

/* The least and the most that a filter needs. */
static bool finish_filter(struct parser *parser, struct place place, uint64_t min, uint64_t max,
                          uint32_t *limit)
{
    if (is_named(parser, "limit") && *limit == 0)
        return is_wrong(parser, place, "a limit of 0 finds nothing: leave it out, or say more");
    if (!is_named(parser, "limit")) *limit = QUIPU_BATCH_MAX;
    if (max != 0 && min > max)
        return is_wrong(parser, place, "timestamp_min is after timestamp_max");
    if (min <= INT64_MAX && max <= INT64_MAX) return true;
    return is_wrong(parser, place, "a timestamp is at most 2^63-1");
}

static bool finish_account_filter(struct parser *parser, struct place place,
                                  quipu_account_filter *filter)
{
    const uint32_t sides = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS;

    if (filter->account_id == 0 || filter->account_id == QUIPU_AMOUNT_MAX)
        return is_wrong(parser, place, "%s needs account_id=, a name or an id",
                        parser->operation->name);
    if ((filter->flags & sides) == 0) filter->flags |= sides;
    return finish_filter(parser, place, filter->timestamp_min, filter->timestamp_max,
                         &filter->limit);
}

static bool finish_object(struct parser *parser, struct place place, union object *object)
{
    switch (parser->operation->object) {
    case OBJECT_TRANSFER: return finish_transfer(parser, &object->transfer);
    case OBJECT_ACCOUNT_FILTER: return finish_account_filter(parser, place, &object->of_account);
    case OBJECT_QUERY_FILTER:
        return finish_filter(parser, place, object->query.timestamp_min,
                             object->query.timestamp_max, &object->query.limit);
    case OBJECT_ACCOUNT:
    case OBJECT_ACCOUNT_ID:
    case OBJECT_TRANSFER_ID: break;
    }
    return true;
}

/* --- a statement --- */

static bool add_object(struct parser *parser, struct statement *statement,
                       const union object *object, struct place place)
{
    size_t wanted = statement->count + 1;
    union object *objects;
    struct place *places;

    if (wanted > QUIPU_BATCH_MAX)
        return is_wrong(parser, place, "a statement has at most %d objects: end it before this one",
                        QUIPU_BATCH_MAX);
    objects = grow(statement->objects, &statement->capacity, wanted, sizeof *objects);
    if (objects != NULL) statement->objects = objects;
    places = grow(statement->places, &statement->place_capacity, wanted, sizeof *places);
    if (places != NULL) statement->places = places;
    if (objects == NULL || places == NULL)
        return is_wrong(parser, place, "memory ran out: write smaller statements");
    objects[statement->count] = *object;
    places[statement->count++] = place;
    return true;
}

static bool take_object(struct parser *parser, struct statement *statement)
{
    struct place place = parser->next.place;
    union object object;
    size_t count = 0;

    memset(&object, 0, sizeof object);
    memset(parser->named, 0, sizeof parser->named);
    for (; parser->next.kind == TOKEN_WORD; count++) {
        if (!take_field(parser, &object)) return false;
    }
    if (parser->next.kind != TOKEN_COMMA && parser->next.kind != TOKEN_SEMICOLON)
        return is_misplaced(parser, "a field, a comma or a semicolon");
    if (count == 0 && parser->operation->object != OBJECT_QUERY_FILTER)
        return is_wrong(parser, place, "%s needs fields here: %s=...", parser->operation->name,
                        object_fields(parser->operation->object, &count)[0].name);
    return finish_object(parser, place, &object) && add_object(parser, statement, &object, place);
}

static bool take_operation(struct parser *parser, struct statement *statement)
{
    if (parser->next.kind != TOKEN_WORD) return is_misplaced(parser, "a command");
    statement->operation = operation_named(parser->next.text, parser->next.length);
    statement->place = parser->next.place;
    parser->operation = statement->operation;
    if (statement->operation == NULL && parser->next.text[0] == '.')
        return is_wrong(parser, parser->next.place, "a dot command begins a line of its own");
    if (statement->operation == NULL)
        return is_wrong(parser, parser->next.place,
                        "\"%.*s\" is no command of the shell; .help lists them",
                        quoted_length(&parser->next), parser->next.text);
    advance(parser);
    return true;
}

bool statement_read(struct statement *statement, struct tokens tokens,
                    const struct reading *reading, struct shell_fault *fault)
{
    struct parser parser = {.tokens = tokens, .reading = reading, .fault = fault};

    *statement = (struct statement){0};
    advance(&parser);
    if (!take_operation(&parser, statement) || !take_object(&parser, statement)) return false;
    while (parser.next.kind == TOKEN_COMMA) {
        if (statement->operation->takes_one)
            return is_wrong(&parser, parser.next.place,
                            "%s takes one filter: end it with a semicolon",
                            statement->operation->name);
        advance(&parser);
        if (!take_object(&parser, statement)) return false;
    }
    return true;
}

void statement_free(struct statement *statement)
{
    free(statement->objects);
    free(statement->places);
    *statement = (struct statement){0};
}
