/* text_copy.h - copies of texts. */
#ifndef QUIPU_COMMAND_COMMON_TEXT_COPY_H
#define QUIPU_COMMAND_COMMON_TEXT_COPY_H

#include <stdlib.h>
#include <string.h>

/* A copy with a zero byte at its end; NULL: memory ran out. */
static inline char *text_copy(const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    if (copy == NULL) return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

#endif
