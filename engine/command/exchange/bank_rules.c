/* bank_rules.c - a line is a word and its value; `if` and the line below it are a pattern. */
#define _POSIX_C_SOURCE 200809L
#include "command/exchange/bank_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/common/text_copy.h"
#include "command/exchange/source_text.h"
#include "command/terminal/complain.h"

static const char *const field_names[BANK_FIELDS] = {
    [BANK_DATE] = "date",
    [BANK_DESCRIPTION] = "description",
    [BANK_AMOUNT] = "amount",
    [BANK_AMOUNT_IN] = "amount-in",
    [BANK_AMOUNT_OUT] = "amount-out",
    [BANK_BALANCE] = "balance",
    [BANK_REFERENCE] = "reference",
    [BANK_ACCOUNT1] = "account1",
    [BANK_ACCOUNT2] = "account2",
    [BANK_CURRENCY] = "currency",
};

static const char *set(char **text, const char *value)
{
    char *copy = text_copy(value, strlen(value));

    if (copy == NULL) return "memory ran out";
    free(*text);
    *text = copy;
    return NULL;
}

static size_t field_of(const char *name)
{
    size_t field = 0;

    while (field < BANK_FIELDS && strcmp(field_names[field], name) != 0)
        field++;
    return field;
}

/* Does a template name a column by its heading? */
static bool names_column(const char *template)
{
    for (const char *at = template; (at = strchr(at, '%')) != NULL; at++) {
        if (at[1] < '0' || at[1] > '9') return true;
    }
    return false;
}

static char *trimmed(char *text)
{
    char *end;

    text += strspn(text, " \t");
    end = text + strlen(text);
    while (end > text && strchr(" \t\r", end[-1]) != NULL)
        *--end = '\0';
    return text;
}

/* `fields date, description,, amount`: by place. */
static const char *take_fields(struct bank_rules *rules, char *list)
{
    char template[24];
    const char *fault = NULL;

    for (unsigned place = 1; list != NULL && fault == NULL; place++) {
        char *comma = strchr(list, ','), *name;
        size_t field;

        if (comma != NULL) *comma = '\0';
        name = trimmed(list);
        field = field_of(name);
        (void)snprintf(template, sizeof template, "%%%u", place);
        if (name[0] != '\0' && strcmp(name, "-") != 0)
            fault = field < BANK_FIELDS ? set(&rules->fields[field], template)
                                        : "it names a field that there is not";
        list = comma != NULL ? comma + 1 : NULL;
    }
    return fault;
}

static const char *take_separator(struct bank_rules *rules, const char *value)
{
    static const struct {
        const char *name;
        char separator;
    } names[] = {{"tab", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"pipe", '|'}, {"space", ' '}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i].name) == 0) rules->separator = names[i].separator;
    }
    if (value[0] != '\0' && value[1] == '\0') rules->separator = value[0];
    return rules->separator != '\0' ? NULL : "a separator is one character, or tab";
}

static const char *take_text(char *to, size_t size, const char *value)
{
    return snprintf(to, size, "%s", value) < (int)size ? NULL : "the value is too long";
}

