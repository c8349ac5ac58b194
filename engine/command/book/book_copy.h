/* book_copy.h - copies the names and the notes of a ledger to another directory. */
#ifndef QUIPU_COMMAND_BOOK_BOOK_COPY_H
#define QUIPU_COMMAND_BOOK_BOOK_COPY_H

#include <stdbool.h>

/* Returns false, with a complaint, if that fails. What is not there is not copied. */
bool book_copy(const char *from, const char *to);

#endif
