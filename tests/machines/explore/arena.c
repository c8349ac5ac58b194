/* arena.c - base/memory.h over one static arena; see arena.h. */
#include "machines/explore/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "machines/explore/points.h"

#define HEAP_BYTES ((size_t)8 << 20)
#define REGIONS_MAX 20

/* Fresh small objects hold this, and those that were given back that. */
#define FRESH 0xA5
#define GONE 0xDB

static _Alignas(4096) char arena[ARENA_BYTES];

/* What is in use: the heap, and the usable part of each region. */
static size_t heap_used, regions_end;
static struct region *regions[REGIONS_MAX];
static size_t region_count;

/* A piece of the arena and its copy. */
struct kept {
    char *from, *copy;
    size_t bytes;
};
static struct kept kept[REGIONS_MAX + 1];
static size_t kept_count;

bool (*quipui_memory_refuse)(void);

bool quipui_memory_is_refused(void)
{
    return quipui_memory_refuse != NULL && quipui_memory_refuse();
}

static size_t round_up(size_t bytes, size_t step)
{
    return (bytes + step - 1) / step * step;
}

static void forget_copies(void)
{
    for (size_t i = 0; i < kept_count; i++)
        free(kept[i].copy);
    kept_count = 0;
}

void arena_open(void)
{
    forget_copies();
    heap_used = 0;
    regions_end = HEAP_BYTES;
    region_count = 0;
}

static bool keep(char *from, size_t bytes)
{
    struct kept *piece = &kept[kept_count];

    if (bytes == 0) return true;
    *piece = (struct kept){from, malloc(bytes), bytes};
    if (piece->copy == NULL) return false;
    memcpy(piece->copy, from, bytes);
    kept_count++;
    return true;
}

bool arena_keep(void)
{
    forget_copies();
    if (!keep(arena, heap_used)) return false;
    for (size_t i = 0; i < region_count; i++) {
        /* relaxed: one thread. */
        if (!keep(regions[i]->base,
                  atomic_load_explicit(&regions[i]->usable_bytes, memory_order_relaxed)))
            return false;
    }
    return true;
}

void arena_restore(void)
{
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].from, kept[i].copy, kept[i].bytes);
    heap_used = kept_count > 0 ? kept[0].bytes : 0;
}

size_t arena_offset(const volatile void *address)
{
    size_t offset = (size_t)((const volatile char *)address - arena);

    return offset < ARENA_BYTES ? offset : ARENA_BYTES;
}

const volatile void *arena_nowhere(size_t which)
{
    return arena + ARENA_BYTES - CACHE_LINE + 8 * which;
}

/* Each object is behind a line that says how large it is. */
void *quipui_memory_take(size_t bytes)
{
    size_t whole = round_up(bytes, CACHE_LINE) + CACHE_LINE;
    char *memory = arena + heap_used;

    if (quipui_memory_is_refused()) return NULL;
    if (whole > HEAP_BYTES - heap_used) return NULL;
    heap_used += whole;
    memcpy(memory, &whole, sizeof whole);
    memset(memory + CACHE_LINE, FRESH, whole - CACHE_LINE);
    return memory + CACHE_LINE;
}

void *quipui_memory_take_huge(size_t pages)
{
    return quipui_memory_take(pages * HUGE_PAGE_BYTES);
}

void quipui_memory_give_back(void *memory)
{
    size_t whole;

    if (memory == NULL) return;
    memcpy(&whole, (char *)memory - CACHE_LINE, sizeof whole);
    memset(memory, GONE, whole - CACHE_LINE);
}

bool quipui_region_open(struct region *region, size_t bytes)
{
    size_t reserved = round_up(bytes, 4096);

    if (region_count == REGIONS_MAX || reserved > ARENA_BYTES - CACHE_LINE - regions_end)
        return false;
    region->base = region->mapped = arena + regions_end;
    region->reserved_bytes = region->mapped_bytes = reserved;
    atomic_store_explicit(&region->usable_bytes, 0, memory_order_relaxed);
    regions_end += reserved;
    regions[region_count++] = region;
    return true;
}

/* The arena is emptied as a whole. */
void quipui_region_close(struct region *region)
{
    region->mapped = NULL;
}

/* The real one grows under a mutex, and says so by one store: here, by one step, which nobody comes
 * between. */
bool quipui_region_grow(struct region *region, size_t bytes)
{
    size_t from;

    if (bytes > region->reserved_bytes) return false;
    explore_point(&region->usable_bytes, true, __func__, __LINE__);
    from = atomic_load_explicit(&region->usable_bytes, memory_order_relaxed);
    if (bytes <= from) return true;
    memset(region->base + from, 0, bytes - from);
    atomic_store_explicit(&region->usable_bytes, bytes, memory_order_release);
    explore_wrote(&region->usable_bytes);
    return true;
}

bool quipui_region_prefault(struct region *region, size_t bytes)
{
    return quipui_region_grow(region, bytes);
}

void quipui_region_forget(struct region *region, size_t from, size_t bytes)
{
    memset(region->base + from, 0, bytes);
}
