/* import_command.c - `quipu import`: loads a pair of files into a kept ledger or one in memory, and
 * draws the trial balance. */
#include "command/commands/all_commands.h"
#include "command/common/stopwatch.h"
#include "command/exchange/bank_import.h"
#include "command/exchange/journal_import.h"
#include "command/load/kept_ledger.h"
#include "command/load/outcome_tally.h"
#include "command/load/pair_options.h"
#include "command/look/all_accounts.h"
#include "command/look/trial_balance.h"
#include "command/report/report.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_import = {
    .name = "import",
    .summary = "put accounts and transfers into a ledger and draw the trial balance",
    .text =
        "With --ledger DIR the rows are posted into the ledger that is kept there; it is made if "
        "it\n"
        "is not there. Without it that is the ledger that the environment variable QUIPU_LEDGER\n"
        "names; without both, a ledger in memory, which is gone afterwards. A kept ledger may be\n"
        "given one of the files alone. What was created is on disk when the command ends; if it "
        "is\n"
        "killed, import the same files again: rows that are there exist, and change "
        "nothing.\n" KEPT_TEXT_IN_USE "\n" PAIR_OPTIONS_TEXT "\n"
        "It prints the trial balance of the ledger by ledger and code, the transfers per second\n"
        "(the time in the ledger, without reading the files), how many rows were created, existed\n"
        "before and failed, and the failures by outcome.\n"
        "\n"
        "A bank's file: quipu import --ledger DIR --rules RULES FILE. The rules say which columns\n"
        "are date, amount and description, and which accounts are meant; docs/bank-csv.md has\n"
        "them, and examples. Accounts are created by name. Rows that are there already are left\n"
        "alone, so the next export may overlap. A journal: quipu import --ledger DIR --journal\n"
        "FILE takes what hledger and beancount have in common: docs/journals.md.\n"
        "\n"
        "JSON is an object with a member for each of these. CSV is one table with the columns of\n"
        "all of them; the first column names the part that a row belongs to.\n"
        "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static void report_run(const struct load_order *order, const struct load *load,
                       struct report *report)
{
    static const struct column columns[] = {
        {"protocol", COLUMN_TEXT},
        {"threads", COLUMN_COUNT},
        {"account_rows", COLUMN_COUNT},
        {"accounts_created", COLUMN_COUNT},
        {"accounts_existing", COLUMN_COUNT},
        {"transfer_rows", COLUMN_COUNT},
        {"transfers_created", COLUMN_COUNT},
        {"transfers_existing", COLUMN_COUNT},
        {"transfers_failed", COLUMN_COUNT},
        {"bad_rows", COLUMN_COUNT},
        {"skipped_rows", COLUMN_COUNT},
        {"seconds", COLUMN_REAL},
        {"seconds_in_ledger", COLUMN_REAL},
        {"transfers_per_second", COLUMN_COUNT},
        {"ledger", COLUMN_TEXT},
    };
    uint64_t failed = tally_refusals(RECORD_TRANSFER, &load->transfers.tally);
    uint64_t judged = load->transfers.tally.created + tally_failures(&load->transfers.tally);
    double seconds = stopwatch_seconds(load->transfers_ns);

    report_sheet(report, SHEET_OF_FACTS, "run", "Import", columns,
                 sizeof columns / sizeof *columns);
    report_text(report, option_protocol_name(order->protocol));
    report_count(report, order->thread_count);
    report_count(report, load->accounts.row_count);
    report_count(report, load->accounts.tally.created);
    report_count(report, tally_existing(RECORD_ACCOUNT, &load->accounts.tally));
    report_count(report, load->transfers.row_count);
    report_count(report, load->transfers.tally.created);
    report_count(report, tally_existing(RECORD_TRANSFER, &load->transfers.tally));
    report_count(report, failed);
    report_count(report, load->accounts.bad_count + load->transfers.bad_count);
    report_count(report, load->accounts.skipped_count + load->transfers.skipped_count);
    report_real(report, stopwatch_seconds(load->total_ns), 3);
    report_real(report, seconds, 3);
    report_count(report, seconds > 0 ? (uint64_t)((double)judged / seconds) : 0);
    report_text(report, order->ledger_path != NULL ? order->ledger_path : "in memory");
}

static void report_failure(struct report *report, enum record_kind kind, uint32_t outcome,
                           uint64_t count)
{
    char name[TALLY_NAME_BYTES];

    if (count == 0 || !tally_is_refusal(kind, outcome)) return;
    report_text(report, kind == RECORD_ACCOUNT ? "account" : "transfer");
    report_text(report, tally_outcome_name(kind, outcome, name));
    report_count(report, count);
    report_text(report, kind == RECORD_ACCOUNT ? quipu_create_account_text(outcome)
                                               : quipu_create_transfer_text(outcome));
}

