/* heap.c - mappings, or jemalloc; see heap.h. */
#define _GNU_SOURCE
#include "base/heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

static size_t round_up(size_t bytes, size_t step)
{
    return (bytes + step - 1) / step * step;
}

#ifdef QUIPU_SANITIZED

void *quipui_heap_take(size_t bytes, size_t alignment)
{
    return aligned_alloc(alignment, round_up(bytes, alignment));
}

void quipui_heap_give_back(void *memory)
{
    free(memory);
}

#ifdef QUIPU_TESTING
const char *quipui_heap_name(void)
{
    return "malloc";
}
#endif

#else

/* --- jemalloc, if the process has it --- */

/* Weak: the library needs no jemalloc, nor its header. */
extern void *mallocx(size_t bytes, int flags) __attribute__((weak));
extern void dallocx(void *memory, int flags) __attribute__((weak));
extern int mallctl(const char *name, void *old, size_t *old_bytes, void *new, size_t new_bytes)
    __attribute__((weak));

/* From jemalloc's manual: its flags are the logarithm of the alignment, and these. */
#define FLAG_NO_CACHE 0x100
#define FLAG_ARENA_0 0x100000

static bool uses_jemalloc; /* plain: written before any thread can call */

/* An option that jemalloc was built without is off. */
static bool option_is_on(const char *name)
{
    bool on = false;
    size_t bytes = sizeof on;

    return mallctl(name, &on, &bytes, NULL, 0) == 0 && on;
}

static void __attribute__((constructor)) choose(void)
{
    uses_jemalloc = mallocx != NULL && dallocx != NULL && mallctl != NULL &&
                    !option_is_on("opt.tcache") && !option_is_on("opt.xmalloc") &&
                    !option_is_on("opt.prof");
}

#ifdef QUIPU_TESTING
const char *quipui_heap_name(void)
{
    return uses_jemalloc ? "jemalloc" : "pages";
}
#endif

/* --- mappings --- */

/* Just before an object: what to unmap. */
struct mapping {
    char *from;
    size_t bytes;
};

_Static_assert(sizeof(struct mapping) <= CACHE_LINE, "it fits before an aligned object");

/* The kernel may refuse to cut a mapping in two if the process has too many. Then the memory is
 * given back, and the addresses are lost. */
static void unmap(char *from, size_t bytes)
{
    if (munmap(from, bytes) != 0) (void)madvise(from, bytes, MADV_DONTNEED);
}

/* Map `bytes` so that `from + ahead` is aligned, and nothing around it. */
static char *map_aligned(size_t bytes, size_t ahead, size_t alignment)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t slack = alignment > page ? alignment : 0;
    char *mapped, *from;
    size_t before;

    if (bytes > SIZE_MAX - slack) return NULL;
    mapped = mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return NULL;
    if (slack == 0) return mapped;

    before = (alignment - ((uintptr_t)mapped + ahead) % alignment) % alignment;
    from = mapped + before;
    if (before > 0) unmap(mapped, before);
    if (before < slack) unmap(from + bytes, slack - before);
    return from;
}

static void *take_pages(size_t bytes, size_t alignment)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t ahead = alignment > page ? page : alignment;
    size_t whole;
    struct mapping *mapping;
    char *from;

    if (bytes > SIZE_MAX / 2) return NULL;
    whole = round_up(ahead + bytes, page);
    from = map_aligned(whole, ahead, alignment);
    if (from == NULL) return NULL;
    mapping = (struct mapping *)(void *)(from + ahead) - 1;
    *mapping = (struct mapping){from, whole};
    return from + ahead;
}

static void give_back_pages(void *memory)
{
    struct mapping mapping = ((struct mapping *)memory)[-1];

    unmap(mapping.from, mapping.bytes);
}

/* --- which of them --- */

void *quipui_heap_take(size_t bytes, size_t alignment)
{
    if (!uses_jemalloc) return take_pages(bytes, alignment);
    return mallocx(bytes, __builtin_ctzl(alignment) | FLAG_NO_CACHE | FLAG_ARENA_0);
}

void quipui_heap_give_back(void *memory)
{
    if (uses_jemalloc) {
        dallocx(memory, FLAG_NO_CACHE);
    } else {
        give_back_pages(memory);
    }
}

#endif
