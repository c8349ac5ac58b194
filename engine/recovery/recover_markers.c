/* recover_markers.c - the markers of strands that a checkpoint has; see recover_parts.h.
 *
 * Marker n comes to place n. All of them are read and looked at: a walk along their links must end,
 * whatever a file says. Those of pieces are then mapped, so that the kernel may drop them. */
#include "recovery/recover_parts.h"

#include "base/memory.h"

static quipu_status contradicts(struct diagnosis *diagnosis, const char *what)
{
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                           "the checkpoint contradicts itself: %s", what);
}

static uint64_t count_of(const struct markers *markers)
{
    /* relaxed: no other thread knows the store yet. */
    return load_relaxed(&markers->used);
}

/* Does it lead to a change of the checkpoint? */
static bool leads_somewhere(const struct recovery *recovery, uint64_t link)
{
    enum place_kind kind = link_kind(link) == KNOT_EXPIRY ? PLACES_OF_HOLDS : PLACES_OF_TRANSFERS;

    return link != 0 && link_index(link) < recovery->fresh[kind];
}

/* Is it the next of its strand, behind a marker that is there? With the place before its own. */
static bool is_next(const struct recovery *recovery, const struct marker *marker, uint64_t count)
{
    const struct markers *markers = &recovery->store->markers;

    return marker->previous <= count && marker->skip <= count &&
           (uint64_t)marker->number == (uint64_t)marker_at(markers, marker->previous)->number + 1 &&
           marker_at(markers, marker->skip)->number < marker->number &&
           leads_somewhere(recovery, marker->link);
}

/* One more. There is room. */
static quipu_status add(struct recovery *recovery, const struct marker *marker,
                        struct diagnosis *diagnosis)
{
    struct markers *markers = &recovery->store->markers;
    struct marker_numbers *numbers = &recovery->archive->markers;
    uint64_t count = count_of(markers);

    if (!is_next(recovery, marker, count)) {
        return contradicts(diagnosis, "a marker of a strand is of nothing");
    }
    ((struct marker *)(void *)markers->region.base)[count] = *marker;
    markers_begin_at(markers, count + 1);
    if (quipui_marker_numbers_give(numbers, markers, (uint32_t)count + 1)) return QUIPU_OK;
    return quipui_blame_room(diagnosis, QUIPU_NO_MEMORY, "markers of strands");
}

static quipu_status supply(struct recovery *recovery, uint64_t count, struct diagnosis *diagnosis)
{
    if (quipui_markers_supply(&recovery->store->markers, count)) return QUIPU_OK;
    return quipui_blame_room(diagnosis, QUIPU_NO_MEMORY, "markers of strands");
}

quipu_status quipui_recover_marker(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    quipu_status status = supply(recovery, 1, diagnosis);

    return status == QUIPU_OK ? add(recovery, item, diagnosis) : status;
}

quipu_status quipui_recover_markers(struct recovery *recovery, const struct piece *piece,
                                    const struct marker *read, struct diagnosis *diagnosis)
{
    const struct markers *markers = &recovery->store->markers;
    uint64_t first = count_of(markers);
    quipu_status status;

    if (first != piece->name.number * PIECE_MARKERS_COUNT) {
        return contradicts(diagnosis, "markers of strands are not in order");
    }
    status = supply(recovery, PIECE_MARKERS_COUNT, diagnosis);
    for (uint64_t i = 0; status == QUIPU_OK && i < PIECE_MARKERS_COUNT; i++)
        status = add(recovery, &read[i], diagnosis);
    if (status != QUIPU_OK) return status;
    quipui_marker_numbers_file(&recovery->archive->markers, PIECE_MARKERS_COUNT);
    return quipui_piece_map(piece, 0, markers->region.base + first * sizeof(struct marker),
                            diagnosis);
}
