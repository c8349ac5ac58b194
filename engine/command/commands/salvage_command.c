/* salvage_command.c - `quipu salvage`: writes down what can be read of a damaged ledger. */
#include <stdio.h>
#include <string.h>

#include "command/commands/all_commands.h"
#include "command/common/growing_array.h"
#include "command/csv/csv_writer.h"
#include "command/load/kept_ledger.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"
#include "command/terminal/pulse.h"
#include "quipu/format.h"

static enum command_exit run(int argc, char **argv);

const struct command command_salvage = {
    .name = "salvage",
    .summary = "write down what can be read of a damaged ledger",
    .text =
        "It reads the newest checkpoint and the journal of a ledger, and passes over what is\n"
        "damaged or missing. DIR is not changed. OUT is made if it is not there; otherwise it "
        "must\n"
        "be empty.\n"
        "\n"
        "  OUT/accounts.csv, OUT/transfers.csv   in order of time, as `quipu import` reads them\n"
        "  OUT/timeouts.csv                      of pending transfers, which import cannot take\n"
        "\n"
        "All records have the flag imported and the time when they were created: `quipu import`\n"
        "takes them into another ledger, and judges each by the rules. There, pending transfers\n"
        "that nothing posts or voids stand for ever, those that had expired, too: void them.\n"
        "\n"
        "The report says which files are damaged and where, which frames of the journal are\n"
        "missing, and which transfers have an account that was not found. Balances are not "
        "proven:\n"
        "what is missing may have moved money, too. Without quipu.ledger nothing can be read.\n"
        "\n"
        "Exit code: 0 nothing is damaged, 1 something is damaged or missing, 2 usage, 3 system, "
        "or\n"
        "another process has the ledger.\n",
    .run = run,
};

#define WORDS_BYTES 512

/* More findings are counted, and not printed. */
#define FINDINGS_MAX 1000

struct salvage_run {
    struct writer writer;
    struct output timeouts;
    char (*findings)[WORDS_BYTES];
    size_t finding_count, finding_capacity;
    uint64_t timeout_count;
    bool out_of_memory;
};

static bool keep_finding(void *context, const char *words)
{
    struct salvage_run *salvage = context;
    char(*grown)[WORDS_BYTES];

    if (salvage->finding_count == FINDINGS_MAX) return true;
    grown = grow(salvage->findings, &salvage->finding_capacity, salvage->finding_count + 1,
                 sizeof *salvage->findings);
    if (grown == NULL) {
        salvage->out_of_memory = true;
        return false;
    }
    salvage->findings = grown;
    (void)snprintf(salvage->findings[salvage->finding_count++], WORDS_BYTES, "%s", words);
    return true;
}

static bool keep_account(void *context, const quipu_account *account)
{
    struct salvage_run *salvage = context;
    quipu_account copy = *account;

    copy.flags |= QUIPU_ACCOUNT_IMPORTED;
    writer_account(&salvage->writer, &copy);
    return true;
}

static void write_timeout(struct salvage_run *salvage, const quipu_transfer *transfer)
{
    salvage->timeout_count++;
    (void)fprintf(salvage->timeouts.stream, "%s,%llu,%lu\n", quipu_number_text(transfer->id).text,
                  (unsigned long long)transfer->timestamp, (unsigned long)transfer->timeout);
}

static bool keep_transfer(void *context, const quipu_transfer *transfer)
{
    struct salvage_run *salvage = context;
    quipu_transfer copy = *transfer;

    copy.flags |= QUIPU_TRANSFER_IMPORTED;
    if (copy.timeout != 0) write_timeout(salvage, &copy);
    copy.timeout = 0; /* an import refuses it */
    writer_transfer(&salvage->writer, &copy);
    return true;
}

/* --- the report --- */

static void report_facts(const char *path, const struct salvage_run *salvage,
                         const quipu_salvaged *salvaged, struct report *report)
{
    static const struct column columns[] = {
        {"ledger", COLUMN_TEXT},
        {"accounts", COLUMN_COUNT},
        {"transfers", COLUMN_COUNT},
        {"transfers_with_timeout", COLUMN_COUNT},
        {"transfers_without_account", COLUMN_COUNT},
        {"expiries", COLUMN_COUNT},
        {"failed_ids", COLUMN_COUNT},
        {"undecided", COLUMN_COUNT},
        {"findings", COLUMN_COUNT},
        {"balances", COLUMN_TEXT},
        {"verdict", COLUMN_TEXT},
    };

    report_sheet(report, SHEET_OF_FACTS, "salvage", NULL, columns,
                 sizeof columns / sizeof *columns);
    report_text(report, path);
    report_count(report, salvaged->accounts);
    report_count(report, salvaged->transfers);
    report_count(report, salvage->timeout_count);
    report_count(report, salvaged->nameless);
    report_count(report, salvaged->expiries);
    report_count(report, salvaged->failed_ids);
    report_count(report, salvaged->undecided);
    report_count(report, salvaged->findings);
    report_text(report, "not proven");
    report_text(report, salvaged->findings == 0 ? "nothing is damaged or missing"
                                                : "something is damaged or missing");
}

