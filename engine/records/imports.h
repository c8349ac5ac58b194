/* imports.h - when imported records came in: their place in the order of changes.
 *
 * An imported record keeps the timestamp that its caller gave it. A follower of the changes is long
 * past that. So an import notes for each record when it came in, and which event of the call it
 * was. The events of an import happen at the timestamp that its call drew. If a hold expires
 * meanwhile that fell due later, the next event on one of its accounts, and all events behind it,
 * happen at its due time: so changes of an account are in the order of its versions. Imports run
 * one at a time (W2), so notes are in order. */
#ifndef QUIPU_RECORDS_IMPORTS_H
#define QUIPU_RECORDS_IMPORTS_H

#include "base/memory.h"

#define IMPORT_EVENT_SHIFT 40

enum imported { IMPORTED_TRANSFER, IMPORTED_ACCOUNT };

struct import_note {
    uint64_t drawn; /* by the call; or later, see above */
    uint64_t what;  /* the event's number in the call << 40 | place << 1 | enum imported */
};

struct imports {
    struct region notes;
    _Atomic uint64_t count;
};

/* For at most so many records. Returns false if address space runs out. */
bool quipui_imports_open(struct imports *imports, uint64_t capacity);
void quipui_imports_close(struct imports *imports);

/* Make room for `count` more notes. Returns false if memory runs out. */
bool quipui_imports_supply(struct imports *imports, uint64_t count);

/* Note an imported record that has taken effect. There is room. */
void quipui_imports_add(struct imports *imports, uint64_t drawn, size_t event, enum imported kind,
                        uint64_t place);

/* Before its first use: there are `count` notes. */
static inline void imports_begin_at(struct imports *imports, uint64_t count)
{
    /* relaxed: no other thread knows the store yet. */
    store_relaxed(&imports->count, count);
}

/* When the next event of an import may happen that drew this: not before what it noted. */
static inline uint64_t imports_no_sooner(const struct imports *imports, uint64_t drawn)
{
    /* relaxed: only written by the one import that runs. */
    uint64_t count = load_relaxed(&imports->count);
    const struct import_note *notes = (const struct import_note *)(const void *)imports->notes.base;

    return count > 0 && notes[count - 1].drawn > drawn ? notes[count - 1].drawn : drawn;
}

/* The first note that was drawn at `drawn` or later, or the count. */
uint64_t quipui_imports_from(struct imports *imports, uint64_t drawn);

static inline const struct import_note *import_note_at(const struct imports *imports, uint64_t i)
{
    return (const struct import_note *)(const void *)imports->notes.base + i;
}

static inline enum imported import_note_kind(const struct import_note *note)
{
    return (note->what & 1) != 0 ? IMPORTED_ACCOUNT : IMPORTED_TRANSFER;
}

static inline uint64_t import_note_place(const struct import_note *note)
{
    return (note->what & (((uint64_t)1 << IMPORT_EVENT_SHIFT) - 1)) >> 1;
}

static inline uint64_t import_note_event(const struct import_note *note)
{
    return note->what >> IMPORT_EVENT_SHIFT;
}

static inline uint64_t imports_count(struct imports *imports)
{
    /* edge imports.count: acquire; pairs with release in quipui_imports_add(). */
    return load_acquire(&imports->count);
}

#endif
