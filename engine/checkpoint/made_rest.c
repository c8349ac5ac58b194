/* made_rest.c - failed ids, expiries and notes of imports that are older than the cut; see
 * making.h. */
#include <string.h>

#include "checkpoint/making.h"

/* --- failed ids --- */

static bool is_failed(const struct making *making, uint64_t place)
{
    uint64_t time = failed_id_time(failed_id_at(&making->store->transfers, place));

    return time != 0 && time < making->facts.cut;
}

static quipu_status make_failed_ids(struct making *making, uint64_t first, uint64_t end)
{
    struct transfers *transfers = &making->store->transfers;
    uint64_t place = first, last = first + PIECE_ITEMS;

    while (place < last && place < end && is_failed(making, place))
        place++;
    if (place == last) {
        const struct piece_column column = {failed_id_at(transfers, first),
                                            PIECE_ITEMS * sizeof(struct failed_id)};

        making_used(making, PLACES_OF_FAILED_IDS, last - 1);
        return quipui_making_piece(making, PIECE_FAILED_IDS, first / PIECE_ITEMS, &column, 1);
    }
    for (place = first; place < last && place < end; place++) {
        const struct failed_id *failed = failed_id_at(transfers, place);

        if (!is_failed(making, place)) continue;
        making_used(making, PLACES_OF_FAILED_IDS, place);
        quipui_image_add(&making->writer,
                         &(struct image_failed_id){failed->id, failed_id_time(failed), place});
    }
    return making->writer.status;
}

quipu_status quipui_making_failed_ids(struct making *making)
{
    uint64_t end = places_end(&making->store->transfers.burnt_places);
    quipu_status status = QUIPU_OK;

    quipui_image_begin(&making->writer, IMAGE_FAILED_IDS);
    for (uint64_t first = 0; status == QUIPU_OK && first < end; first += PIECE_ITEMS) {
        if (making_is_stopping(making)) return QUIPU_BUSY;
        if (archive_has_piece(making->archive, PIECE_FAILED_IDS, first / PIECE_ITEMS)) {
            making_used(making, PLACES_OF_FAILED_IDS, first + PIECE_ITEMS - 1);
            continue;
        }
        status = make_failed_ids(making, first, end);
    }
    return status;
}

/* --- expiries: in the order in which they took effect --- */

static struct piece_expiry expiry_at(const struct making *making, uint64_t i)
{
    uint64_t hold = expired_hold(&making->store->timeouts.expired, i);

    return (struct piece_expiry){hold, hold_at(&making->store->transfers, hold)->expiry.timestamp};
}

/* Where none of the first is missing, those make pieces: they keep their numbers. */
static quipu_status make_expiries(struct making *making, uint64_t *first, uint64_t count)
{
    struct piece_expiry *expiries = (struct piece_expiry *)(void *)making->buffer;
    const struct piece_column column = {expiries, PIECE_ITEMS * sizeof *expiries};

    if (*first + PIECE_ITEMS > count) return QUIPU_OK;
    for (uint64_t i = 0; i < PIECE_ITEMS; i++) {
        expiries[i] = expiry_at(making, *first + i);
        if (expiries[i].timestamp >= making->facts.cut) return QUIPU_OK;
    }
    *first += PIECE_ITEMS;
    return quipui_making_piece(making, PIECE_EXPIRIES, *first / PIECE_ITEMS - 1, &column, 1);
}

quipu_status quipui_making_expiries(struct making *making)
{
    uint64_t count = expiries_count(&making->store->timeouts.expired), first = 0, before;
    quipu_status status = QUIPU_OK;

    while (archive_has_piece(making->archive, PIECE_EXPIRIES, first / PIECE_ITEMS))
        first += PIECE_ITEMS;
    /* Ends: each turn makes a piece, or none. */
    do {
        before = first;
        status = make_expiries(making, &first, count);
    } while (status == QUIPU_OK && first > before);
    quipui_image_begin(&making->writer, IMAGE_EXPIRIES);
    for (uint64_t i = first; status == QUIPU_OK && i < count; i++) {
        struct piece_expiry expiry = expiry_at(making, i);

        if (expiry.timestamp < making->facts.cut) quipui_image_add(&making->writer, &expiry);
    }
    return status == QUIPU_OK ? making->writer.status : status;
}

/* --- notes of imports: in order, and all of them are older (C1) --- */

quipu_status quipui_making_imports(struct making *making)
{
    struct imports *imports = &making->store->imports;
    uint64_t count = imports_count(imports), first = 0;
    quipu_status status = QUIPU_OK;

    for (; status == QUIPU_OK && first + PIECE_ITEMS <= count; first += PIECE_ITEMS) {
        const struct piece_column column = {import_note_at(imports, first),
                                            PIECE_ITEMS * sizeof(struct import_note)};

        if (archive_has_piece(making->archive, PIECE_IMPORTS, first / PIECE_ITEMS)) continue;
        status = quipui_making_piece(making, PIECE_IMPORTS, first / PIECE_ITEMS, &column, 1);
    }
    quipui_image_begin(&making->writer, IMAGE_IMPORTS);
    for (uint64_t i = first; status == QUIPU_OK && i < count; i++)
        quipui_image_add(&making->writer, import_note_at(imports, i));
    return status == QUIPU_OK ? making->writer.status : status;
}
