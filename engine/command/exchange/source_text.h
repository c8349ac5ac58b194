/* source_text.h - a foreign file as UTF-8 text. */
#ifndef QUIPU_COMMAND_EXCHANGE_SOURCE_TEXT_H
#define QUIPU_COMMAND_EXCHANGE_SOURCE_TEXT_H

#include <stddef.h>

#include "command/common/exit_code.h"

/* A file with more bytes is no export of a bank. */
#define SOURCE_BYTES_MAX ((size_t)1 << 30)

struct source_text {
    char *text; /* with a zero byte at its end */
    size_t length;
};

/* Read a file ("-": standard input) in an encoding that iconv knows; "": UTF-16 if it begins with
 * such a byte order mark, and UTF-8 otherwise. Byte order marks are left out. Complains unless it
 * returns COMMAND_FINE; COMMAND_REFUSED: it is not in this encoding. */
enum command_exit source_read(struct source_text *source, const char *path, const char *encoding);
void source_free(struct source_text *source);

#endif
