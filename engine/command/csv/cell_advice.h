/* cell_advice.h - a cell that is no number: what it looks like, and what to write instead. */
#ifndef QUIPU_COMMAND_CSV_CELL_ADVICE_H
#define QUIPU_COMMAND_CSV_CELL_ADVICE_H

#include <stddef.h>

#define ADVICE_BYTES 256

/* What to do about text[0..length), which stands in a field of this name. Returns `advice`. */
const char *advice_on(const char *field, const char *text, size_t length,
                      char advice[static ADVICE_BYTES]);

#endif
