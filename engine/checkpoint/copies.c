/* copies.c - a backup: the pieces of history that there are, in another directory; see making.h. */
#include <errno.h>
#include <string.h>

#include "checkpoint/making.h"

void quipui_backup_facts(struct directory *from, struct ledger_facts *facts)
{
    struct ledger_facts of;

    quipui_directory_facts(from, &of);
    /* The identity is in all pieces. Epochs go on, so that no leader of either is taken for one of
     * the other. */
    memcpy(facts->identity, of.identity, sizeof of.identity);
    facts->epoch = of.epoch;
    facts->segment_bytes = of.segment_bytes;
    facts->first_segment = 1;
}

/* Copy all bytes of an open file to another. */
static int copy_bytes(struct making *making, struct files *files, int from, struct files *to_files,
                      int to)
{
    uint64_t at = 0;
    size_t done = 0;
    int error;

    /* Ends: at the end of the file. */
    do {
        error = quipui_file_read(files, from, making->buffer, MAKING_BUFFER_BYTES, at, &done);
        if (error == 0 && done > 0) {
            error = quipui_file_write_bytes(to_files, to, making->buffer, done, at);
        }
        at += done;
    } while (error == 0 && done == MAKING_BUFFER_BYTES);
    return error == 0 ? to_files->calls->sync(to_files, to) : error;
}

static int copy_file(struct making *making, const char *name)
{
    struct directory *from = making->archive->directory, *to = making->target;
    int source, copy, error, closed;

    error = from->files->calls->open(from->files, from->handle, name, FILE_READ, &source);
    if (error != 0) return error;
    error = to->files->calls->open(to->files, to->handle, name, FILE_CREATE_NEW, &copy);
    if (error == 0) {
        error = copy_bytes(making, from->files, source, to->files, copy);
        closed = to->files->calls->close(to->files, copy);
        if (error == 0) error = closed;
    }
    (void)from->files->calls->close(from->files, source); /* it was only read */
    return error;
}

quipu_status quipui_making_copies(struct making *making)
{
    const struct pile *pieces = &making->archive->pieces;
    quipu_status status = QUIPU_OK;

    for (size_t i = 0; status == QUIPU_OK && i < pieces->count; i++) {
        const struct piece_name *piece = pile_at(pieces, i);
        char name[PIECE_NAME_BYTES];
        int error;

        if (making_is_stopping(making)) return QUIPU_BUSY;
        quipui_piece_file(piece, name);
        error = copy_file(making, name);
        status = error == 0 ? quipui_piece_check(making->target, piece, making->diagnosis)
                            : quipui_diagnose_error(making->diagnosis, error, name,
                                                    DIAGNOSIS_NOWHERE, "copy");
    }
    return status;
}
