/* jemalloc_settings.c - tells jemalloc, in a program that is linked with it, to keep no caches per
 * thread.
 *
 * With caches, a new thread crashes if there is no memory for its own cache. So a ledger takes
 * memory from jemalloc only if there are no caches. */
__attribute__((visibility("default"))) extern const char *malloc_conf;

const char *malloc_conf = "tcache:false";
