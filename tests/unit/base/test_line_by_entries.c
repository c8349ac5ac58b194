/* test_line_by_entries.c - test_line.c for the lines of processors that load no line at once. */
#define LINE_BY_ENTRIES 1

#include "unit/base/test_line.c"
