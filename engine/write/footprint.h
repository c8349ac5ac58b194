/* footprint.h - the accounts and holds that a unit touches. */
#ifndef QUIPU_WRITE_FOOTPRINT_H
#define QUIPU_WRITE_FOOTPRINT_H

#include "write/batch.h"

/* Find the pending transfers that legs resolve. */
void quipui_find_pending(struct transfer_batch *batch);

/* Find the accounts, take the holds: the footprint of the unit. */
quipu_status quipui_find_footprint(struct transfer_batch *batch);

/* Give back the holds of a unit that has failed. */
void quipui_give_back_holds(struct transfer_batch *batch);

#endif
