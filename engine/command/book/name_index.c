/* name_index.c - open addressing; equal hashes stand in the order in which they came. */
#include "command/book/name_index.h"

#include <stdlib.h>

uint32_t name_index_hash(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 32);
}

uint32_t name_index_hash_of_id(quipu_uint128 id)
{
    uint64_t mixed = ((uint64_t)id ^ (uint64_t)(id >> 64) * 0x9e3779b97f4a7c15u);

    mixed *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(mixed ^ mixed >> 32);
}

static void put(struct name_index *index, struct name_index_entry entry)
{
    size_t at = entry.hash & (index->capacity - 1);

    while (index->entries[at].place != 0)
        at = (at + 1) & (index->capacity - 1);
    index->entries[at] = entry;
}

static bool make_room(struct name_index *index)
{
    struct name_index larger = {.capacity = index->capacity > 0 ? 2 * index->capacity : 64};
    size_t begin = 0;

    if (2 * (index->count + 1) <= index->capacity) return true;
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (larger.entries == NULL) return false;
    /* Begin behind an unused entry, so that equal hashes keep their order. */
    while (begin < index->capacity && index->entries[begin].place != 0)
        begin++;
    for (size_t i = 0; i < index->capacity; i++) {
        size_t at = (begin + i) & (index->capacity - 1);

        if (index->entries[at].place != 0) put(&larger, index->entries[at]);
    }
    larger.count = index->count;
    free(index->entries);
    *index = larger;
    return true;
}

bool name_index_add(struct name_index *index, uint32_t hash, uint32_t place)
{
    if (!make_room(index)) return false;
    put(index, (struct name_index_entry){hash, place + 1});
    index->count++;
    return true;
}

uint32_t name_index_find(const struct name_index *index, uint32_t hash,
                         bool (*is_it)(const void *context, uint32_t place), const void *context)
{
    uint32_t found = NAME_INDEX_NONE;

    if (index->capacity == 0) return found;
    for (size_t at = hash & (index->capacity - 1); index->entries[at].place != 0;
         at = (at + 1) & (index->capacity - 1)) {
        const struct name_index_entry *entry = &index->entries[at];

        if (entry->hash == hash && is_it(context, entry->place - 1)) found = entry->place - 1;
    }
    return found;
}

void name_index_free(struct name_index *index)
{
    free(index->entries);
    *index = (struct name_index){0};
}
