/* recover_pieces.c - the pieces of history that a checkpoint names; see recover_parts.h.
 *
 * Each is opened once. What has an order (expiries, notes of imports, markers) is taken as its name
 * is read; the parts share the others. Records are mapped, not read: all that is read of a transfer
 * is its id, for the index. */
#include "recovery/recover_parts.h"

#include "base/grace.h"
#include "base/memory.h"

static quipu_status no_memory(struct diagnosis *diagnosis)
{
    return quipui_blame_room(diagnosis, QUIPU_NO_MEMORY, "a piece of history");
}

static quipu_status contradicts(struct diagnosis *diagnosis, const char *what)
{
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                           "the checkpoint contradicts itself: %s", what);
}

/* Read a column of `bytes` into fresh memory; NULL: *status says why. */
static void *read_column(const struct piece *piece, unsigned column, uint64_t bytes,
                         quipu_status *status, struct diagnosis *diagnosis)
{
    void *read;

    *status = quipui_piece_expect(piece, column, bytes, diagnosis);
    if (*status != QUIPU_OK) return NULL;
    read = quipui_memory_take((size_t)bytes);
    *status =
        read != NULL ? quipui_piece_read(piece, column, read, diagnosis) : no_memory(diagnosis);
    if (*status == QUIPU_OK) return read;
    quipui_memory_give_back(read);
    return NULL;
}

/* --- what has an order --- */

static quipu_status read_expiries(struct recovery *recovery, const struct piece *piece,
                                  struct diagnosis *diagnosis)
{
    struct expiries *expired = &recovery->store->timeouts.expired;
    quipu_status status;
    struct piece_expiry *read =
        read_column(piece, 0, PIECE_ITEMS * sizeof *read, &status, diagnosis);

    if (read == NULL) return status;
    if (expiries_count(expired) != piece->name.number * PIECE_ITEMS) {
        status = contradicts(diagnosis, "expiries are not in order");
    } else if (!quipui_expiries_supply(expired, PIECE_ITEMS)) {
        status = no_memory(diagnosis);
    }
    for (uint64_t i = 0; status == QUIPU_OK && i < PIECE_ITEMS; i++)
        quipui_expiries_add(expired, read[i].hold, read[i].timestamp);
    quipui_memory_give_back(read);
    return status;
}

static quipu_status map_imports(struct recovery *recovery, const struct piece *piece,
                                struct diagnosis *diagnosis)
{
    struct imports *imports = &recovery->store->imports;
    quipu_status status;

    if (imports_count(imports) != piece->name.number * PIECE_ITEMS) {
        return contradicts(diagnosis, "imports are not in order");
    }
    if (!quipui_imports_supply(imports, PIECE_ITEMS)) return no_memory(diagnosis);
    status = quipui_archive_map(piece, recovery->store, diagnosis);
    if (status == QUIPU_OK) imports_begin_at(imports, (piece->name.number + 1) * PIECE_ITEMS);
    return status;
}

static quipu_status read_markers(struct recovery *recovery, const struct piece *piece,
                                 struct diagnosis *diagnosis)
{
    quipu_status status;
    struct marker *read =
        read_column(piece, 0, PIECE_MARKERS_COUNT * sizeof *read, &status, diagnosis);

    if (read == NULL) return status;
    status = quipui_recover_markers(recovery, piece, read, diagnosis);
    quipui_memory_give_back(read);
    return status;
}

/* Does it lie within the places that the checkpoint has? */
static bool is_within(const struct recovery *recovery, const struct piece_name *name)
{
    static const enum place_kind tables[] = {
        [PIECE_TRANSFERS] = PLACES_OF_TRANSFERS,
        [PIECE_HOLDS] = PLACES_OF_HOLDS,
        [PIECE_FAILED_IDS] = PLACES_OF_FAILED_IDS,
    };

    if (name->kind > PIECE_FAILED_IDS) return true;
    return (name->number + 1) * PIECE_ITEMS <= recovery->fresh[tables[name->kind]];
}

quipu_status quipui_recover_piece(struct recovery *recovery, const struct piece_name *name,
                                  struct diagnosis *diagnosis)
{
    struct piece piece;
    quipu_status status;

    if (!is_within(recovery, name)) {
        return contradicts(diagnosis, "a piece has places of nothing");
    }
    if (name->kind <= PIECE_FAILED_IDS) return QUIPU_OK; /* quipui_recover_pieces() */
    status = quipui_piece_open(recovery->archive->directory, name, &piece, diagnosis);
    if (status != QUIPU_OK) return status;
    if (name->kind == PIECE_EXPIRIES) status = read_expiries(recovery, &piece, diagnosis);
    if (name->kind == PIECE_IMPORTS) status = map_imports(recovery, &piece, diagnosis);
    if (name->kind == PIECE_MARKERS) status = read_markers(recovery, &piece, diagnosis);
    quipui_piece_close(&piece);
    return status;
}

/* --- what has places --- */

