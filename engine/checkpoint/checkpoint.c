/* checkpoint.c - the steps of a checkpoint, one after the other; see checkpoint.h. */
#include "checkpoint/checkpoint.h"

#include <string.h>

#include "base/memory.h"
#include "checkpoint/making.h"

quipu_status quipui_making_piece(struct making *making, enum piece_kind kind, uint64_t number,
                                 const struct piece_column *columns, unsigned count)
{
    struct piece_name name = {.kind = kind, .number = number};
    quipu_status status =
        quipui_piece_write(making->target, &name, columns, count, making->diagnosis);

    if (status != QUIPU_OK) return status;
    return quipui_pile_add(&making->pieces, &name) ? QUIPU_OK : QUIPU_NO_MEMORY;
}

/* --- 2: the copies --- */

static quipu_status copy_tables(struct making *making)
{
    quipu_status status = quipui_making_accounts(making);

    if (status == QUIPU_OK) status = quipui_making_transfers(making);
    if (status == QUIPU_OK) status = quipui_making_holds(making);
    if (status == QUIPU_OK) status = quipui_making_failed_ids(making);
    if (status == QUIPU_OK) status = quipui_making_expiries(making);
    if (status == QUIPU_OK) status = quipui_making_imports(making);
    if (status == QUIPU_OK) status = quipui_making_markers(making);
    return status;
}

static quipu_status copy_all(struct making *making)
{
    struct lock *importing = &making->store->workers.importing;
    quipu_status status;

    lock_take(importing); /* C1 */
    status = quipui_making_cut(making, making->store->journal);
    if (status == QUIPU_OK) status = copy_tables(making);
    lock_leave(importing);
    return status;
}

static void add_pieces(struct making *making)
{
    const struct pile *const piles[] = {&making->archive->pieces, &making->pieces};

    quipui_image_begin(&making->writer, IMAGE_PIECES);
    for (size_t i = 0; i < 2; i++) {
        for (size_t at = 0; at < piles[i]->count; at++)
            quipui_image_add(&making->writer, pile_at(piles[i], at));
    }
}

static quipu_status write_image(struct making *making, uint64_t number,
                                struct checkpoint_name *name)
{
    quipu_status status = quipui_image_create(&making->writer, making->target, number), finished;

    if (status == QUIPU_OK) status = copy_all(making);
    if (status == QUIPU_OK) add_pieces(making);
    /* A backup has no journal. */
    if (making->target != making->archive->directory) making->facts.first_frame = 0;
    finished = quipui_image_finish(&making->writer, &making->facts, name, making->diagnosis);
    return status != QUIPU_OK ? status : finished;
}

/* --- 3: what the disk has --- */

static quipu_status read_back(struct making *making, const struct checkpoint_name *name)
{
    struct directory *directory = making->target;
    struct image image;
    quipu_status status;
    int error = directory->files->calls->sync_directory(directory->files, directory->handle);

    if (error != 0) {
        return quipui_diagnose_error(making->diagnosis, error, directory->path, DIAGNOSIS_NOWHERE,
                                     "sync the directory");
    }
    status = quipui_image_open(directory, name, true, &image, making->diagnosis);
    if (status != QUIPU_OK) return status;
    status = quipui_image_check(&image, making->diagnosis);
    quipui_image_close(&image);
    for (size_t i = 0; status == QUIPU_OK && i < making->pieces.count; i++) {
        if (making_is_stopping(making)) return QUIPU_BUSY;
        status = quipui_piece_check(directory, pile_at(&making->pieces, i), making->diagnosis);
    }
    return status;
}

static void set_checkpoint(struct ledger_facts *facts, void *context)
{
    quipui_checkpoint_set(facts, context);
}

/* --- 4: what was for it --- */

/* A piece that cannot be mapped stays in memory: it is in its file all the same. */
static void map(struct making *making, const struct piece_name *name)
{
    struct piece piece;

    if (quipui_piece_open(making->target, name, &piece, NULL) != QUIPU_OK) return;
    if (name->kind == PIECE_HOLDS) {
        (void)quipui_archive_map_holds(&piece, making->store, &making->open_holds, NULL);
    } else {
        (void)quipui_archive_map(&piece, making->store, NULL);
    }
    quipui_piece_close(&piece);
}

static void adopt(struct making *making, const struct checkpoint_name *name)
{
    struct archive *archive = making->archive;

    archive->newest = *name;
    archive->newest_transfer = making->facts.newest;
    for (size_t i = 0; i < making->pieces.count; i++) {
        const struct piece_name *piece = pile_at(&making->pieces, i);

        quipui_archive_has(archive, piece);
        map(making, piece);
    }
}

/* --- all steps --- */

static quipu_status make(struct making *making)
{
    struct archive *archive = making->archive;
    struct checkpoint_name name;
    quipu_status status = write_image(making, archive->newest.number + 1, &name);
    size_t pieces = archive->pieces.count, open = archive->open_holds.count;

    if (status == QUIPU_OK) status = read_back(making, &name);
    if (status != QUIPU_OK) return status;
    /* Before the checkpoint counts: from then on the names of its pieces must be known. */
    if (!quipui_pile_add_all(&archive->pieces, &making->pieces)) return QUIPU_NO_MEMORY;
    if (!quipui_pile_add_all(&archive->open_holds, &making->open_holds)) {
        archive->pieces.count = pieces;
        return QUIPU_NO_MEMORY;
    }
    status = quipui_directory_change(making->target, set_checkpoint, &name, making->diagnosis);
    if (status == QUIPU_OK) {
        adopt(making, &name);
    } else {
        archive->pieces.count = pieces;
        archive->open_holds.count = open;
        archive->is_uncertain = true;
    }
    return status;
}

