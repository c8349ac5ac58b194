/* made_transfers.c - transfers that are older than the cut: whole pieces as files, the rest in the
 * image; see making.h. */
#include <string.h>

#include "checkpoint/making.h"

/* A piece that no checkpoint has yet, looked through. */
struct survey {
    uint64_t number, first, count; /* places; transfers that are older than the cut */
    uint64_t newest;               /* timestamp */
    struct piece_span spans[PIECE_CHUNKS];
};

/* A stored pending transfer has a hold: remember which. Returns false if memory runs out. */
static bool know_hold(struct making *making, uint64_t place)
{
    const struct knot *knot = knot_at(&making->store->transfers, place);
    struct region *known = &making->archive->known_holds;
    uint64_t hold = knot->hold - 1;

    if ((transfer_at(&making->store->transfers, place)->flags & QUIPU_TRANSFER_PENDING) == 0) {
        return true;
    }
    if (!region_ensure(known, (size_t)hold + 1)) return false;
    known->base[hold] = 1;
    return true;
}

static void widen(struct piece_span *span, uint64_t timestamp)
{
    bool ordered = span->newest == 0 || ((span->oldest & 1) != 0 && timestamp > span->newest);
    uint64_t oldest =
        span->newest == 0 || timestamp < span->oldest >> 1 ? timestamp : span->oldest >> 1;

    span->oldest = oldest << 1 | (uint64_t)ordered;
    if (timestamp > span->newest) span->newest = timestamp;
}

static bool look_through(struct making *making, struct survey *survey, uint64_t end)
{
    for (uint64_t place = survey->first; place < end; place++) {
        uint64_t timestamp;

        if (!making_has_transfer(making, place)) continue;
        if (!know_hold(making, place)) return false;
        timestamp = transfer_at(&making->store->transfers, place)->timestamp;
        survey->count++;
        if (timestamp > survey->newest) survey->newest = timestamp;
        widen(&survey->spans[(place - survey->first) / CHUNK_PLACES], timestamp);
        making_used(making, PLACES_OF_TRANSFERS, place);
    }
    if (survey->newest > making->facts.newest) making->facts.newest = survey->newest;
    return true;
}

/* Records are as they are in memory. Of a knot each word is read by itself, since a helper of `cas`
 * may be trying to change one, in vain. */
static quipu_status write_piece(struct making *making, const struct survey *survey)
{
    const struct transfers *transfers = &making->store->transfers;
    struct knot *knots = (struct knot *)(void *)making->buffer;
    quipu_uint128 *ids = (quipu_uint128 *)(void *)(knots + PIECE_ITEMS);
    const struct piece_column columns[TRANSFERS_COLUMNS] = {
        [TRANSFERS_RECORDS] = {transfer_at(transfers, survey->first),
                               PIECE_ITEMS * sizeof(quipu_transfer)},
        [TRANSFERS_KNOTS] = {knots, PIECE_ITEMS * sizeof *knots},
        [TRANSFERS_IDS] = {ids, PIECE_ITEMS * sizeof *ids},
        [TRANSFERS_SPANS] = {survey->spans, sizeof survey->spans},
    };

    for (uint64_t i = 0; i < PIECE_ITEMS; i++) {
        const struct knot *knot = knot_at(transfers, survey->first + i);

        knot_tie_to(&knots[i], SIDE_DEBIT, knot_version(knot, SIDE_DEBIT),
                    knot_previous(knot, SIDE_DEBIT));
        knot_tie_to(&knots[i], SIDE_CREDIT, knot_version(knot, SIDE_CREDIT),
                    knot_previous(knot, SIDE_CREDIT));
        /* relaxed: it is settled, as was seen. */
        store_relaxed(&knots[i].tie, load_relaxed(&knot->tie));
        knots[i].hold = knot->hold;
        ids[i] = transfer_at(transfers, survey->first + i)->id;
    }
    return quipui_making_piece(making, PIECE_TRANSFERS, survey->number, columns, TRANSFERS_COLUMNS);
}

static void add_items(struct making *making, const struct survey *survey, uint64_t end)
{
    const struct transfers *transfers = &making->store->transfers;

    for (uint64_t place = survey->first; place < end; place++) {
        const struct knot *knot = knot_at(transfers, place);
        struct image_transfer item;

        if (!making_has_transfer(making, place)) continue;
        item = (struct image_transfer){
            .record = *transfer_at(transfers, place),
            .place = place,
            .version = {knot_version(knot, SIDE_DEBIT), knot_version(knot, SIDE_CREDIT)},
            .previous = {knot_previous(knot, SIDE_DEBIT), knot_previous(knot, SIDE_CREDIT)},
            .hold = knot->hold,
        };
        quipui_image_add(&making->writer, &item);
    }
}

static quipu_status make_piece(struct making *making, uint64_t number, uint64_t end)
{
    struct survey survey;

    memset(&survey, 0, sizeof survey);
    survey.number = number;
    survey.first = number * PIECE_ITEMS;
    if (survey.first + PIECE_ITEMS < end) end = survey.first + PIECE_ITEMS;
    if (!look_through(making, &survey, end)) return QUIPU_NO_MEMORY;
    if (survey.count == PIECE_ITEMS) return write_piece(making, &survey);
    add_items(making, &survey, end);
    return making->writer.status;
}

quipu_status quipui_making_transfers(struct making *making)
{
    uint64_t end = places_end(&making->store->transfers.places);
    quipu_status status = QUIPU_OK;

    quipui_image_begin(&making->writer, IMAGE_TRANSFERS);
    for (uint64_t n = 0; status == QUIPU_OK && n * PIECE_ITEMS < end; n++) {
        if (making_is_stopping(making)) return QUIPU_BUSY;
        if (archive_has_piece(making->archive, PIECE_TRANSFERS, n)) {
            making_used(making, PLACES_OF_TRANSFERS, (n + 1) * PIECE_ITEMS - 1);
            continue;
        }
        status = make_piece(making, n, end);
    }
    return status;
}