static const char *take_pattern(struct bank_rules *rules, const char *value)
{
    struct bank_pattern *patterns =
        grow(rules->patterns, &rules->pattern_capacity, rules->pattern_count + 1, sizeof *patterns);

    if (patterns == NULL) return "memory ran out";
    rules->patterns = patterns;
    patterns[rules->pattern_count].account2 = NULL;
    if (regcomp(&patterns[rules->pattern_count].regex, value,
                REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
        return "this is no regular expression";
    rules->pattern_count++;
    return NULL;
}

static const char *take_word(struct bank_rules *rules, const char *word, char *value)
{
    size_t field = field_of(word);

    if (field < BANK_FIELDS) {
        rules->has_header = rules->has_header || names_column(value);
        return set(&rules->fields[field], value);
    }
    if (strcmp(word, "fields") == 0) return take_fields(rules, value);
    if (strcmp(word, "separator") == 0) return take_separator(rules, value);
    if (strcmp(word, "encoding") == 0)
        return take_text(rules->encoding, sizeof rules->encoding, value);
    if (strcmp(word, "date-format") == 0)
        return take_text(rules->date_format, sizeof rules->date_format, value);
    if (strcmp(word, "account2-in") == 0) return set(&rules->account2_in, value);
    if (strcmp(word, "opening") == 0) return set(&rules->opening, value);
    if (strcmp(word, "if") == 0) return take_pattern(rules, value);
    if (strcmp(word, "newest-first") == 0) {
        rules->is_newest_first = true;
        return NULL;
    }
    if (strcmp(word, "skip") == 0) {
        char *end;

        rules->skip = strtoul(value, &end, 10);
        return *end == '\0' ? NULL : "skip takes a number of lines";
    }
    if (strcmp(word, "decimal-mark") == 0) {
        rules->mark = value[0];
        return strcmp(value, ".") == 0 || strcmp(value, ",") == 0 ? NULL : "it is . or ,";
    }
    return "there is no such rule";
}

/* An indented line belongs to the `if` above it. */
static const char *take_line(struct bank_rules *rules, char *line, bool *after_if)
{
    bool is_indented = line[0] == ' ' || line[0] == '\t';
    char *word = trimmed(line), *value = word + strcspn(word, " \t");

    if (word[0] == '\0' || word[0] == '#') return NULL;
    if (*value != '\0') *value++ = '\0';
    value = trimmed(value);
    if (is_indented) {
        if (!*after_if || strcmp(word, "account2") != 0)
            return "below `if` stands an account2, and nothing else is indented";
        return set(&rules->patterns[rules->pattern_count - 1].account2, value);
    }
    *after_if = strcmp(word, "if") == 0;
    return take_word(rules, word, value);
}

static const char *missing(const struct bank_rules *rules)
{
    if (rules->fields[BANK_DATE] == NULL) return "no rule says which column is the date";
    if (rules->fields[BANK_AMOUNT] == NULL && rules->fields[BANK_AMOUNT_IN] == NULL &&
        rules->fields[BANK_AMOUNT_OUT] == NULL)
        return "no rule says which column is the amount";
    if (rules->fields[BANK_ACCOUNT1] == NULL) return "no rule says which account it is: account1";
    for (size_t i = 0; i < rules->pattern_count; i++) {
        if (rules->patterns[i].account2 == NULL) return "an `if` has no account2 below it";
    }
    return NULL;
}

enum command_exit bank_rules_read(struct bank_rules *rules, const char *path)
{
    struct source_text source;
    unsigned long long number = 0;
    const char *fault = NULL;
    bool after_if = false;
    enum command_exit exit;

    *rules = (struct bank_rules){.separator = ',', .mark = '.', .date_format = "%Y-%m-%d"};
    exit = source_read(&source, path, "UTF-8");
    if (exit != COMMAND_FINE) return exit;
    for (char *line = source.text, *next; line != NULL && fault == NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) *next++ = '\0';
        number++;
        fault = take_line(rules, line, &after_if);
    }
    if (fault != NULL) complain_at(path, number, 0, "%s", fault);
    source_free(&source);
    if (fault != NULL) return COMMAND_USAGE;
    fault = missing(rules);
    if (fault != NULL) complain("%s: %s", path, fault);
    return fault == NULL ? COMMAND_FINE : COMMAND_USAGE;
}

void bank_rules_free(struct bank_rules *rules)
{
    for (size_t i = 0; i < BANK_FIELDS; i++)
        free(rules->fields[i]);
    for (size_t i = 0; i < rules->pattern_count; i++) {
        regfree(&rules->patterns[i].regex);
        free(rules->patterns[i].account2);
    }
    free(rules->patterns);
    free(rules->account2_in);
    free(rules->opening);
}

const char *bank_rules_match(const struct bank_rules *rules, const char *text)
{
    for (size_t i = 0; i < rules->pattern_count; i++) {
        if (regexec(&rules->patterns[i].regex, text, 0, NULL, 0) == 0)
            return rules->patterns[i].account2;
    }
    return NULL;
}
