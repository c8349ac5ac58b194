/* heap.h - where the memory of objects comes from: jemalloc where that is safe, or the kernel.
 *
 * The engine's objects are few and large: ledgers, workers and their scratch, blocks of versions.
 * So a mapping for each is no loss, and a mapping that fails says so.
 *
 *   H1  jemalloc is used if the process has it, its threads keep no caches (opt.tcache), and it
 *       does not abort when memory runs out (opt.xmalloc). With other options a call can crash:
 *       jemalloc first gives a new thread a cache and an arena, and does not check whether there
 *       was memory for them
 *   H2  all of it is from arena 0, which is there from the start
 *   H3  it is decided once, when the library is loaded; so memory goes back to where it was taken
 *       from
 *   H4  no call of the host's malloc: it may be jemalloc's, with the same fault
 *
 * A sanitizer must see each object: there it is aligned_alloc() that decides.
 * source: docs/adr/0012-nothing-beneath-aborts.md */
#ifndef QUIPU_BASE_HEAP_H
#define QUIPU_BASE_HEAP_H

#include <stddef.h>

/* At least `bytes`, aligned to `alignment`: a power of two, at least a cache line. Returns NULL if
 * memory runs out; may set errno. */
void *quipui_heap_take(size_t bytes, size_t alignment);
void quipui_heap_give_back(void *memory);

#ifdef QUIPU_TESTING
/* "jemalloc", "pages" or "malloc". */
const char *quipui_heap_name(void);
#endif

#endif