/* What scans know about these places. */
static quipu_status note_spans(struct part *part, const struct piece *piece)
{
    struct chunks *chunks = &part->recovery->store->transfers.chunks;
    uint64_t first = piece->name.number * PIECE_CHUNKS;
    struct span all = {0};
    quipu_status status;
    struct piece_span *spans = read_column(piece, TRANSFERS_SPANS, PIECE_CHUNKS * sizeof *spans,
                                           &status, &part->diagnosis);

    if (spans == NULL) return status;
    for (uint64_t i = 0; i < PIECE_CHUNKS; i++) {
        const struct span span = {.count = CHUNK_PLACES,
                                  .oldest = spans[i].oldest >> 1,
                                  .newest = spans[i].newest,
                                  .is_ordered = (spans[i].oldest & 1) != 0};

        (void)quipui_chunk_note(chunk_at(chunks, first + i), &span);
        span_add(&all, &span);
    }
    (void)quipui_chunk_note(chunk_group_at(chunks, piece->name.number), &all);
    quipui_memory_give_back(spans);
    return QUIPU_OK;
}

static quipu_status claim_transfers(struct part *part, const struct piece *piece)
{
    uint64_t first = piece->name.number * PIECE_ITEMS;
    quipu_status status;
    quipu_uint128 *ids =
        read_column(piece, TRANSFERS_IDS, PIECE_ITEMS * sizeof *ids, &status, &part->diagnosis);

    if (ids == NULL) return status;
    quipui_grace_enter();
    for (uint64_t i = 0; status == QUIPU_OK && i < PIECE_ITEMS; i++) {
        status =
            quipui_recover_id(part->recovery->store, ids[i], first + i, false, &part->diagnosis);
    }
    quipui_grace_leave();
    quipui_memory_give_back(ids);
    return status;
}

static quipu_status claim_failed_ids(struct part *part, const struct piece *piece)
{
    struct store *store = part->recovery->store;
    uint64_t first = piece->name.number * PIECE_ITEMS;
    quipu_status status = QUIPU_OK;

    quipui_grace_enter();
    for (uint64_t i = first; status == QUIPU_OK && i < first + PIECE_ITEMS; i++) {
        status = quipui_recover_id(store, failed_id_at(&store->transfers, i)->id, i, true,
                                   &part->diagnosis);
    }
    quipui_grace_leave();
    return status;
}

static quipu_status take_piece(struct part *part, const struct piece_name *name)
{
    struct recovery *recovery = part->recovery;
    struct piece piece;
    quipu_status status =
        quipui_piece_open(recovery->archive->directory, name, &piece, &part->diagnosis);

    if (status != QUIPU_OK) return status;
    status = quipui_archive_map(&piece, recovery->store, &part->diagnosis);
    if (status == QUIPU_OK && name->kind == PIECE_TRANSFERS) status = note_spans(part, &piece);
    if (status == QUIPU_OK && name->kind == PIECE_TRANSFERS) status = claim_transfers(part, &piece);
    if (status == QUIPU_OK && name->kind == PIECE_FAILED_IDS) {
        status = claim_failed_ids(part, &piece);
    }
    quipui_piece_close(&piece);
    return status;
}

quipu_status quipui_recover_pieces(struct part *part)
{
    const struct pile *pieces = &part->recovery->archive->pieces;
    struct range range = part_range(part, 0, pieces->count);
    quipu_status status = QUIPU_OK;

    for (uint64_t i = range.next; status == QUIPU_OK && i < range.end; i++) {
        const struct piece_name *name = pile_at(pieces, (size_t)i);

        if (name->kind <= PIECE_FAILED_IDS) status = take_piece(part, name);
    }
    return status;
}

/* --- places that nothing is stored at --- */

static bool is_used(const struct recovery *recovery, enum place_kind kind, uint64_t place)
{
    const struct transfers *transfers = &recovery->store->transfers;

    switch (kind) {
    case PLACES_OF_TRANSFERS: return knot_is_settled(knot_at(transfers, place));
    case PLACES_OF_HOLDS: return recovery->archive->known_holds.base[place] != 0;
    case PLACES_OF_FAILED_IDS: return failed_id_time(failed_id_at(transfers, place)) != 0;
    case PLACE_KINDS: break;
    }
    return true;
}

static void free_places(struct recovery *recovery, enum piece_kind piece, struct places *places)
{
    enum place_kind kind = places->kind;
    uint64_t end = recovery->fresh[kind], place = 0;

    /* Ends: each turn goes beyond a piece or a place. */
    while (place < end) {
        struct range range = {place, place};

        if (archive_has_piece(recovery->archive, piece, place / PIECE_ITEMS)) {
            place = (place / PIECE_ITEMS + 1) * PIECE_ITEMS;
            continue;
        }
        while (range.end < end && !is_used(recovery, kind, range.end) &&
               (range.end == place || range.end % PIECE_ITEMS != 0))
            range.end++;
        place = range.end + (range.end == place);
        quipui_places_give_back(places, &range);
    }
}

void quipui_recover_free_places(struct recovery *recovery)
{
    struct transfers *transfers = &recovery->store->transfers;

    if (recovery->cut == 0) return;
    free_places(recovery, PIECE_TRANSFERS, &transfers->places);
    free_places(recovery, PIECE_HOLDS, &transfers->hold_places);
    free_places(recovery, PIECE_FAILED_IDS, &transfers->burnt_places);
}
