/* full.h - units for which there is no place. */
#ifndef QUIPU_WRITE_FULL_H
#define QUIPU_WRITE_FULL_H

#include "write/batch.h"

/* The unit has no places, but may be certain to fail: find the first leg that is, and make the unit
 * ready to be claimed and run as far as that (full.c). Its legs before that one are at places that
 * nothing is stored at; quipui_leave_aside() gives these back.
 *
 *   returns  QUIPU_OK, or why there is no answer: `status`, or QUIPU_NO_MEMORY */
quipu_status quipui_step_aside(struct transfer_batch *batch, quipu_status status);
void quipui_leave_aside(struct transfer_batch *batch);

#endif
