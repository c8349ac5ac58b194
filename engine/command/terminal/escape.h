/* escape.h - makes text of a foreign file safe for a terminal.
 *
 * A control character, or a byte that is not UTF-8, could move the cursor, hide text or rename the
 * window. A character that turns the direction of writing could show a text that is not there. Each
 * is written as \xNN instead. */
#ifndef QUIPU_COMMAND_TERMINAL_ESCAPE_H
#define QUIPU_COMMAND_TERMINAL_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

void escape_write(const char *text, size_t length, FILE *out);

#endif
