/* memory.c - objects and regions; see memory.h. */
#include "base/memory.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/heap.h"

/* Regions grow by an eighth of what they have, in steps of at least this. */
#define REGION_STEP_BYTES ((size_t)256 << 10)

/* A region of this size or more asks for huge pages; in a smaller one they would waste memory. It
 * starts at a huge page and grows by whole ones, so that the kernel can use them. */
#define HUGE_FROM_BYTES ((size_t)4 << 20)

#ifdef QUIPU_TESTING
bool (*quipui_memory_refuse)(void);

bool quipui_memory_is_refused(void)
{
    return quipui_memory_refuse != NULL && quipui_memory_refuse();
}
#else
bool quipui_memory_is_refused(void)
{
    return false;
}
#endif

static size_t round_up(size_t bytes, size_t step)
{
    return (bytes + step - 1) / step * step;
}

static void *take_aligned(size_t bytes, size_t alignment)
{
    int saved = errno;
    void *memory = quipui_memory_is_refused() ? NULL : quipui_heap_take(bytes, alignment);

    errno = saved;
    return memory;
}

void *quipui_memory_take(size_t bytes)
{
    return take_aligned(bytes, CACHE_LINE);
}

void *quipui_memory_take_huge(size_t pages)
{
    int saved = errno;
    void *memory = take_aligned(pages * HUGE_PAGE_BYTES, HUGE_PAGE_BYTES);

    /* If the kernel has no huge pages, small ones do. */
    if (memory != NULL) (void)madvise(memory, pages * HUGE_PAGE_BYTES, MADV_HUGEPAGE);
    errno = saved;
    return memory;
}

void quipui_memory_give_back(void *memory)
{
    int saved = errno;

    if (memory == NULL) return;
    quipui_heap_give_back(memory);
    errno = saved;
}

bool quipui_region_open(struct region *region, size_t bytes)
{
    size_t reserved = round_up(bytes, HUGE_PAGE_BYTES) + HUGE_PAGE_BYTES;
    char *mapped;

    if (quipui_memory_is_refused()) return false;
    mapped = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) return false;
    /* Not reached by tests: the mutex of some systems needs memory, that of Linux nothing. */
    if (pthread_mutex_init(&region->growing, NULL) != 0) {
        (void)munmap(mapped, reserved);
        return false;
    }
    region->mapped = mapped;
    region->mapped_bytes = reserved;
    region->base =
        mapped + (HUGE_PAGE_BYTES - (uintptr_t)mapped % HUGE_PAGE_BYTES) % HUGE_PAGE_BYTES;
    region->reserved_bytes = round_up(bytes, HUGE_PAGE_BYTES);
    /* relaxed: no other thread knows the region yet. */
    store_relaxed(&region->usable_bytes, 0);
    return true;
}

void quipui_region_close(struct region *region)
{
    if (region->mapped == NULL) return;
    (void)munmap(region->mapped, region->mapped_bytes);
    (void)pthread_mutex_destroy(&region->growing);
    region->mapped = NULL;
}

/* Called with `growing` held. */
static bool extend(struct region *region, size_t from, size_t bytes)
{
    size_t step = bytes < HUGE_FROM_BYTES ? REGION_STEP_BYTES : HUGE_PAGE_BYTES;
    size_t to = round_up(bytes + bytes / 8, step);

    if (to > region->reserved_bytes) to = region->reserved_bytes;
    if (bytes > to || quipui_memory_is_refused()) return false;
    if (mprotect(region->base + from, to - from, PROT_READ | PROT_WRITE) != 0) return false;
    if (to >= HUGE_FROM_BYTES) (void)madvise(region->base + from, to - from, MADV_HUGEPAGE);

    /* edge region.usable: release; pairs with acquire in region_ensure(). Carries the mapping. */
    store_release(&region->usable_bytes, to);
    return true;
}

bool quipui_region_grow(struct region *region, size_t bytes)
{
    bool grown = true;
    int saved = errno;
    size_t from;

    (void)pthread_mutex_lock(&region->growing);
    /* relaxed: `growing` orders this after the last extend(). */
    from = load_relaxed(&region->usable_bytes);
    if (from < bytes) grown = extend(region, from, bytes);
    (void)pthread_mutex_unlock(&region->growing);
    errno = saved;
    return grown;
}

void quipui_region_forget(struct region *region, size_t from, size_t bytes)
{
    int saved = errno;

    (void)madvise(region->base + from, bytes, MADV_DONTNEED);
    errno = saved;
}

bool quipui_region_prefault(struct region *region, size_t bytes)
{
    if (!region_ensure(region, bytes)) return false;
#ifdef MADV_POPULATE_WRITE
    if (madvise(region->base, bytes, MADV_POPULATE_WRITE) == 0) return true;
#endif
    /* An older kernel: write a byte to each page. What is there is zero. */
    for (size_t i = 0; i < bytes; i += 4096)
        region->base[i] = 0;
    return true;
}
