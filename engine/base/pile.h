/* pile.h - an array of equal items that grows. */
#ifndef QUIPU_BASE_PILE_H
#define QUIPU_BASE_PILE_H

#include <stdbool.h>
#include <stddef.h>

struct pile {
    char *items;
    size_t count, room, item_bytes;
};

/* Does one item come before another? */
typedef bool pile_order(const void *one, const void *other);

static inline void *pile_at(const struct pile *pile, size_t i)
{
    return pile->items + i * pile->item_bytes;
}

/* Add a copy of an item. Returns false if memory runs out. */
bool quipui_pile_add(struct pile *pile, const void *item);

/* Add copies of all items of another pile of such items. */
bool quipui_pile_add_all(struct pile *pile, const struct pile *more);

/* Put the items in order, in place. At once if they are. */
void quipui_pile_sort(struct pile *pile, pile_order *is_before);

/* Give the memory back. */
void quipui_pile_clear(struct pile *pile);

#endif
