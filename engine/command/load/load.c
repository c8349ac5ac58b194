/* load.c - reads a pair of files, or one of them, into a ledger.
 *
 *   1  open the files and read their headers, so that a wrong file is reported at once
 *   2  open the rejects and a ledger
 *   3  create the accounts, in file order, on this thread
 *   4  create the transfers, by a crew: it works on one window while this thread fills another
 *   5  say how many rows were refused, and close the files
 *
 * If the system fails, the ledger is closed and the rejects are dropped. The same happens at the
 * first bad row of a strict load, except that the rejects are kept. A ledger in a directory keeps
 * what was created by then. */
#include "command/load/load.h"

#include <string.h>

#include "command/common/stopwatch.h"
#include "command/csv/csv_row.h"
#include "command/load/call_batch.h"
#include "command/load/chain_reader.h"
#include "command/load/crew.h"
#include "command/load/kept_ledger.h"
#include "command/load/rejects.h"
#include "command/load/row_outcomes.h"
#include "command/load/row_window.h"
#include "command/terminal/complain.h"
#include "command/terminal/progress.h"

/* With one thread a window is a call. With more it is small: it has fewer related rows then. */
#define WINDOW_OF_ONE QUIPU_BATCH_MAX
#define WINDOW_OF_MANY 4096

/* What quipu_open() takes for 0 in quipu_options. */
#define LOAD_ACCOUNTS_DEFAULT ((uint64_t)1 << 24)
#define LOAD_TRANSFERS_DEFAULT ((uint64_t)1 << 28)

bool load_owns_output(const struct load_order *order)
{
    return order->rejects_path != NULL && strcmp(order->rejects_path, "-") == 0;
}

/* Both files, and where they go. */
struct pouring {
    const struct load_order *order;
    struct load *load;
    struct intake accounts, transfers;
    struct rejects rejects;
};

static enum command_exit exit_of(enum intake_next next, const struct intake *intake)
{
    if (next == INTAKE_BROKEN) return COMMAND_SYSTEM;
    if (next == INTAKE_STOPPED) complain("stopped at the first bad row, as --strict asks");
    return intake->bad_count > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

static void take_counts(struct load_file *file, const struct intake *intake)
{
    file->row_count = intake->row_count;
    file->bad_count = intake->bad_count;
    file->skipped_count = intake->skipped_count;
}

static struct row_outcomes outcomes_of(struct pouring *pouring, struct intake *intake)
{
    return (struct row_outcomes){
        .ledger = pouring->load->ledger,
        .kind = intake->kind,
        .path = intake->path,
        .rejects = &pouring->rejects,
        .file =
            intake->kind == RECORD_ACCOUNT ? &pouring->load->accounts : &pouring->load->transfers,
    };
}

static enum intake_next pour_accounts(struct pouring *pouring, struct batch *batch,
                                      struct progress *progress)
{
    struct window window = {.keeps_texts = pouring->rejects.stream != NULL};
    struct row_outcomes outcomes = outcomes_of(pouring, &pouring->accounts);
    enum intake_next next = INTAKE_MORE;

    while (next == INTAKE_MORE && batch->status == QUIPU_OK) {
        next = intake_fill(&pouring->accounts, &window, WINDOW_OF_ONE);
        for (size_t chain = 0; chain < window.chain_count; chain++) {
            size_t begin = window.chain_begins[chain];

            batch_add(batch, window.records + begin, window_chain_end(&window, chain) - begin,
                      window.results + begin);
        }
        batch_flush(batch);
        row_outcomes_tell(&outcomes, &window);
        window_clear(&window);
        progress_tick(progress, row_bytes_done(pouring->accounts.rows));
    }
    window_free(&window);
    return next;
}

static enum command_exit load_accounts(struct pouring *pouring)
{
    struct load *load = pouring->load;
    struct batch *batch = batch_new(load->ledger, RECORD_ACCOUNT);
    struct progress progress;
    enum intake_next next;
    enum command_exit exit;

