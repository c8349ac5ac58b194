/* random.c - getrandom(2), all of it. */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

bool quipui_random_fill(void *bytes, size_t count)
{
    char *to = bytes;
    int saved = errno;

    while (count > 0) {
        ssize_t got = getrandom(to, count, 0);

        if (got < 0 && errno != EINTR) {
            errno = saved;
            return false;
        }
        if (got > 0) {
            to += got;
            count -= (size_t)got;
        }
    }
    errno = saved;
    return true;
}
