/* test_redis_refused.c - a lock is not made where memory is refused, whichever allocation it is.
 *
 * The linker has calloc() and strdup() of the library come here (--wrap). What a refused lock
 * leaves behind, LeakSanitizer would find. */
#include "quipu/redis_lock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>

void *__real_calloc(size_t count, size_t bytes); /* NOLINT: the linker's names */
char *__real_strdup(const char *text);           /* NOLINT */
void *__wrap_calloc(size_t count, size_t bytes); /* NOLINT */
char *__wrap_strdup(const char *text);           /* NOLINT */

/* So many are given before one is refused; each once. */
static unsigned given = UINT_MAX;

static bool is_refused(void)
{
    if (given == UINT_MAX || given-- > 0) return false;
    given = UINT_MAX;
    errno = ENOMEM;
    return true;
}

void *__wrap_calloc(size_t count, size_t bytes) /* NOLINT */
{
    return is_refused() ? NULL : __real_calloc(count, bytes);
}

char *__wrap_strdup(const char *text) /* NOLINT */
{
    return is_refused() ? NULL : __real_strdup(text);
}

Test(redis_refused, whichever_allocation_it_is)
{
    const quipu_redis_server servers[] = {
        {.socket_path = "/nowhere"}, {.host = "127.0.0.1", .port = 1}, {.host = "::1", .port = 1}};
    const quipu_redis_lock_options options = {
        .servers = servers, .server_count = 3, .key = "the lock", .ttl_ms = 1000};
    quipu_redis_lock *lock;
    unsigned before = 0;

    errno = 0;
    /* Ends: each turn gives one more, and a lock needs only so many. */
    for (;; before++) {
        quipu_status status;

        given = before;
        status = quipu_redis_lock_open(&options, &lock);
        cr_assert_eq(errno, 0, "errno is as it was");
        if (status == QUIPU_OK) break;
        cr_assert_eq(status, QUIPU_NO_MEMORY);
        cr_assert_null(lock);
        cr_assert_eq(given, UINT_MAX, "it was refused");
    }
    given = UINT_MAX;
    cr_assert_eq(before, 5, "the lock, its key, and an address for each server");
    quipu_redis_lock_close(lock);
}
