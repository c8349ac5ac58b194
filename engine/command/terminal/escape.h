/* escape.h - text of a foreign file made fit for a terminal.
 *
 * A control character, or a byte that is not UTF-8, would move the cursor, hide text or rename the
 * window; it is written as \xNN instead. So are the characters that turn the direction of writing:
 * what they show is not what is there. */
#ifndef QUIPU_COMMAND_TERMINAL_ESCAPE_H
#define QUIPU_COMMAND_TERMINAL_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

void escape_write(const char *text, size_t length, FILE *out);

#endif
