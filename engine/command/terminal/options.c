/* options.c - parsing, help, and the values of options. */
#include "command/terminal/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command/terminal/complain.h"
#include "command/terminal/output.h"
#include "quipu/format.h"

static void print_help(const struct command *command, void **table)
{
    (void)printf("quipu %s - %s\n\nUsage: quipu %s", command->name, command->summary,
                 command->name);
    arg_print_syntax(stdout, table, "\n\n");
    arg_print_glossary(stdout, table, "  %-24s %s\n");
    if (command->text[0] != '\0') (void)printf("\n%s", command->text);
}

enum option_next option_parse(const struct command *command, void **table,
                              const struct arg_lit *help, struct arg_end *end, int argc,
                              char **argv)
{
    char name[64];
    int wrong;

    if (arg_nullcheck(table) != 0) { /* not reached by tests: argtable takes this memory */
        complain("out of memory for options");
        return OPTION_UNSAID;
    }
    (void)snprintf(name, sizeof name, "quipu %s", command->name);
    wrong = arg_parse(argc, argv, table);
    if (help->count > 0) {
        print_help(command, table);
        return output_flush() ? OPTION_DONE : OPTION_UNSAID;
    }
    if (wrong == 0) return OPTION_GO;
    arg_print_errors(stderr, end, name);
    (void)fprintf(stderr, "Try `%s --help`.\n", name);
    return OPTION_WRONG;
}

static bool complain_of_value(const struct arg_str *option, const char *wanted)
{
    if (option->hdr.longopts != NULL) {
        complain("--%s=%s: it takes %s", option->hdr.longopts, option->sval[0], wanted);
    } else {
        complain("%s: \"%s\" is not %s", option->hdr.datatype, option->sval[0], wanted);
    }
    return false;
}

struct arg_lit *option_help(void)
{
    return arg_lit0("h", "help", "show this");
}

/* The place of item[0..length) among the names, or `count`. */
static size_t find_name(const char *item, size_t length, const char *const *names, size_t count)
{
    size_t i = 0;

    while (i < count && (strlen(names[i]) != length || strncmp(names[i], item, length) != 0))
        i++;
    return i;
}

static bool complain_of_name(const struct arg_str *option, const char *const *names, size_t count)
{
    char wanted[160] = "";

    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(wanted);

        (void)snprintf(wanted + used, sizeof wanted - used, "%s%s",
                       i == 0 ? "" : (i + 1 < count ? ", " : " or "), names[i]);
    }
    return complain_of_value(option, wanted);
}

bool option_name(const struct arg_str *option, const char *const *names, size_t name_count,
                 size_t *place)
{
    size_t found;

    if (option->count == 0) return true;
    found = find_name(option->sval[0], strlen(option->sval[0]), names, name_count);
    if (found == name_count) return complain_of_name(option, names, name_count);
    *place = found;
    return true;
}

const char *const option_protocol_names[OPTION_PROTOCOL_COUNT] = {
    [QUIPU_OPTIMISTIC] = "optimistic",
    [QUIPU_CAS] = "cas",
    [QUIPU_MUTEX] = "mutex",
    [QUIPU_RCU] = "rcu",
};

const char *option_protocol_name(quipu_protocol protocol)
{
    return (unsigned)protocol < OPTION_PROTOCOL_COUNT ? option_protocol_names[protocol] : "unsafe";
}

bool option_protocol(const struct arg_str *option, quipu_protocol *value)
{
    size_t place = *value;

    if (!option_name(option, option_protocol_names, OPTION_PROTOCOL_COUNT, &place)) return false;
    *value = (quipu_protocol)place;
    return true;
}

bool option_protocol_or_unsafe(const struct arg_str *option, quipu_protocol *value)
{
    const char *names[OPTION_PROTOCOL_COUNT + 1];
    size_t place = *value;

    memcpy(names, option_protocol_names, sizeof option_protocol_names);
    names[OPTION_PROTOCOL_COUNT] = "unsafe";
    if (!option_name(option, names, OPTION_PROTOCOL_COUNT + 1, &place)) return false;
    *value = place < OPTION_PROTOCOL_COUNT ? (quipu_protocol)place : QUIPU_UNSAFE;
    return true;
}

bool option_count(const struct arg_str *option, uint64_t min, uint64_t max, uint64_t *value)
{
    char wanted[80];
    quipu_uint128 number = 0;

    if (option->count == 0) return true;
    if (quipu_number_read(option->sval[0], strlen(option->sval[0]), max, &number) ==
            QUIPU_TEXT_OK &&
        number >= min) {
        *value = (uint64_t)number;
        return true;
    }
    (void)snprintf(wanted, sizeof wanted, "a number from %llu to %llu", (unsigned long long)min,
                   (unsigned long long)max);
    return complain_of_value(option, wanted);
}

/* The next item of a list: from *text to a comma, or to the end. *text moves behind it. */
static size_t next_item(const char **text, const char **item)
{
    size_t length = strcspn(*text, ",");

    *item = *text;
    *text += length;
    if (**text == ',') ++*text;
    return length;
}

bool option_counts(const struct arg_str *option, uint64_t min, uint64_t max,
                   struct option_counts *list)
{
    const char *text, *item;
    char wanted[80];

    if (option->count == 0) return true;
    list->count = 0;
    for (text = option->sval[0]; *text != '\0';) {
        size_t length = next_item(&text, &item);
        quipu_uint128 number = 0;

        if (list->count == OPTION_LIST_MAX ||
            quipu_number_read(item, length, max, &number) != QUIPU_TEXT_OK || number < min) {
            list->count = 0;
            break;
        }
        list->values[list->count++] = (uint64_t)number;
    }
    if (list->count > 0) return true;
    (void)snprintf(wanted, sizeof wanted, "numbers from %llu to %llu, joined by commas",
                   (unsigned long long)min, (unsigned long long)max);
    return complain_of_value(option, wanted);
}

bool option_names(const struct arg_str *option, const char *const *names, size_t name_count,
                  struct option_counts *list)
{
    const char *text, *item;

    if (option->count == 0) return true;
    list->count = 0;
    for (text = option->sval[0]; *text != '\0';) {
        size_t length = next_item(&text, &item);
        size_t which = find_name(item, length, names, name_count);

        if (which == name_count || list->count == OPTION_LIST_MAX) {
            list->count = 0;
            break;
        }
        list->values[list->count++] = which;
    }
    return list->count > 0 || complain_of_name(option, names, name_count);
}

bool option_seconds(const struct arg_str *option, double *value)
{
    char *end;
    double seconds;

    if (option->count == 0) return true;
    seconds = strtod(option->sval[0], &end);
    if (end != option->sval[0] && *end == '\0' && seconds > 0 && /* a NaN is not */
        seconds <= 86400) {
        *value = seconds;
        return true;
    }
    return complain_of_value(option, "seconds, more than 0 and at most 86400");
}

bool option_id(const struct arg_str *option, quipu_uint128 *value)
{
    if (quipu_number_read(option->sval[0], strlen(option->sval[0]), QUIPU_AMOUNT_MAX, value) ==
            QUIPU_TEXT_OK &&
        *value != 0 && *value != QUIPU_AMOUNT_MAX)
        return true;
    return complain_of_value(option, "an id: a number from 1 to 2^128-2, or 0x and hexadecimal");
}
