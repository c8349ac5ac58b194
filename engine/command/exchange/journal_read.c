/* journal_read.c - takes lines apart in place. */
#include "command/exchange/journal_read.h"

#include <ctype.h>
#include <string.h>

#include "command/terminal/complain.h"

enum command_exit journal_open(struct journal *journal, const char *path)
{
    enum command_exit exit = source_read(&journal->source, path, "");

    journal->path = path;
    journal->line = 0;
    journal->next = exit == COMMAND_FINE ? journal->source.text : NULL;
    return exit;
}

void journal_close(struct journal *journal)
{
    source_free(&journal->source);
}

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t");
}

static void trim(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        text[--length] = '\0';
}

static char *take_line(struct journal *journal)
{
    char *line = journal->next, *end;

    if (line == NULL || *line == '\0') return NULL;
    end = strchr(line, '\n');
    journal->next = end != NULL ? end + 1 : NULL;
    if (end != NULL) *end = '\0';
    journal->line++;
    trim(line);
    return line;
}

static enum journal_next broken(const struct journal *journal, const char *what)
{
    complain_at(journal->path, journal->line, 0, "%s", what);
    return JOURNAL_BROKEN;
}

static bool is_of_number(char c)
{
    return c != '\0' && (isdigit((unsigned char)c) || strchr("+-.,'", c) != NULL);
}

/* Keep a text in `to`, behind what is there. Returns where it begins, or NULL if it is too long. */
static char *keep(char to[static JOURNAL_AMOUNT_BYTES], const char *text, size_t length)
{
    size_t used = strlen(to);

    if (used + length >= JOURNAL_AMOUNT_BYTES) return NULL;
    memcpy(to + used, text, length);
    to[used + length] = '\0';
    return to;
}

/* One part of an amount: a sign before the commodity, a number, or a commodity. Returns where it
 * ends; NULL: there are two of a kind. */
static char *take_part(char *at, struct journal_amount *amount)
{
    char *end = at;

    if (*at == '"') {
        end = strchr(at + 1, '"');
        if (end == NULL || amount->commodity != NULL) return NULL;
        amount->commodity = keep(amount->unit, at + 1, (size_t)(end - at - 1));
        return amount->commodity != NULL ? end + 1 : NULL;
    }
    if ((*at == '-' || *at == '+') && !is_of_number(at[1]))
        return amount->number == NULL && keep(amount->digits, at, 1) != NULL ? at + 1 : NULL;
    if (is_of_number(*at)) {
        while (is_of_number(*end))
            end++;
        if (amount->number != NULL) return NULL;
        amount->number = keep(amount->digits, at, (size_t)(end - at));
        return amount->number != NULL ? end : NULL;
    }
    while (*end != '\0' && !is_of_number(*end) && strchr(" \t@=;{\"", *end) == NULL)
        end++;
    if (amount->commodity != NULL) return NULL;
    amount->commodity = keep(amount->unit, at, (size_t)(end - at));
    return amount->commodity != NULL ? end : NULL;
}

/* A number and a commodity, in either order, up to a mark or the end. NULL: it cannot be read. */
static char *take_amount(char *at, struct journal_amount *amount)
{
    *amount = (struct journal_amount){.number = NULL};
    at = skip_blanks(at);
    while (at != NULL && *at != '\0' && strchr("@=;{", *at) == NULL) {
        at = take_part(at, amount);
        if (at != NULL) at = skip_blanks(at);
    }
    if (amount->number == NULL && (amount->digits[0] != '\0' || amount->commodity != NULL))
        return NULL;
    return at;
}

/* The mark at which an amount ended, with a zero byte in its place. */
static char take_mark(char **at)
{
    char mark = **at;

    if (mark != '\0') *(*at)++ = '\0';
    return mark;
}

static enum journal_next take_posting(struct journal *journal, char *line,
                                      struct journal_posting *posting)
{
    char *end = line, mark;

    *posting = (struct journal_posting){.account = line, .line = journal->line};
    /* Two blanks or a tab end the name. A name of beancount ends with one blank. */
    while (*end != '\0' && *end != '\t' && !(end[0] == ' ' && end[1] == ' '))
        end++;
    if (*end == '\0' && isupper((unsigned char)line[0]) && strchr(line, ' ') != NULL &&
        (is_of_number(strchr(line, ' ')[1])))
        end = strchr(line, ' ');
    if (*end == '\0') return JOURNAL_MORE;
    *end++ = '\0';
    end = take_amount(end, &posting->amount);
    if (end == NULL) return broken(journal, "this amount cannot be read");
    mark = take_mark(&end);
    if (mark == '{') return broken(journal, "lots ({...}) are not imported");
    if (mark == '@') {
        posting->is_total_price = *end == '@';
        end = take_amount(end + (*end == '@'), &posting->price);
        if (end == NULL || posting->price.number == NULL)
            return broken(journal, "this price cannot be read");
        mark = take_mark(&end);
    }
    if (mark == '=') {
        end += strspn(end, "=*");
        end = take_amount(end, &posting->asserted);
        if (end == NULL || posting->asserted.number == NULL)
            return broken(journal, "this assertion cannot be read");
    }
    return JOURNAL_MORE;
}

