/* draw.h - the timestamps of a unit are drawn again when one of its accounts has a later one. */
#ifndef QUIPU_PROTOCOL_DRAW_H
#define QUIPU_PROTOCOL_DRAW_H

#include "protocol/unit.h"

/* Draw new timestamps for all legs. Returns false if memory for their time-outs runs out. */
bool quipui_redraw(struct store *store, struct unit *unit);

/* A hold that was not opened: take it out of the time-outs, and give it back. */
void quipui_give_hold_back(struct store *store, struct worker *worker, uint64_t hold);

/* Add the hold that a leg opens to the time-outs, if it has one and its accounts exist. Returns
 * false if memory runs out. */
bool quipui_time(struct store *store, const struct unit *unit, const struct leg *leg);

#endif
