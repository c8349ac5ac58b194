/* archive.c - see archive.h. */
#include "history/archive.h"

#include <string.h>

static bool open_filed(struct archive *archive, const struct store *store)
{
    const uint64_t items[PIECE_KINDS] = {
        [PIECE_TRANSFERS] = store->transfers.places.capacity,
        [PIECE_HOLDS] = store->transfers.hold_places.capacity,
        [PIECE_FAILED_IDS] = store->transfers.burnt_places.capacity,
        [PIECE_EXPIRIES] = store->transfers.hold_places.capacity,
        [PIECE_IMPORTS] = store->transfers.places.capacity + store->accounts.capacity,
        [PIECE_MARKERS] = store->markers.capacity,
    };

    for (unsigned kind = 0; kind < PIECE_KINDS; kind++) {
        uint64_t pieces = items[kind] / piece_items((enum piece_kind)kind) + 1;

        if (!quipui_region_open(&archive->filed[kind], (size_t)pieces)) return false;
        if (!region_ensure(&archive->filed[kind], (size_t)pieces)) return false;
    }
    return quipui_region_open(&archive->known_holds, (size_t)items[PIECE_HOLDS]) &&
           quipui_marker_numbers_open(&archive->markers, store->markers.capacity);
}

bool quipui_archive_open(struct archive *archive, struct directory *directory,
                         const struct store *store)
{
    memset(archive, 0, sizeof *archive);
    archive->directory = directory;
    archive->pieces.item_bytes = sizeof(struct piece_name);
    archive->open_holds.item_bytes = sizeof(uint64_t);
    if (open_filed(archive, store)) return true;
    quipui_archive_close(archive);
    return false;
}

void quipui_archive_close(struct archive *archive)
{
    quipui_pile_clear(&archive->pieces);
    quipui_pile_clear(&archive->open_holds);
    for (unsigned kind = 0; kind < PIECE_KINDS; kind++)
        quipui_region_close(&archive->filed[kind]);
    quipui_region_close(&archive->known_holds);
    quipui_marker_numbers_close(&archive->markers);
}

void quipui_archive_has(struct archive *archive, const struct piece_name *name)
{
    archive->filed[name->kind].base[name->number] = 1;
}

bool quipui_archive_add(struct archive *archive, const struct piece_name *name)
{
    if (!quipui_pile_add(&archive->pieces, name)) return false;
    quipui_archive_has(archive, name);
    return true;
}

/* --- files that nothing names --- */

struct sweep {
    struct archive *archive;
    struct pile unnamed; /* names, IMAGE_NAME_BYTES each */
};

static void look_at(void *context, const char *file)
{
    struct sweep *sweep = context;
    struct archive *archive = sweep->archive;
    char name[IMAGE_NAME_BYTES] = "";
    struct piece_name piece;
    uint64_t number;

    if (strlen(file) >= sizeof name) return;
    if (quipui_image_is_file(file, &number)) {
        if (number == archive->newest.number) return;
    } else if (quipui_piece_is_file(file, &piece)) {
        if (piece.number < archive->filed[piece.kind].reserved_bytes &&
            archive_has_piece(archive, (enum piece_kind)piece.kind, piece.number)) {
            return;
        }
    } else {
        return;
    }
    memcpy(name, file, strlen(file));
    (void)quipui_pile_add(&sweep->unnamed, name); /* next time, then */
}

void quipui_archive_sweep(struct archive *archive)
{
    struct files *files = archive->directory->files;
    struct sweep sweep = {.archive = archive, .unnamed = {.item_bytes = IMAGE_NAME_BYTES}};

    if (archive->is_uncertain) return;
    if (files->calls->list(files, archive->directory->handle, look_at, &sweep) == 0) {
        for (size_t i = 0; i < sweep.unnamed.count; i++) {
            (void)files->calls->remove(files, archive->directory->handle,
                                       pile_at(&sweep.unnamed, i));
        }
    }
    quipui_pile_clear(&sweep.unnamed);
}

/* --- pieces in place of memory --- */

void *quipui_archive_place(const struct store *store, enum piece_kind kind, unsigned column,
                           uint64_t number)
{
    const struct transfers *transfers = &store->transfers;
    uint64_t place = number * PIECE_ITEMS;

    switch (kind) {
    case PIECE_TRANSFERS:
        if (column == TRANSFERS_RECORDS) return transfer_at(transfers, place);
        return column == TRANSFERS_KNOTS ? (void *)knot_at(transfers, place) : NULL;
    case PIECE_HOLDS: return hold_at(transfers, place);
    case PIECE_FAILED_IDS: return failed_id_at(transfers, place);
    case PIECE_IMPORTS: return (struct import_note *)(void *)store->imports.notes.base + place;
    case PIECE_EXPIRIES:
    case PIECE_MARKERS:
    case PIECE_KINDS: break;
    }
    return NULL;
}

static uint64_t column_bytes(enum piece_kind kind, unsigned column)
{
    switch (kind) {
    case PIECE_TRANSFERS:
        return PIECE_ITEMS *
               (column == TRANSFERS_RECORDS ? sizeof(quipu_transfer) : sizeof(struct knot));
    case PIECE_HOLDS: return PIECE_ITEMS * sizeof(struct hold);
    case PIECE_FAILED_IDS: return PIECE_ITEMS * sizeof(struct failed_id);
    case PIECE_IMPORTS: return PIECE_ITEMS * sizeof(struct import_note);
    case PIECE_EXPIRIES:
    case PIECE_MARKERS:
    case PIECE_KINDS: break;
    }
    return 0;
}

quipu_status quipui_archive_map(const struct piece *piece, const struct store *store,
                                struct diagnosis *diagnosis)
{
    enum piece_kind kind = (enum piece_kind)piece->name.kind;
    quipu_status status = QUIPU_OK;

    for (unsigned i = 0; status == QUIPU_OK && i < piece->column_count; i++) {
        void *address = quipui_archive_place(store, kind, i, piece->name.number);

        if (address == NULL) continue;
        status = quipui_piece_expect(piece, i, column_bytes(kind, i), diagnosis);
        if (status == QUIPU_OK) status = quipui_piece_map(piece, i, address, diagnosis);
    }
    return status;
}

#define BLOCK_HOLDS (PIECE_ALIGNMENT / sizeof(struct hold))
#define PIECE_BLOCKS (PIECE_ITEMS / BLOCK_HOLDS)

quipu_status quipui_archive_map_holds(const struct piece *piece, const struct store *store,
                                      const struct pile *open, struct diagnosis *diagnosis)
{
    uint64_t first = piece->name.number * PIECE_ITEMS;
    bool stays[PIECE_BLOCKS + 1] = {false};
    quipu_status status =
        quipui_piece_expect(piece, 0, PIECE_ITEMS * sizeof(struct hold), diagnosis);

    for (size_t i = 0; i < open->count; i++) {
        uint64_t place = *(const uint64_t *)pile_at(open, i);

        if (place / PIECE_ITEMS == piece->name.number) stays[(place - first) / BLOCK_HOLDS] = true;
    }
    stays[PIECE_BLOCKS] = true;
    for (uint64_t i = 0, from = 0; status == QUIPU_OK && i <= PIECE_BLOCKS; i++) {
        if (!stays[i]) continue;
        if (from < i) {
            status = quipui_piece_map_part(
                piece, 0, from * PIECE_ALIGNMENT, (i - from) * PIECE_ALIGNMENT,
                hold_at(&store->transfers, first + from * BLOCK_HOLDS), diagnosis);
        }
        from = i + 1;
    }
    return status;
}
