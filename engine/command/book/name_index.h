/* name_index.h - finds places in an array by a hash; the caller says which of them is meant. */
#ifndef QUIPU_COMMAND_BOOK_NAME_INDEX_H
#define QUIPU_COMMAND_BOOK_NAME_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/types.h"

#define NAME_INDEX_NONE UINT32_MAX

struct name_index_entry {
    uint32_t hash;
    uint32_t place; /* less 1; 0: unused */
};

/* All zero is an empty one. */
struct name_index {
    struct name_index_entry *entries;
    size_t capacity, count; /* a power of two, at least twice the count */
};

uint32_t name_index_hash(const char *text, size_t length);
uint32_t name_index_hash_of_id(quipu_uint128 id);

/* Returns false if memory runs out; nothing is added then. */
bool name_index_add(struct name_index *index, uint32_t hash, uint32_t place);

/* The latest place with this hash for which `is_it` says yes, or NAME_INDEX_NONE. */
uint32_t name_index_find(const struct name_index *index, uint32_t hash,
                         bool (*is_it)(const void *context, uint32_t place), const void *context);

void name_index_free(struct name_index *index);

#endif
