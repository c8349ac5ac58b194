/* register.h - the transfers of several accounts in order of time, with a running total. */
#ifndef QUIPU_COMMAND_LOOK_REGISTER_H
#define QUIPU_COMMAND_LOOK_REGISTER_H

#include "command/look/look.h"

/* Of the ids of the view. COMMAND_REFUSED: one is no account, or they are of two ledgers. */
enum command_exit register_show(struct view *view);

#endif
