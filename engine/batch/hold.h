/* hold.h - what became of pending transfers. */
#ifndef QUIPU_BATCH_HOLD_H
#define QUIPU_BATCH_HOLD_H

#include "batch/read.h"

/* Does the knot that this link of an account's strand leads to open a hold, and was that hold still
 * open when the account was at `version`? The account was read before. */
bool quipui_hold_is_open(const struct transfers *transfers, uint64_t link, uint64_t version);

/* An open hold as callers see it. */
void quipui_hold_show_open(const quipu_transfer *pending, quipu_hold *hold);

#endif
