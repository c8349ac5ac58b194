/* refuse.c - preloaded before the command: the n-th thing that it asks the system for is refused.
 *
 * Counted are memory and threads that the command itself asks for, not what libraries ask for on
 * their own. QUIPU_REFUSE says which is the first to be refused, from 1; QUIPU_REFUSE_ALL, that all
 * after it are, too. When the process ends it says, if QUIPU_REFUSE_COUNT names a file, how many
 * there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

void *mallocx(size_t bytes, int flags); /* of jemalloc */

static long asked, refused_from = -1;
static bool all, ending;

static __attribute__((constructor)) void begin(void)
{
    const char *from = getenv("QUIPU_REFUSE");

    all = getenv("QUIPU_REFUSE_ALL") != NULL;
    refused_from = from != NULL ? strtol(from, NULL, 10) : 0;
}

static __attribute__((destructor)) void end(void)
{
    const char *path = getenv("QUIPU_REFUSE_COUNT");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file == NULL) return;
    (void)fprintf(file, "%ld\n", asked);
    (void)fclose(file);
}

/* What runs behind main() is not the command's: it writes what was covered. */
static void end_of_main(void)
{
    ending = true;
}

static bool is_refused(const void *caller)
{
    Dl_info of;
    long number;

    if (refused_from <= 0 && getenv("QUIPU_REFUSE_COUNT") == NULL) return false;
    /* The program's own header is on its first page. */
    if (dladdr(caller, &of) == 0 ||
        (uintptr_t)of.dli_fbase != (getauxval(AT_PHDR) & ~(uintptr_t)4095)) {
        return false;
    }
    if (ending) return false;
    number = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
    if (number == 1) (void)atexit(end_of_main);
    return refused_from > 0 && (number == refused_from || (all && number > refused_from));
}

/* What would have been called without us: of jemalloc or of libc, whichever frees it later. */
#define NEXT(function, ...)                                                                        \
    static __typeof__(function) *next;                                                             \
                                                                                                   \
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, #function);                               \
    return next(__VA_ARGS__)

static void *refuse(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t bytes)
{
    if (is_refused(__builtin_return_address(0))) return refuse();
    NEXT(malloc, bytes);
}

void *calloc(size_t count, size_t bytes)
{
    if (is_refused(__builtin_return_address(0))) return refuse();
    NEXT(calloc, count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    if (is_refused(__builtin_return_address(0))) return refuse();
    NEXT(realloc, memory, bytes);
}

/* The memory of the ledger itself. */
void *mallocx(size_t bytes, int flags)
{
    if (is_refused(__builtin_return_address(0))) return NULL;
    NEXT(mallocx, bytes, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                   void *context)
{
    if (is_refused(__builtin_return_address(0))) return EAGAIN;
    NEXT(pthread_create, thread, attributes, body, context);
}
