/* transfers.c - the tables of the transfer log; see transfers.h. */
#include "records/transfers.h"

_Static_assert(sizeof(quipu_transfer) >= sizeof(struct range_note), "a place can hold a note");
_Static_assert(sizeof(struct hold) >= sizeof(struct range_note), "a place can hold a note");
_Static_assert(offsetof(struct failed_id, timestamp) >= sizeof(struct range_note),
               "a note leaves the timestamp 0");

bool quipui_transfers_open(struct transfers *transfers, uint64_t capacity,
                           uint64_t failed_id_capacity)
{
    uint64_t places = capacity + QUIPU_BATCH_MAX, holds = transfers_hold_capacity(capacity);

    if (!quipui_region_open(&transfers->records, places * sizeof(quipu_transfer)) ||
        !quipui_region_open(&transfers->knots, places * sizeof(struct knot)) ||
        !quipui_region_open(&transfers->holds, holds * sizeof(struct hold)) ||
        !quipui_region_open(&transfers->burnt, failed_id_capacity * sizeof(struct failed_id)) ||
        !quipui_chunks_open(&transfers->chunks, capacity)) {
        quipui_transfers_close(transfers);
        return false;
    }
    quipui_places_open(&transfers->places, PLACES_OF_TRANSFERS, &transfers->records,
                       sizeof(quipu_transfer), capacity);
    transfers->places.beside = &transfers->knots;
    transfers->places.beside_stride = sizeof(struct knot);
    transfers->places.chunks = &transfers->chunks;
    quipui_places_open(&transfers->hold_places, PLACES_OF_HOLDS, &transfers->holds,
                       sizeof(struct hold), holds);
    quipui_places_open(&transfers->burnt_places, PLACES_OF_FAILED_IDS, &transfers->burnt,
                       sizeof(struct failed_id), failed_id_capacity);
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&transfers->aside.word, LOCK_FREE);
    return true;
}

bool quipui_transfers_set_aside(struct transfers *transfers, uint64_t count)
{
    uint64_t places = transfers->places.capacity + count;

    return region_ensure(&transfers->records, (size_t)places * sizeof(quipu_transfer)) &&
           region_ensure(&transfers->knots, (size_t)places * sizeof(struct knot));
}

void quipui_transfers_close(struct transfers *transfers)
{
    quipui_region_close(&transfers->records);
    quipui_region_close(&transfers->knots);
    quipui_region_close(&transfers->holds);
    quipui_region_close(&transfers->burnt);
    quipui_chunks_close(&transfers->chunks);
}
