/* pile.c - see pile.h. Sorting is by heap: no memory, and no order that makes it slow. */
#include "base/pile.h"

#include <string.h>

#include "base/memory.h"

#define FIRST_ROOM 64

/* The largest item that is sorted. */
#define ITEM_BYTES_MAX 64

static bool make_room(struct pile *pile, size_t count)
{
    size_t room = pile->room == 0 ? FIRST_ROOM : pile->room;
    char *items;

    if (count <= pile->room) return true;
    /* Ends: it doubles. */
    while (room < count)
        room *= 2;
    items = quipui_memory_take(room * pile->item_bytes);
    if (items == NULL) return false;
    if (pile->count > 0) (void)memcpy(items, pile->items, pile->count * pile->item_bytes);
    quipui_memory_give_back(pile->items);
    pile->items = items;
    pile->room = room;
    return true;
}

bool quipui_pile_add(struct pile *pile, const void *item)
{
    if (!make_room(pile, pile->count + 1)) return false;
    (void)memcpy(pile_at(pile, pile->count++), item, pile->item_bytes);
    return true;
}

bool quipui_pile_add_all(struct pile *pile, const struct pile *more)
{
    if (more->count == 0) return true;
    if (!make_room(pile, pile->count + more->count)) return false;
    (void)memcpy(pile_at(pile, pile->count), more->items, more->count * pile->item_bytes);
    pile->count += more->count;
    return true;
}

static bool is_sorted(const struct pile *pile, pile_order *is_before)
{
    for (size_t i = 1; i < pile->count; i++) {
        if (is_before(pile_at(pile, i), pile_at(pile, i - 1))) return false;
    }
    return true;
}

/* Let the item at `hole` sink until none below it, of the first `count`, belongs behind it. */
static void sink(struct pile *pile, size_t hole, size_t count, pile_order *is_before)
{
    char item[ITEM_BYTES_MAX];

    (void)memcpy(item, pile_at(pile, hole), pile->item_bytes);
    /* Ends: each turn goes down by one level. */
    for (;;) {
        size_t child = 2 * hole + 1;

        if (child + 1 < count && is_before(pile_at(pile, child), pile_at(pile, child + 1))) child++;
        if (child >= count || !is_before(item, pile_at(pile, child))) break;
        (void)memcpy(pile_at(pile, hole), pile_at(pile, child), pile->item_bytes);
        hole = child;
    }
    (void)memcpy(pile_at(pile, hole), item, pile->item_bytes);
}

void quipui_pile_sort(struct pile *pile, pile_order *is_before)
{
    char item[ITEM_BYTES_MAX];

    if (is_sorted(pile, is_before)) return;
    for (size_t i = pile->count / 2; i > 0; i--)
        sink(pile, i - 1, pile->count, is_before);
    for (size_t last = pile->count - 1; last > 0; last--) {
        (void)memcpy(item, pile_at(pile, last), pile->item_bytes);
        (void)memcpy(pile_at(pile, last), pile->items, pile->item_bytes);
        (void)memcpy(pile->items, item, pile->item_bytes);
        sink(pile, 0, last, is_before);
    }
}

void quipui_pile_clear(struct pile *pile)
{
    quipui_memory_give_back(pile->items);
    pile->items = NULL;
    pile->count = pile->room = 0;
}