/* What follows the date: a state, a code, and words; beancount quotes them. */
static char *description_of(char *text)
{
    char *end, *out, *first;

    text = skip_blanks(text);
    if (*text == '*' || *text == '!') text = skip_blanks(text + 1);
    if (strncmp(text, "txn ", 4) == 0) text = skip_blanks(text + 4);
    if (*text == '(' && (end = strchr(text, ')')) != NULL) text = skip_blanks(end + 1);
    if (*text != '"') {
        end = strstr(text, ";");
        if (end != NULL) *end = '\0';
        trim(text);
        return text;
    }
    end = strrchr(text, '"');
    if (end == text) end = text + strlen(text);
    out = first = text;
    for (; text < end; text++) {
        if (*text != '"') *out++ = *text;
    }
    *out = '\0';
    return first;
}

/* 2026/01/05 and 2026.01.05 become 2026-01-05. */
static char *take_date(char *line)
{
    char *end = line;

    while (isdigit((unsigned char)*end) || strchr("-/.", *end) != NULL) {
        if (*end == '\0') break;
        if (*end == '/' || *end == '.') *end = '-';
        end++;
    }
    return end;
}

static bool begins(const char *text, const char *word)
{
    size_t length = strlen(word);

    return strncmp(text, word, length) == 0 && (text[length] == ' ' || text[length] == '\0');
}

/* A dated line: a transaction, an assertion, or a directive that is skipped (JOURNAL_END). */
static enum journal_next take_head(struct journal *journal, char *line,
                                   struct journal_transaction *transaction)
{
    static const char *const skipped[] = {"open",  "close", "note",   "document", "event",
                                          "price", "query", "custom", "commodity"};
    char *end = take_date(line), *rest;
    struct journal_posting *posting = &transaction->postings[0];

    *transaction = (struct journal_transaction){.date = line, .line = journal->line};
    if (*end == '=') { /* a second date */
        *end++ = '\0';
        end = take_date(end);
    }
    if (*end != '\0') *end++ = '\0';
    rest = skip_blanks(end);
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++) {
        if (begins(rest, skipped[i])) return JOURNAL_END;
    }
    if (begins(rest, "pad")) return broken(journal, "pad is not imported: say the amount");
    if (!begins(rest, "balance")) {
        transaction->description = description_of(rest);
        return JOURNAL_MORE;
    }
    transaction->is_assertion = true;
    transaction->count = 1;
    posting->line = journal->line;
    posting->account = skip_blanks(rest + strlen("balance"));
    end = posting->account + strcspn(posting->account, " \t");
    if (*end != '\0') *end++ = '\0';
    if (take_amount(end, &posting->asserted) == NULL || posting->asserted.number == NULL)
        return broken(journal, "this balance cannot be read");
    transaction->description = posting->account;
    return JOURNAL_MORE;
}

/* The indented lines below. */
static enum journal_next take_postings(struct journal *journal,
                                       struct journal_transaction *transaction)
{
    while (journal->next != NULL && (*journal->next == ' ' || *journal->next == '\t')) {
        char *line = skip_blanks(take_line(journal));
        char *colon = line + strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789-_");

        if (*line == '\0') break;
        if (*line == ';' || *line == '#') continue;
        if (*colon == ':' && (colon[1] == ' ' || colon[1] == '\0') && colon > line)
            continue; /* metadata of beancount */
        if ((*line == '*' || *line == '!') && line[1] == ' ') line = skip_blanks(line + 1);
        if (*line == '(' || *line == '[')
            return broken(journal, "virtual postings are not imported");
        if (transaction->count == JOURNAL_POSTINGS_MAX)
            return broken(journal, "a transaction has more than 256 postings");
        if (take_posting(journal, line, &transaction->postings[transaction->count++]) ==
            JOURNAL_BROKEN)
            return JOURNAL_BROKEN;
    }
    return JOURNAL_MORE;
}

enum journal_next journal_next(struct journal *journal, struct journal_transaction *transaction)
{
    enum journal_next next = JOURNAL_END;
    char *line;

    while ((line = take_line(journal)) != NULL) {
        if (begins(line, "comment")) {
            while ((line = take_line(journal)) != NULL && !begins(line, "end comment"))
                continue;
            continue;
        }
        if (begins(line, "include") || begins(line, "alias") || *line == '~' || *line == '=')
            return broken(journal, "this directive is not imported");
        if (!isdigit((unsigned char)line[0])) continue; /* a directive, a comment, or blank */
        next = take_head(journal, line, transaction);
        if (next == JOURNAL_BROKEN || (next == JOURNAL_MORE && transaction->is_assertion))
            return next;
        if (next == JOURNAL_MORE) return take_postings(journal, transaction);
    }
    return JOURNAL_END;
}
