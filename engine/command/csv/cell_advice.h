/* cell_advice.h - what to write in place of a cell that is no number. */
#ifndef QUIPU_COMMAND_CSV_CELL_ADVICE_H
#define QUIPU_COMMAND_CSV_CELL_ADVICE_H

#include <stddef.h>

#define ADVICE_BYTES 256

/* Advice on text[0..length), the value of the field of this name. Returns `advice`. */
const char *advice_on(const char *field, const char *text, size_t length,
                      char advice[static ADVICE_BYTES]);

#endif
