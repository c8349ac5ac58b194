/* transfers.c - the tables of the transfer log; see transfers.h. */
#include "records/transfers.h"

_Static_assert(sizeof(quipu_transfer) >= sizeof(struct range_note), "a place can hold a note");
_Static_assert(sizeof(struct hold) >= sizeof(struct range_note), "a place can hold a note");
_Static_assert(sizeof(quipu_uint128) >= sizeof(struct range_note), "a place can hold a note");

bool quipui_transfers_open(struct transfers *transfers, uint64_t capacity)
{
    uint64_t holds = transfers_hold_capacity(capacity);

    if (!quipui_region_open(&transfers->records, capacity * sizeof(quipu_transfer)) ||
        !quipui_region_open(&transfers->knots, capacity * sizeof(struct knot)) ||
        !quipui_region_open(&transfers->holds, holds * sizeof(struct hold)) ||
        !quipui_region_open(&transfers->burnt, capacity * sizeof(quipu_uint128)) ||
        !quipui_chunks_open(&transfers->chunks, capacity)) {
        quipui_transfers_close(transfers);
        return false;
    }
    quipui_places_open(&transfers->places, &transfers->records, sizeof(quipu_transfer), capacity);
    transfers->places.beside = &transfers->knots;
    transfers->places.beside_stride = sizeof(struct knot);
    transfers->places.chunks = &transfers->chunks;
    quipui_places_open(&transfers->hold_places, &transfers->holds, sizeof(struct hold), holds);
    quipui_places_open(&transfers->burnt_places, &transfers->burnt, sizeof(quipu_uint128),
                       capacity);
    return true;
}

void quipui_transfers_close(struct transfers *transfers)
{
    quipui_region_close(&transfers->records);
    quipui_region_close(&transfers->knots);
    quipui_region_close(&transfers->holds);
    quipui_region_close(&transfers->burnt);
    quipui_chunks_close(&transfers->chunks);
}
