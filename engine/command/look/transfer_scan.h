/* transfer_scan.h - visits the transfers that the filters of a view choose, page by page. */
#ifndef QUIPU_COMMAND_LOOK_TRANSFER_SCAN_H
#define QUIPU_COMMAND_LOOK_TRANSFER_SCAN_H

#include "command/look/view.h"

/* Visit them in order of time, or newest first, at most as many as --limit says. A visitor that
 * returns false ends it. Complains unless it returns COMMAND_FINE. */
enum command_exit transfer_scan(const struct view *view,
                                bool (*visit)(void *context, const quipu_transfer *transfer),
                                void *context);

#endif
