/* memory.h - the one door to memory: objects (heap.h) and regions (mmap).
 *
 * A region is address space that is reserved once and made usable from its start on. So nothing in
 * it moves, and an index is a plain offset. Fresh memory of a region is zero; fresh objects are
 * not.
 *
 * If memory runs out, a call returns NULL or false, and errno stays as it was. */
#ifndef QUIPU_BASE_MEMORY_H
#define QUIPU_BASE_MEMORY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"

#define CACHE_LINE 64

#ifdef QUIPU_TESTING
/* If it is set, it is asked before each allocation, and refuses it by true. For tests. */
extern bool (*quipui_memory_refuse)(void);
#endif

/* Does a test refuse this allocation? For memory that the system allocates for us. */
bool quipui_memory_is_refused(void);

/* `bytes` of memory aligned to a cache line, or NULL. */
void *quipui_memory_take(size_t bytes);
void quipui_memory_give_back(void *memory);

/* The same in whole huge pages, for memory that is read at scattered places: where the page table
 * is in no cache, a look at it costs as much as the memory itself. */
#define HUGE_PAGE_BYTES ((size_t)2 << 20)
void *quipui_memory_take_huge(size_t pages);

struct region {
    char *base; /* at a huge page */
    size_t reserved_bytes;
    char *mapped; /* what mmap() gave, and how much: to give back */
    size_t mapped_bytes;
    _Atomic size_t usable_bytes;
    pthread_mutex_t growing;
};

/* Reserve; nothing is usable yet. Returns false if address space runs out. */
bool quipui_region_open(struct region *region, size_t bytes);
void quipui_region_close(struct region *region);
bool quipui_region_grow(struct region *region, size_t bytes);

/* Make the first `bytes` usable and have memory behind them. Returns false if memory runs out. */
bool quipui_region_prefault(struct region *region, size_t bytes);

/* Give back the memory behind these bytes. They read as zero if they are used again. */
void quipui_region_forget(struct region *region, size_t from, size_t bytes);

/* Make the first `bytes` usable. Returns false if memory runs out; what was usable stays so. */
static inline bool region_ensure(struct region *region, size_t bytes)
{
    /* edge region.usable: acquire; pairs with release in quipui_region_grow(). */
    if (load_acquire(&region->usable_bytes) >= bytes) return true;
    return quipui_region_grow(region, bytes);
}

#endif
