/* options.c - parsing, help, and the values that options take. */
#include "command/terminal/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command/csv/number.h"
#include "command/terminal/complain.h"
#include "command/terminal/output.h"

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

    if (arg_nullcheck(table) != 0) { /* not reached by tests: argtable's own memory */
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

bool option_format(const struct arg_str *option, enum report_format *value)
{
    static const char *const names[] = {"table", "csv", "json", "jsonl"};

    if (option->count == 0) return true;
    for (int i = 0; i < 4; i++) {
        if (strcmp(option->sval[0], names[i]) != 0) continue;
        *value = (enum report_format)i;
        return true;
    }
    return complain_of_value(option, "table, csv, json or jsonl");
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

static bool find_protocol(const char *name, quipu_protocol *value)
{
    for (int i = 0; i < OPTION_PROTOCOL_COUNT; i++) {
        if (strcmp(name, option_protocol_name((quipu_protocol)i)) != 0) continue;
        *value = (quipu_protocol)i;
        return true;
    }
    return false;
}

bool option_protocol(const struct arg_str *option, quipu_protocol *value)
{
    if (option->count == 0 || find_protocol(option->sval[0], value)) return true;
    return complain_of_value(option, OPTION_PROTOCOLS);
}

bool option_protocol_or_unsafe(const struct arg_str *option, quipu_protocol *value)
{
    if (option->count == 0 || find_protocol(option->sval[0], value)) return true;
    if (strcmp(option->sval[0], "unsafe") == 0) {
        *value = QUIPU_UNSAFE;
        return true;
    }
    return complain_of_value(option, "optimistic, cas, mutex, rcu or unsafe");
}

bool option_count(const struct arg_str *option, uint64_t min, uint64_t max, uint64_t *value)
{
    char wanted[80];
    quipu_uint128 number = 0;

    if (option->count == 0) return true;
    if (number_read(option->sval[0], strlen(option->sval[0]), max, &number) == NUMBER_FINE &&
        number >= min) {
        *value = (uint64_t)number;
        return true;
    }
    (void)snprintf(wanted, sizeof wanted, "a number from %llu to %llu", (unsigned long long)min,
                   (unsigned long long)max);
    return complain_of_value(option, wanted);
}

/* The next of a list: from *text up to a comma, which it steps over. */
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
            number_read(item, length, max, &number) != NUMBER_FINE || number < min) {
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

static size_t find_name(const char *item, size_t length, const char *const *names, size_t count)
{
    size_t i = 0;

    while (i < count && (strlen(names[i]) != length || strncmp(names[i], item, length) != 0))
        i++;
    return i;
}

bool option_names(const struct arg_str *option, const char *const *names, size_t name_count,
                  struct option_counts *list)
{
    const char *text, *item;
    char wanted[160] = "";

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
    if (list->count > 0) return true;
    for (size_t i = 0; i < name_count; i++) {
        size_t used = strlen(wanted);

        (void)snprintf(wanted + used, sizeof wanted - used, "%s%s",
                       i == 0 ? "" : (i + 1 < name_count ? ", " : " or "), names[i]);
    }
    return complain_of_value(option, wanted);
}

bool option_seconds(const struct arg_str *option, double *value)
{
    char *end;
    double seconds;

    if (option->count == 0) return true;
    seconds = strtod(option->sval[0], &end);
    if (end != option->sval[0] && *end == '\0' && seconds > 0 && /* not so is a NaN */
        seconds <= 86400) {
        *value = seconds;
        return true;
    }
    return complain_of_value(option, "seconds, more than 0 and at most 86400");
}

bool option_id(const struct arg_str *option, quipu_uint128 *value)
{
    if (number_read(option->sval[0], strlen(option->sval[0]), QUIPU_AMOUNT_MAX, value) ==
            NUMBER_FINE &&
        *value != 0 && *value != QUIPU_AMOUNT_MAX)
        return true;
    return complain_of_value(option, "an id: a number from 1 to 2^128-2, or 0x and hexadecimal");
}

struct option_pair option_pair_new(void)
{
    return (struct option_pair){
        .accounts = arg_file1(NULL, "accounts", "A.csv", "the accounts; - is standard input"),
        .transfers = arg_file1(NULL, "transfers", "T.csv", "the transfers; - is standard input"),
        .rejects = arg_file0(NULL, "rejects", "FILE", "write rows that came to nothing there; -"),
        .allow_refusals = arg_lit0(NULL, "allow-refusals", "refused rows are exit code 0"),
        .accept_unterminated =
            arg_lit0(NULL, "accept-unterminated", "the last row may lack its line end"),
        .accounts_max = arg_str0(NULL, "accounts-max", "N", "room for so many accounts"),
        .transfers_max = arg_str0(NULL, "transfers-max", "N", "room for so many transfers"),
        .protocol = arg_str0(NULL, "protocol", "P", OPTION_PROTOCOLS " (optimistic)"),
        .threads = arg_str0(NULL, "threads", "N", "threads that put transfers in (1)"),
        .format = arg_str0(NULL, "format", "F", "table, csv, json or jsonl (table)"),
        .strict = arg_lit0(NULL, "strict", "stop at the first bad row"),
        .help = arg_lit0("h", "help", "show this"),
        .end = arg_end(8),
    };
}

/* Of quipu_options. */
#define ACCOUNTS_MAX ((uint64_t)1 << 32)
#define TRANSFERS_MAX ((uint64_t)1 << 33)

bool option_pair_read(const struct option_pair *pair, struct load_order *order,
                      enum report_format *format)
{
    *order = (struct load_order){
        .accounts_path = pair->accounts->filename[0],
        .transfers_path = pair->transfers->filename[0],
        .rejects_path = pair->rejects->count > 0 ? pair->rejects->filename[0] : NULL,
        .protocol = QUIPU_OPTIMISTIC,
        .thread_count = 1,
        .strict = pair->strict->count > 0,
        .allow_refusals = pair->allow_refusals->count > 0,
        .accept_unterminated = pair->accept_unterminated->count > 0,
    };
    *format = REPORT_TABLE;
    if (strcmp(order->accounts_path, "-") == 0 && strcmp(order->transfers_path, "-") == 0) {
        complain("--accounts and --transfers are both -: standard input is one file");
        return false;
    }
    return option_protocol(pair->protocol, &order->protocol) &&
           option_count(pair->threads, 1, OPTION_THREADS_MAX, &order->thread_count) &&
           option_count(pair->accounts_max, 1, ACCOUNTS_MAX, &order->accounts_max) &&
           option_count(pair->transfers_max, 1, TRANSFERS_MAX, &order->transfers_max) &&
           option_format(pair->format, format);
}
