/* file_shape.h - tells by the first line of a file if it is not the CSV that is read here. */
#ifndef QUIPU_COMMAND_CSV_FILE_SHAPE_H
#define QUIPU_COMMAND_CSV_FILE_SHAPE_H

#include <stddef.h>

/* What the file is, and what to do about it, as one sentence. NULL: the line looks like CSV. */
const char *shape_of(const char *line, size_t length);

#endif
