/* random.c - base/random.h without chance: ids hash the same in every schedule. */
#include "base/random.h"

#include "support/random.h"

bool quipui_random_fill(void *bytes, size_t count)
{
    struct random random = {1};
    unsigned char *to = bytes;

    for (size_t i = 0; i < count; i++)
        to[i] = (unsigned char)random_next(&random);
    return true;
}