/* Begin with the memory that a checkpoint takes. Returns false if there is not so much. */
static bool begin(struct making *making, struct checkpoints *checkpoints,
                  struct diagnosis *diagnosis)
{
    *making = (struct making){
        .store = checkpoints->store,
        .protocol = checkpoints->protocol,
        .archive = &checkpoints->archive,
        .target = checkpoints->archive.directory,
        .stopping = &checkpoints->stopping,
        .facts = {.newest = checkpoints->archive.newest_transfer},
        .pieces = {.item_bytes = sizeof(struct piece_name)},
        .open_holds = {.item_bytes = sizeof(uint64_t)},
        .diagnosis = diagnosis,
    };
    making->buffer = quipui_memory_take(MAKING_BUFFER_BYTES);
    if (making->buffer == NULL) return false;
    if (quipui_reader_open(&making->reader, making->store, making->protocol)) return true;
    quipui_memory_give_back(making->buffer);
    return false;
}

static void end(struct making *making)
{
    quipui_reader_close(&making->reader);
    quipui_pile_clear(&making->pieces);
    quipui_pile_clear(&making->open_holds);
    quipui_memory_give_back(making->buffer);
}

/* A log that is not trimmed is only longer. */
static void trim(struct checkpoints *checkpoints)
{
    (void)log_trim(checkpoints->log, quipui_journal_epoch(checkpoints->store->journal),
                   checkpoints->archive.newest.first_frame, NULL);
}

static quipu_status make_here(struct checkpoints *checkpoints, struct diagnosis *diagnosis)
{
    struct making making;
    quipu_status status;

    if (!begin(&making, checkpoints, diagnosis)) return QUIPU_NO_MEMORY;
    status = make(&making);
    end(&making);
    if (status == QUIPU_OK) trim(checkpoints);
    quipui_archive_sweep(&checkpoints->archive);
    return status;
}

/* The same ledger elsewhere, without a journal: the number is the first, as if it began there. */
static quipu_status make_there(struct checkpoints *checkpoints, struct directory *directory,
                               struct diagnosis *diagnosis)
{
    struct checkpoint_name name;
    struct making making;
    quipu_status status;

    if (!begin(&making, checkpoints, diagnosis)) return QUIPU_NO_MEMORY;
    making.target = directory;
    status = quipui_making_copies(&making);
    if (status == QUIPU_OK) status = write_image(&making, 1, &name);
    if (status == QUIPU_OK) status = read_back(&making, &name);
    if (status == QUIPU_OK) {
        status = quipui_directory_change(directory, set_checkpoint, &name, diagnosis);
    }
    end(&making);
    return status;
}

/* One at a time; none while the ledger is about to be closed, nor after quipu.ledger could not be
 * written: a file that it may name must not be written anew. */
static quipu_status begin_alone(struct checkpoints *checkpoints, struct diagnosis *diagnosis)
{
    quipu_status status = QUIPU_OK;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    return quipui_diagnose(diagnosis, QUIPU_UNSUPPORTED, "", DIAGNOSIS_NOWHERE,
                           "checkpoints are for little-endian machines");
#endif
    (void)pthread_mutex_lock(&checkpoints->making);
    if (checkpoints->archive.is_uncertain) {
        status = quipui_diagnose(diagnosis, QUIPU_IO, "", DIAGNOSIS_NOWHERE,
                                 "it is not known whether the last checkpoint counts");
        /* relaxed: sooner or later. */
    } else if (load_relaxed(&checkpoints->stopping) != 0) {
        status = quipui_diagnose(diagnosis, QUIPU_BUSY, "", DIAGNOSIS_NOWHERE,
                                 "the ledger is about to be closed");
    }
    if (status != QUIPU_OK) (void)pthread_mutex_unlock(&checkpoints->making);
    return status;
}

quipu_status quipui_checkpoint(struct checkpoints *checkpoints, struct diagnosis *diagnosis)
{
    quipu_status status = begin_alone(checkpoints, diagnosis);

    if (status != QUIPU_OK) return status;
    status = make_here(checkpoints, diagnosis);
    (void)pthread_mutex_unlock(&checkpoints->making);
    return status;
}

quipu_status quipui_backup(struct checkpoints *checkpoints, const char *path,
                           struct diagnosis *diagnosis)
{
    struct ledger_facts facts = {.changes = 0};
    const struct directory_options options = {.path = path, .create = true, .facts = &facts};
    struct directory *directory;
    quipu_status status;

    quipui_backup_facts(checkpoints->archive.directory, &facts);
    status = quipui_directory_open(&options, &directory, diagnosis);
    if (status != QUIPU_OK) return status;
    status = begin_alone(checkpoints, diagnosis);
    if (status == QUIPU_OK) {
        status = make_there(checkpoints, directory, diagnosis);
        (void)pthread_mutex_unlock(&checkpoints->making);
    }
    quipui_directory_close(directory);
    return status;
}
