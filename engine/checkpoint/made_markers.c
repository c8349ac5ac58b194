/* made_markers.c - markers that are older than the cut; see making.h.
 *
 * A marker does not change (markers.h, M1). So each is written once, in a piece, but for the last
 * ones, which do not fill one yet. */
#include "checkpoint/making.h"

quipu_status quipui_making_number(struct making *making, struct slot *slot,
                                  struct image_account *account)
{
    const struct markers *markers = &making->store->markers;
    uint64_t most = account->version / MARKED_VERSIONS;
    uint32_t newest = quipui_marker_up_to(
        markers, marker_newest(slot_details(&making->store->accounts, slot)), most);

    if (!quipui_marker_numbers_give(&making->archive->markers, markers, newest)) {
        return QUIPU_NO_MEMORY;
    }
    account->marker = marker_number(&making->archive->markers, newest);
    return QUIPU_OK;
}

/* As it is in files: with numbers in place of places. */
static struct marker marker_of(const struct making *making, uint64_t i)
{
    const struct marker_numbers *numbers = &making->archive->markers;
    struct marker marker = *marker_at(&making->store->markers, marker_numbers_place(numbers, i));

    marker.previous = marker_number(numbers, marker.previous);
    marker.skip = marker_number(numbers, marker.skip);
    return marker;
}

static quipu_status write_piece(struct making *making, uint64_t first)
{
    struct marker *markers = (struct marker *)(void *)making->buffer;
    const struct piece_column column = {markers, PIECE_MARKERS_COUNT * sizeof *markers};

    for (uint64_t i = 0; i < PIECE_MARKERS_COUNT; i++)
        markers[i] = marker_of(making, first + i);
    return quipui_making_piece(making, PIECE_MARKERS, first / PIECE_MARKERS_COUNT, &column, 1);
}

quipu_status quipui_making_markers(struct making *making)
{
    struct marker_numbers *numbers = &making->archive->markers;
    uint64_t count = marker_numbers_count(numbers), first = numbers->filed;
    quipu_status status = QUIPU_OK;

    /* What the newest checkpoint has filed needs no places. */
    while (archive_has_piece(making->archive, PIECE_MARKERS, first / PIECE_MARKERS_COUNT))
        first += PIECE_MARKERS_COUNT;
    quipui_marker_numbers_file(numbers, first - numbers->filed);
    for (; status == QUIPU_OK && first + PIECE_MARKERS_COUNT <= count;
         first += PIECE_MARKERS_COUNT) {
        if (making_is_stopping(making)) return QUIPU_BUSY;
        status = write_piece(making, first);
    }
    quipui_image_begin(&making->writer, IMAGE_MARKERS);
    for (uint64_t i = first; status == QUIPU_OK && i < count; i++) {
        const struct marker marker = marker_of(making, i);

        quipui_image_add(&making->writer, &marker);
    }
    return status == QUIPU_OK ? making->writer.status : status;
}
