/* refuse.c - preloaded before the command: it refuses the n-th request for memory or a thread.
 *
 * Only requests of the command itself count, not those of libraries. QUIPU_REFUSE is the number of
 * the first request to refuse, from 1; with QUIPU_REFUSE_ALL all later ones are refused, too. If
 * QUIPU_REFUSE_COUNT names a file, the number of requests is written there at the end. */
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

/* Code that runs after main() is not the command's: it writes the coverage. */
static void end_of_main(void)
{
    ending = true;
}

static bool is_refused(const void *caller)
{
    Dl_info of;
    long number;

    if (refused_from <= 0 && getenv("QUIPU_REFUSE_COUNT") == NULL) return false;
    /* The caller is in the program itself, whose header is on its first page. */
    if (dladdr(caller, &of) == 0 ||
        (uintptr_t)of.dli_fbase != (getauxval(AT_PHDR) & ~(uintptr_t)4095)) {
        return false;
    }
    if (ending) return false;
    number = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
    if (number == 1) (void)atexit(end_of_main);
    return refused_from > 0 && (number == refused_from || (all && number > refused_from));
}

/* The function of jemalloc or libc that would have been called without this library. */
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

/* The ledger takes its memory so. */
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