static enum command_exit print(const char *path, const struct salvage_run *salvage,
                               const quipu_salvaged *salvaged, enum report_format format)
{
    static const struct column columns[] = {{"finding", COLUMN_TEXT}};
    struct report report = {0};

    report_facts(path, salvage, salvaged, &report);
    report_sheet(&report, SHEET_OF_ROWS, "findings", "Findings", columns, 1);
    for (size_t i = 0; i < salvage->finding_count; i++)
        report_text(&report, salvage->findings[i]);
    if (!report_end(&report, format)) return COMMAND_SYSTEM;
    if (salvaged->findings == 0) return COMMAND_FINE;
    complain("%s: %s", path, salvage->findings[0]);
    return COMMAND_REFUSED;
}

/* --- reading and writing --- */

static enum command_exit complain_of_reading(const char *path, const struct salvage_run *salvage,
                                             quipu_status status)
{
    if (status == QUIPU_BUSY) {
        kept_complain_busy(path);
    } else if (salvage->out_of_memory || salvage->finding_count == 0) {
        complain_of_status("salvaging", salvage->out_of_memory ? QUIPU_NO_MEMORY : status);
    } else {
        complain("cannot salvage %s: %s", path, salvage->findings[salvage->finding_count - 1]);
    }
    return status == QUIPU_CORRUPT ? COMMAND_REFUSED : COMMAND_SYSTEM;
}

static bool open_files(struct salvage_run *salvage, const char *out)
{
    char path[OUTPUT_PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/timeouts.csv", out);

    if (length < 0 || length >= (int)sizeof path) {
        complain("cannot write into %s: its name is too long", out);
        return false;
    }
    if (!writer_open(&salvage->writer, out, WRITER_COLUMNS_ALL)) return false;
    if (!output_open(&salvage->timeouts, path)) {
        writer_drop(&salvage->writer);
        return false;
    }
    (void)fputs("id,timestamp,timeout\n", salvage->timeouts.stream);
    return true;
}

static bool close_files(struct salvage_run *salvage)
{
    bool records = writer_close(&salvage->writer);
    bool timeouts = output_close(&salvage->timeouts);

    return records && timeouts;
}

static enum command_exit salvage_into(const char *path, const char *out, enum report_format format,
                                      struct salvage_run *salvage)
{
    const quipu_salvage_visitor visitor = {keep_finding, keep_account, keep_transfer, salvage};
    quipu_salvaged salvaged;
    struct pulse pulse;
    quipu_status status;

    if (!open_files(salvage, out)) return COMMAND_SYSTEM;
    pulse_begin(&pulse, "reading");
    status = quipu_salvage(path, &visitor, &salvaged);
    pulse_end(&pulse);
    if (status != QUIPU_OK || salvage->out_of_memory) {
        writer_drop(&salvage->writer);
        output_drop(&salvage->timeouts);
        return complain_of_reading(path, salvage, status);
    }
    if (!close_files(salvage)) return COMMAND_SYSTEM;
    return print(path, salvage, &salvaged, format);
}

static enum command_exit salvage_ledger(const char *path, const char *out,
                                        enum report_format format)
{
    struct salvage_run salvage;
    enum command_exit exit;

    if (!kept_is_there(path)) return COMMAND_SYSTEM;
    switch (kept_look(out)) {
    case KEPT_NOTHING: break;
    case KEPT_SOMETHING:
        complain("%s is no empty directory; what is salvaged needs one", out);
        return COMMAND_REFUSED;
    case KEPT_UNREADABLE: return COMMAND_SYSTEM;
    }
    memset(&salvage, 0, sizeof salvage);
    exit = salvage_into(path, out, format, &salvage);
    free(salvage.findings);
    return exit;
}

static enum command_exit run(int argc, char **argv)
{
    struct arg_file *path = arg_file1(NULL, NULL, "DIR", "the ledger");
    struct arg_file *out = arg_file1(NULL, NULL, "OUT", "where the files go");
    struct arg_str *form = format_option();
    struct arg_lit *help = option_help();
    struct arg_end *end = arg_end(8);
    void *table[] = {path, out, form, help, end};
    enum option_next next = option_parse(&command_salvage, table, help, end, argc, argv);
    enum report_format format = REPORT_TABLE;
    enum command_exit exit = COMMAND_USAGE;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (format_read(form, &format)) {
        exit = salvage_ledger(path->filename[0], out->filename[0], format);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