    if (batch == NULL) return kept_complain(NULL, "a batch of accounts", QUIPU_NO_MEMORY);
    progress_begin(&progress, "accounts", row_bytes_total(pouring->accounts.rows));
    next = pour_accounts(pouring, batch, &progress);
    progress_end(&progress);
    take_counts(&load->accounts, &pouring->accounts);
    load->accounts.tally = batch->tally;
    exit = batch->status == QUIPU_OK
               ? exit_of(next, &pouring->accounts)
               : kept_complain(load->ledger, "creating accounts", batch->status);
    batch_free(batch);
    return exit;
}

/* Two windows take turns: the crew works on `given` while this thread fills the other. */
static enum intake_next pour_transfers(struct pouring *pouring, struct crew *crew, size_t wanted,
                                       quipu_status *status)
{
    bool keeps_texts = pouring->rejects.stream != NULL;
    struct window windows[2] = {{.keeps_texts = keeps_texts}, {.keeps_texts = keeps_texts}};
    struct row_outcomes outcomes = outcomes_of(pouring, &pouring->transfers);
    struct window *given = &windows[1];
    struct progress progress;
    enum intake_next next = INTAKE_MORE;

    progress_begin(&progress, "transfers", row_bytes_total(pouring->transfers.rows));
    while (next == INTAKE_MORE && *status == QUIPU_OK) {
        struct window *window = given == &windows[0] ? &windows[1] : &windows[0];

        window_clear(window);
        next = intake_fill(&pouring->transfers, window, wanted);
        *status = crew_wait(crew);
        row_outcomes_tell(&outcomes, given);
        given = window;
        if (next == INTAKE_BROKEN || next == INTAKE_STOPPED) break;
        if (*status == QUIPU_OK && window->record_count > 0) *status = crew_begin(crew, window);
        progress_tick(&progress, row_bytes_done(pouring->transfers.rows));
    }
    if (*status == QUIPU_OK) {
        *status = crew_wait(crew);
    } else {
        (void)crew_wait(crew); /* the first status is the one reported */
    }
    row_outcomes_tell(&outcomes, given);
    progress_end(&progress);
    window_free(&windows[0]);
    window_free(&windows[1]);
    return next;
}

static enum command_exit load_transfers(struct pouring *pouring)
{
    struct load *load = pouring->load;
    size_t thread_count = pouring->order->thread_count;
    struct crew *crew = crew_start(load->ledger, thread_count);
    quipu_status status = QUIPU_OK;
    enum intake_next next;

    if (crew == NULL) {
        complain("cannot start %zu threads: no memory or no threads left; ask for fewer",
                 thread_count);
        return COMMAND_SYSTEM;
    }
    next =
        pour_transfers(pouring, crew, thread_count == 1 ? WINDOW_OF_ONE : WINDOW_OF_MANY, &status);
    crew_stop(crew, &load->transfers.tally, &load->transfers_ns);
    take_counts(&load->transfers, &pouring->transfers);
    if (status != QUIPU_OK) return kept_complain(load->ledger, "creating transfers", status);
    return exit_of(next, &pouring->transfers);
}

/* What to do about a refusal, where its text does not say so. */
static const char *remedy(enum record_kind kind, uint32_t outcome)
{
    if (outcome ==
        (kind == RECORD_ACCOUNT
             ? (uint32_t)QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS
             : (uint32_t)QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS))
        return " (timestamps of imported rows must rise: give each row of a day one nanosecond "
               "more)";
    return "";
}

/* Print one line about the refused rows of a file. Returns false if there are none. */
static bool complain_of_refusals(const struct pouring *pouring, const struct intake *intake,
                                 const struct load_file *file)
{
    uint64_t refused = tally_refusals(intake->kind, &file->tally);
    uint32_t outcome = file->refused_outcome;
    char name[TALLY_NAME_BYTES];

    if (refused == 0) return false;
    complain("%s: %llu of %llu rows refused, line %llu first: %s, %s%s%s", intake->path,
             (unsigned long long)refused, (unsigned long long)file->row_count,
             (unsigned long long)file->refused_line,
             tally_outcome_name(intake->kind, outcome, name),
             intake->kind == RECORD_ACCOUNT ? quipu_create_account_text(outcome)
                                            : quipu_create_transfer_text(outcome),
             remedy(intake->kind, outcome),
             pouring->order->rejects_path == NULL ? "; --rejects FILE lists them" : "");
    return true;
}

/* Load the accounts, then the transfers. */
static enum command_exit pour(struct pouring *pouring)
{
    const struct load_order *order = pouring->order;
    struct load *load = pouring->load;
    enum command_exit exit = COMMAND_FINE, exit_transfers = COMMAND_FINE;
    bool refused;

    if (order->accounts_path != NULL) exit = load_accounts(pouring);
    if (exit == COMMAND_SYSTEM || (exit == COMMAND_REFUSED && order->strict)) return exit;
    if (order->transfers_path != NULL) exit_transfers = load_transfers(pouring);
    if (exit_transfers != COMMAND_FINE) exit = exit_transfers;
    if (exit == COMMAND_SYSTEM || (exit == COMMAND_REFUSED && order->strict)) return exit;

