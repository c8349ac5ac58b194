/* load.c - accounts first, in file order by this thread; then transfers, by a crew.
 *
 * Transfers go through two windows in turn: while the crew works on one, the other is read. */
#include "load.h"

#include <string.h>

#include "batch.h"
#include "complain.h"
#include "crew.h"
#include "intake.h"
#include "progress.h"
#include "row.h"
#include "stopwatch.h"
#include "window.h"

/* One thread: a window is a call. More: small windows have fewer related rows. */
#define WINDOW_OF_ONE QUIPU_BATCH_MAX
#define WINDOW_OF_MANY 4096

static enum command_exit fail(const char *call, quipu_status status)
{
    complain_of_status(call, status);
    return COMMAND_SYSTEM;
}

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

static enum intake_next pour_accounts(struct intake *intake, struct batch *batch,
                                      struct progress *progress)
{
    struct window window = {0};
    enum intake_next next = INTAKE_MORE;

    while (next == INTAKE_MORE && batch->status == QUIPU_OK) {
        next = intake_fill(intake, &window, WINDOW_OF_ONE);
        for (size_t chain = 0; chain < window.chain_count; chain++) {
            size_t begin = window.chain_begins[chain];

            batch_add(batch, window.records + begin, window_chain_end(&window, chain) - begin);
        }
        window_clear(&window);
        progress_tick(progress, row_bytes_done(intake->rows));
    }
    batch_flush(batch);
    window_free(&window);
    return next;
}

static enum command_exit load_accounts(struct load *load, struct intake *intake)
{
    struct batch *batch = batch_new(load->ledger, RECORD_ACCOUNT);
    struct progress progress;
    enum intake_next next;
    enum command_exit exit;

    if (batch == NULL) return fail("a batch of accounts", QUIPU_NO_MEMORY);
    progress_begin(&progress, "accounts", row_bytes_total(intake->rows));
    next = pour_accounts(intake, batch, &progress);
    progress_end(&progress);
    take_counts(&load->accounts, intake);
    load->accounts.tally = batch->tally;
    exit = batch->status == QUIPU_OK ? exit_of(next, intake)
                                     : fail("creating accounts", batch->status);
    batch_free(batch);
    return exit;
}

static enum intake_next pour_transfers(struct intake *intake, struct crew *crew, size_t wanted,
                                       quipu_status *status)
{
    struct window windows[2] = {{0}, {0}};
    struct progress progress;
    enum intake_next next = INTAKE_MORE;

    progress_begin(&progress, "transfers", row_bytes_total(intake->rows));
    for (size_t turn = 0; next == INTAKE_MORE && *status == QUIPU_OK; turn = 1 - turn) {
        struct window *window = &windows[turn];

        window_clear(window);
        next = intake_fill(intake, window, wanted);
        if (next == INTAKE_BROKEN || next == INTAKE_STOPPED || window->record_count == 0) break;
        *status = crew_wait(crew);
        if (*status == QUIPU_OK) *status = crew_begin(crew, window);
        progress_tick(&progress, row_bytes_done(intake->rows));
    }
    if (*status == QUIPU_OK) {
        *status = crew_wait(crew);
    } else {
        (void)crew_wait(crew); /* the first status is the one reported */
    }
    progress_end(&progress);
    window_free(&windows[0]);
    window_free(&windows[1]);
    return next;
}

static enum command_exit load_transfers(struct load *load, struct intake *intake,
                                        size_t thread_count)
{
    struct crew *crew = crew_start(load->ledger, thread_count);
    quipu_status status = QUIPU_OK;
    enum intake_next next;

    if (crew == NULL) {
        complain("cannot start %zu threads: no memory or no threads left; ask for fewer",
                 thread_count);
        return COMMAND_SYSTEM;
    }
    next =
        pour_transfers(intake, crew, thread_count == 1 ? WINDOW_OF_ONE : WINDOW_OF_MANY, &status);
    crew_stop(crew, &load->transfers.tally, &load->transfers_ns);
    take_counts(&load->transfers, intake);
    if (status != QUIPU_OK) return fail("creating transfers", status);
    return exit_of(next, intake);
}

/* Both headers are read before anything is done, so that a wrong file is told at once. */
static enum command_exit load_files(const struct load_order *order, struct load *load)
{
    struct intake accounts, transfers;
    enum command_exit exit, exit_transfers;

    exit = intake_open(&accounts, RECORD_ACCOUNT, order->accounts_path, order->strict);
    if (exit != COMMAND_FINE) {
        load_free(load);
        return exit;
    }
    exit = intake_open(&transfers, RECORD_TRANSFER, order->transfers_path, order->strict);
    if (exit != COMMAND_FINE) goto close_accounts;

    exit = load_accounts(load, &accounts);
    if (exit == COMMAND_SYSTEM || (exit == COMMAND_REFUSED && order->strict)) goto close_transfers;

    exit_transfers = load_transfers(load, &transfers, order->thread_count);
    if (exit_transfers != COMMAND_FINE) exit = exit_transfers;
    if (exit == COMMAND_SYSTEM || (exit == COMMAND_REFUSED && order->strict)) goto close_transfers;

    intake_close(&transfers);
    intake_close(&accounts);
    return exit;

close_transfers:
    intake_close(&transfers);
close_accounts:
    intake_close(&accounts);
    load_free(load);
    return exit;
}

enum command_exit load_run(const struct load_order *order, struct load *load)
{
    quipu_options options = {.protocol = order->protocol};
    uint64_t started_ns = stopwatch_ns();
    enum command_exit exit;

    memset(load, 0, sizeof *load);

    quipu_status status = quipu_open(&options, &load->ledger);

    if (status != QUIPU_OK) return fail("opening a ledger", status);
    load->watch = order->watch;
    if (load->watch.begin != NULL) load->watch.begin(load->watch.context, load->ledger);
    exit = load_files(order, load);
    load->total_ns = stopwatch_ns() - started_ns;
    return exit;
}

void load_free(struct load *load)
{
    if (load->ledger == NULL) return;
    if (load->watch.end != NULL) load->watch.end(load->watch.context);

    quipu_status status = quipu_close(load->ledger);

    if (status != QUIPU_OK) complain_of_status("closing the ledger", status);
    load->ledger = NULL;
}