static void report_failures(const struct load *load, struct report *report)
{
    static const struct column columns[] = {
        {"event", COLUMN_TEXT},
        {"outcome", COLUMN_TEXT},
        {"count", COLUMN_COUNT},
        {"meaning", COLUMN_TEXT},
    };

    report_sheet(report, SHEET_OF_ROWS, "failures", "Failures by outcome", columns,
                 sizeof columns / sizeof *columns);
    for (int kind = RECORD_ACCOUNT; kind <= RECORD_TRANSFER; kind++) {
        const struct tally *tally =
            kind == RECORD_ACCOUNT ? &load->accounts.tally : &load->transfers.tally;

        for (uint32_t i = 0; i < TALLY_OUTCOMES; i++)
            report_failure(report, (enum record_kind)kind, tally_outcome(i), tally->other[i]);
        report_failure(report, (enum record_kind)kind, UINT32_MAX - 1, tally->unknown);
    }
}

static enum command_exit show(const struct load_order *order, const struct load *load,
                              enum report_format format)
{
    struct report report = {0};
    struct trial trial;
    bool balances;

    if (!trial_take(load->ledger, &trial)) return COMMAND_SYSTEM;
    balances = trial_balances(&trial);
    trial_report(&trial, &report);
    report_run(order, load, &report);
    report_failures(load, &report);
    trial_free(&trial);
    if (load_owns_output(order)) {
        report_free(&report);
    } else if (!report_end(&report, format)) {
        return COMMAND_SYSTEM;
    }
    if (!balances)
        complain("the books do not balance: debits and credits differ in a ledger above");
    return balances ? COMMAND_FINE : COMMAND_REFUSED;
}

static enum command_exit import(const struct load_order *order, enum report_format format)
{
    struct load load;
    enum command_exit exit = load_run(order, &load), shown;

    if (load.ledger != NULL) {
        shown = show(order, &load, format);

        if (shown != COMMAND_FINE) exit = shown;
    }
    shown = load_free(&load);
    return shown != COMMAND_FINE ? shown : exit;
}

/* --- a bank's file, or a journal --- */

struct foreign {
    struct arg_file *file, *rules, *journal;
    struct view_options form;
};

static bool complain_of_use(const char *text)
{
    complain("import: %s", text);
    complain("Try `quipu import --help`.");
    return false;
}

/* The ledger is open. Its book is read anew, and locked until the names are written. */
static enum command_exit import_into(struct view *view, const struct foreign *foreign)
{
    struct bank_rules rules;
    enum command_exit exit;

    book_free(&view->book);
    exit = book_begin(&view->book, view->directory);
    if (exit != COMMAND_FINE) return exit;
    view->report.has_names = true;
    if (foreign->journal->count > 0) return journal_import(view, foreign->journal->filename[0]);
    exit = bank_rules_read(&rules, foreign->rules->filename[0]);
    if (exit == COMMAND_FINE) exit = bank_import(view, &rules, foreign->file->filename[0]);
    bank_rules_free(&rules);
    return exit;
}

static enum command_exit import_and_report(struct view *view, const void *foreign)
{
    enum report_format format = view->report.format;
    enum command_exit exit = import_into(view, foreign);

    if (view->report.sheet_count == 0 || report_end(&view->report, format)) return exit;
    return COMMAND_SYSTEM;
}

static enum command_exit import_foreign(const struct foreign *foreign, const struct arg_file *place,
                                        enum report_format format)
{
    const char *directory = kept_path(place);
    struct view view;
    enum command_exit exit;

    if ((foreign->rules->count > 0) == (foreign->journal->count > 0) ||
        (foreign->rules->count > 0) != (foreign->file->count > 0))
        return complain_of_use("it takes --rules FILE and a bank's file, or --journal FILE")
                   ? COMMAND_FINE
                   : COMMAND_USAGE;
    if (directory == NULL)
        return complain_of_use("names and descriptions are kept beside a ledger: it needs --ledger")
                   ? COMMAND_FINE
                   : COMMAND_USAGE;
    exit = view_open(&view, &foreign->form, directory, format);
    return view_run(&view, exit, import_and_report, foreign);
}

static enum command_exit import_pair(const struct pair_options *pair)
{
    struct load_order order;
    enum report_format format;

    return pair_options_read(pair, &command_import, PAIR_LOADS, &order, &format)
               ? import(&order, format)
               : COMMAND_USAGE;
}

static enum command_exit run(int argc, char **argv)
{
    struct pair_options pair = pair_options_new();
    struct foreign foreign = {
        .file = arg_file0(NULL, NULL, "FILE", "a bank's file; - is standard input"),
        .rules = arg_file0(NULL, "rules", "RULES", "how the bank's file is to be read"),
        .journal = arg_file0(NULL, "journal", "FILE", "a journal of hledger or beancount"),
        .form =
            {
                .decimal = arg_str0(NULL, "decimal", "MARK", "the mark before decimals (.)"),
                .readable = arg_lit0(NULL, "readable", "decimals and dates in all formats"),
            },
    };
    void *table[] = {foreign.file, foreign.rules, foreign.journal, VIEW_FORM_TABLE(foreign.form),
                     PAIR_OPTIONS_TABLE(pair)};
    enum option_next next = option_parse(&command_import, table, pair.help, pair.end, argc, argv);
    enum report_format format = REPORT_TABLE;
    enum command_exit exit;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (foreign.file->count + foreign.rules->count + foreign.journal->count == 0) {
        exit = import_pair(&pair);
    } else {
        exit = format_read(pair.format, &format) ? import_foreign(&foreign, pair.ledger, format)
                                                 : COMMAND_USAGE;
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
