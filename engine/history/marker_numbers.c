/* marker_numbers.c - see marker_numbers.h. */
#include "history/marker_numbers.h"

#include <string.h>

bool quipui_marker_numbers_open(struct marker_numbers *numbers, uint64_t capacity)
{
    *numbers = (struct marker_numbers){.places = {.item_bytes = sizeof(uint32_t)}};
    return quipui_region_open(&numbers->numbers, (size_t)capacity * sizeof(uint32_t));
}

void quipui_marker_numbers_close(struct marker_numbers *numbers)
{
    quipui_pile_clear(&numbers->places);
    quipui_region_close(&numbers->numbers);
}

/* Room for the numbers of all places that there are, and for `count` more that have one. */
static bool make_room(struct marker_numbers *numbers, const struct markers *markers, size_t count)
{
    const uint32_t none = 0;
    size_t before = numbers->places.count;

    /* relaxed: the list that is numbered carries the places that it has. */
    if (!region_ensure(&numbers->numbers,
                       (size_t)load_relaxed(&markers->used) * sizeof(uint32_t))) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!quipui_pile_add(&numbers->places, &none)) {
            numbers->places.count = before;
            return false;
        }
    }
    return true;
}

bool quipui_marker_numbers_give(struct marker_numbers *numbers, const struct markers *markers,
                                uint32_t place)
{
    size_t count = 0;

    /* Ends: each turn goes back by one marker. */
    for (uint32_t at = place; at != 0 && marker_number(numbers, at) == 0;
         at = marker_at(markers, at)->previous)
        count++;
    if (count == 0) return true;
    if (!make_room(numbers, markers, count)) return false;
    for (size_t i = numbers->places.count; count > 0; count--) {
        i--; /* B2: the oldest of them gets the smallest */
        *(uint32_t *)pile_at(&numbers->places, i) = place;
        ((uint32_t *)(void *)numbers->numbers.base)[place - 1] = (uint32_t)(numbers->filed + i + 1);
        place = marker_at(markers, place)->previous;
    }
    return true;
}

void quipui_marker_numbers_file(struct marker_numbers *numbers, uint64_t count)
{
    struct pile *places = &numbers->places;

    if (count == 0) return;
    places->count -= (size_t)count;
    memmove(places->items, pile_at(places, (size_t)count), places->count * places->item_bytes);
    numbers->filed += count;
}