    refused = complain_of_refusals(pouring, &pouring->accounts, &load->accounts);
    refused = complain_of_refusals(pouring, &pouring->transfers, &load->transfers) || refused;
    return refused && !order->allow_refusals ? COMMAND_REFUSED : exit;
}

/* `spare`: a worker of the ledger takes places before its call needs them. 0, the default, for a
 * file of unknown size, or a very large one. */
static uint64_t capacity_of(uint64_t said, uint64_t rows_max, uint64_t spare, uint64_t most)
{
    if (said > 0) return said;
    return rows_max > 0 && rows_max < most - spare ? rows_max + spare : 0;
}

static uint64_t rows_max(const struct intake *intake)
{
    return intake->rows != NULL ? intake_rows_max(intake) : 0; /* NULL: no such file */
}

static enum command_exit open_ledger(const struct pouring *pouring)
{
    const struct load_order *order = pouring->order;
    uint64_t spare = (2 * order->thread_count + 2) * QUIPU_BATCH_MAX;
    quipu_options options = {
        .protocol = order->protocol,
        .path = order->ledger_path,
        .account_capacity = order->accounts_max,
        .transfer_capacity = order->transfers_max,
    };
    enum command_exit exit;

    if (order->ledger_path == NULL) { /* how many a kept one has is not known before */
        options.account_capacity = capacity_of(order->accounts_max, rows_max(&pouring->accounts),
                                               spare, LOAD_ACCOUNTS_DEFAULT);
        options.transfer_capacity = capacity_of(order->transfers_max, rows_max(&pouring->transfers),
                                                spare, LOAD_TRANSFERS_DEFAULT);
    }
    if (order->ledger_is_old && !kept_is_there(order->ledger_path)) return COMMAND_SYSTEM;
    exit = kept_reach(&options, &pouring->load->ledger, &pouring->load->is_served);
    if (exit != COMMAND_FINE) return exit;
    pouring->load->watch = order->watch;
    if (order->watch.begin != NULL) order->watch.begin(order->watch.context, pouring->load->ledger);
    return COMMAND_FINE;
}

/* The rejects are kept unless the system failed. */
static enum command_exit pour_and_keep(struct pouring *pouring)
{
    enum command_exit exit;

    if (!reject_open(&pouring->rejects, pouring->order->rejects_path)) return COMMAND_SYSTEM;
    exit = open_ledger(pouring);
    if (exit == COMMAND_FINE) exit = pour(pouring);
    if (exit == COMMAND_SYSTEM) {
        reject_drop(&pouring->rejects);
    } else if (!reject_close(&pouring->rejects)) {
        exit = COMMAND_SYSTEM;
    }
    return exit;
}

static struct intake_order intake_order_of(const struct load_order *order, enum record_kind kind)
{
    return (struct intake_order){
        .kind = kind,
        .path = kind == RECORD_ACCOUNT ? order->accounts_path : order->transfers_path,
        .strict = order->strict,
        .accept_unterminated = order->accept_unterminated,
    };
}

enum command_exit load_run(const struct load_order *order, struct load *load)
{
    const struct intake_order accounts = intake_order_of(order, RECORD_ACCOUNT);
    const struct intake_order transfers = intake_order_of(order, RECORD_TRANSFER);
    struct pouring pouring = {.order = order, .load = load};
    uint64_t started_ns = stopwatch_ns(), bad;
    enum command_exit exit = COMMAND_FINE;

    memset(load, 0, sizeof *load);
    if (accounts.path != NULL) exit = intake_open(&pouring.accounts, &accounts);
    if (exit != COMMAND_FINE) return exit;
    if (transfers.path != NULL) exit = intake_open(&pouring.transfers, &transfers);
    if (exit == COMMAND_FINE) {
        exit = pour_and_keep(&pouring);
        if (transfers.path != NULL) intake_close(&pouring.transfers);
    }
    if (accounts.path != NULL) intake_close(&pouring.accounts);
    bad = load->accounts.bad_count + load->transfers.bad_count;
    if (exit == COMMAND_SYSTEM || (bad > 0 && order->strict)) (void)load_free(load);
    load->total_ns = stopwatch_ns() - started_ns;
    return exit;
}

enum command_exit load_free(struct load *load)
{
    quipu_ledger *ledger = load->ledger;

    if (ledger == NULL) return COMMAND_FINE;
    if (load->watch.end != NULL) load->watch.end(load->watch.context);
    load->ledger = NULL;
    return kept_close(ledger);
}
