/* explained.h - the report of `quipu explain`. */
#ifndef QUIPU_COMMAND_LOOK_EXPLAINED_H
#define QUIPU_COMMAND_LOOK_EXPLAINED_H

#include "command/look/look.h"

/* A transfer that is there. */
enum command_exit explained_stored(struct view *view, const quipu_transfer *transfer);

/* One that is not, judged by a dry run. COMMAND_REFUSED: it would be refused. */
enum command_exit explained_dry(struct view *view, const quipu_transfer *transfer);

/* One of which there is only the id. COMMAND_REFUSED. */
enum command_exit explained_absent(struct view *view, quipu_uint128 id);

#endif
