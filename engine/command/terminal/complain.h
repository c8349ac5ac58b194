/* complain.h - lines on standard error: what is wrong, where, and what to do about it.
 *
 * They may quote a foreign file, so bytes that a terminal would act on are escaped: see
 * escape.h. */
#ifndef QUIPU_COMMAND_TERMINAL_COMPLAIN_H
#define QUIPU_COMMAND_TERMINAL_COMPLAIN_H

#include "quipu/types.h"

/* One line: "quipu: ...". */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* One line about a place in a file: "file:line:column: ...". Column 0: no column. */
__attribute__((format(printf, 4, 5))) void complain_at(const char *path, unsigned long long line,
                                                       unsigned long long column,
                                                       const char *format, ...);

/* One line about a call of the library that did not work, and why. */
void complain_of_status(const char *call, quipu_status status);

#endif
