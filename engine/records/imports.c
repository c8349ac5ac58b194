/* imports.c - notes of imported records; see imports.h. */
#include "records/imports.h"

bool quipui_imports_open(struct imports *imports, uint64_t capacity)
{
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&imports->count, 0);
    return quipui_region_open(&imports->notes, (size_t)capacity * sizeof(struct import_note));
}

void quipui_imports_close(struct imports *imports)
{
    quipui_region_close(&imports->notes);
}

/* The importer's view: nobody else adds notes (W2). */
static uint64_t own_count(const struct imports *imports)
{
    /* relaxed: only written by the one import that runs. */
    return load_relaxed(&imports->count);
}

/* There is at most one note for each record, so more room than the region has is never used. */
bool quipui_imports_supply(struct imports *imports, uint64_t count)
{
    size_t bytes = (size_t)(own_count(imports) + count) * sizeof(struct import_note);

    if (bytes > imports->notes.reserved_bytes) bytes = imports->notes.reserved_bytes;
    return region_ensure(&imports->notes, bytes);
}

void quipui_imports_add(struct imports *imports, uint64_t drawn, size_t event, enum imported kind,
                        uint64_t place)
{
    uint64_t count = own_count(imports);
    struct import_note *note = (struct import_note *)(void *)imports->notes.base + count;

    note->drawn = drawn;
    note->what = (uint64_t)event << IMPORT_EVENT_SHIFT | place << 1 | (uint64_t)kind;
    /* edge imports.count: release; pairs with acquire in imports_count(). Carries the notes. */
    store_release(&imports->count, count + 1);
}

uint64_t quipui_imports_from(struct imports *imports, uint64_t drawn)
{
    uint64_t low = 0, high = imports_count(imports);

    /* Ends: each turn halves what is left. */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (import_note_at(imports, middle)->drawn < drawn) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
