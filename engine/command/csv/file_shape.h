/* file_shape.h - files that are not the CSV that is read here, known by their first line. */
#ifndef QUIPU_COMMAND_CSV_FILE_SHAPE_H
#define QUIPU_COMMAND_CSV_FILE_SHAPE_H

#include <stddef.h>

/* What the file is and what to do about it, as one sentence; NULL: nothing odd about this line. */
const char *shape_of(const char *line, size_t length);

#endif
