/* jemalloc_settings.c - for jemalloc, where a program of ours is linked with it: no caches per
 * thread.
 *
 * With caches a new thread crashes when memory for its own cannot be had; so a ledger takes its
 * memory from jemalloc only without them. */
__attribute__((visibility("default"))) extern const char *malloc_conf;

const char *malloc_conf = "tcache:false";
