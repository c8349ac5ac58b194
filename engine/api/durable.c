/* durable.c - see durable.h.
 *
 *   1  own the directory: a lock, which the kernel drops when the process ends
 *   2  open its log, and recover the tables from it
 *   3  start the journal: it leads the log and writes where the recovery has cut it */
#include "api/durable.h"

#include "journal/segments.h"
#include "recovery/recover.h"

#define FLUSH_INTERVAL_NS UINT64_C(10000000)

/* The first state in this run of an account that was recovered. */
static bool seed(void *context, struct store *store, struct slot *slot,
                 const struct account_state *state)
{
    const struct protocol *protocol = context;

    protocol->seed(store, slot, state);
    return true;
}

/* Fill the tables, as one batch of new accounts. */
static quipu_status fill_tables(quipu_ledger *ledger, struct log *log, struct archive *archive,
                                struct recovered *recovered, struct diagnosis *diagnosis)
{
    const struct protocol *protocol = ledger->protocol;
    struct store *store = &ledger->store;
    quipu_status status;

    if (protocol->begin != NULL) protocol->begin(store);
    status = quipui_recover(log, archive, store, seed, (void *)(uintptr_t)protocol, recovered,
                            diagnosis);
    if (protocol->show != NULL) protocol->show(store);
    if (protocol->end != NULL) protocol->end(store);
    return status;
}

/* Start the journal behind what was recovered, and the checkpoints behind it. */
static quipu_status start(quipu_ledger *ledger, const quipu_options *options, uint64_t horizon)
{
    const struct journal_options journal = {
        .buffered = options->durability == QUIPU_BUFFERED,
        .flush_interval =
            options->flush_interval != 0 ? options->flush_interval : FLUSH_INTERVAL_NS,
        .horizon = horizon,
    };
    quipu_status status = quipui_journal_open(&ledger->store, ledger->log, &journal, NULL);

    if (status != QUIPU_OK) return status;
    quipui_archive_sweep(&ledger->checkpoints.archive);
    status = quipui_checkpoints_start(&ledger->checkpoints);
    if (status != QUIPU_OK) (void)quipui_journal_close(&ledger->store, NULL);
    return status;
}

static quipu_status recover(quipu_ledger *ledger, const quipu_options *options)
{
    struct checkpoints *checkpoints = &ledger->checkpoints;
    struct recovered recovered;
    quipu_status status = QUIPU_NO_MEMORY;

    if (!quipui_checkpoints_open(checkpoints, &ledger->store, ledger->protocol, ledger->directory,
                                 ledger->log)) {
        return QUIPU_NO_MEMORY;
    }
    if (options->checkpoint_bytes != 0) checkpoints->interval = options->checkpoint_bytes;
    status = fill_tables(ledger, ledger->log, &checkpoints->archive, &recovered, NULL);
    if (status == QUIPU_OK) status = start(ledger, options, recovered.horizon);
    if (status != QUIPU_OK) quipui_checkpoints_close(checkpoints);
    return status;
}

/* What is wrong is not kept: quipu_diagnose() looks for it again. */
quipu_status quipui_durable_open(quipu_ledger *ledger, const quipu_options *options)
{
    const struct directory_options directory = {.path = options->path, .create = true};
    const struct segments_options segments = {.alone = false};
    quipu_status status = quipui_directory_open(&directory, &ledger->directory, NULL);

    if (status != QUIPU_OK) return status;
    status = quipui_segments_open(ledger->directory, &segments, &ledger->log, NULL);
    if (status != QUIPU_OK) goto close_directory;
    ledger->reads_latest = options->reads == QUIPU_READ_LATEST;
    status = recover(ledger, options);
    if (status == QUIPU_OK) return QUIPU_OK;

    (void)log_close(ledger->log, NULL); /* the first failure is the one reported */
close_directory:
    quipui_directory_close(ledger->directory);
    ledger->directory = NULL;
    ledger->log = NULL;
    return status;
}

/* Recovery maps pieces and reads little of them: read all. */
static quipu_status check_pieces(const struct archive *archive, struct diagnosis *diagnosis)
{
    quipu_status status = QUIPU_OK;

    for (size_t i = 0; status == QUIPU_OK && i < archive->pieces.count; i++) {
        status = quipui_piece_check(archive->directory, pile_at(&archive->pieces, i), diagnosis);
    }
    return status;
}

/* Recover a log and its history into these tables. */
static quipu_status try_both(quipu_ledger *tables, struct directory *directory, struct log *log,
                             struct diagnosis *diagnosis)
{
    struct recovered recovered;
    struct archive archive;
    quipu_status status;

    if (!quipui_archive_open(&archive, directory, &tables->store)) return QUIPU_NO_MEMORY;
    status = fill_tables(tables, log, &archive, &recovered, diagnosis);
    if (status == QUIPU_OK) status = check_pieces(&archive, diagnosis);
    quipui_archive_close(&archive);
    return status;
}

/* The same of a directory, which is closed again. */
static quipu_status try_to_recover(const char *path, quipu_ledger *tables,
                                   struct diagnosis *diagnosis)
{
    const struct directory_options options = {.path = path, .read_only = true};
    const struct segments_options segments = {.alone = true};
    struct directory *directory;
    struct log *log;
    quipu_status status = quipui_directory_open(&options, &directory, diagnosis);

    if (status != QUIPU_OK) return status;
    status = quipui_segments_open(directory, &segments, &log, diagnosis);
    if (status == QUIPU_OK) {
        status = try_both(tables, directory, log, diagnosis);
        (void)log_close(log, NULL);
    }
    quipui_directory_close(directory);
    return status;
}

quipu_status quipui_durable_check(const char *path, struct diagnosis *diagnosis)
{
    const quipu_options options = {.protocol = QUIPU_OPTIMISTIC};
    quipu_ledger *tables = quipui_memory_take(sizeof *tables);
    quipu_status status = QUIPU_NO_MEMORY;

    if (tables == NULL) return QUIPU_NO_MEMORY;
    if (quipui_tables_open(tables, &options)) {
        status = try_to_recover(path, tables, diagnosis);
        quipui_tables_close(tables);
    }
    quipui_memory_give_back(tables);
    return status;
}

quipu_status quipui_durable_close(quipu_ledger *ledger)
{
    quipu_status status = quipui_journal_close(&ledger->store, NULL);
    quipu_status closed = log_close(ledger->log, NULL);

    quipui_checkpoints_close(&ledger->checkpoints);
    quipui_directory_close(ledger->directory);
    return status != QUIPU_OK ? status : closed;
}

void quipui_durable_abandon(quipu_ledger *ledger)
{
    quipui_journal_abandon(&ledger->store);
    log_abandon(ledger->log);
    quipui_checkpoints_close(&ledger->checkpoints);
    quipui_directory_close(ledger->directory);
}
