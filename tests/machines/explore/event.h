/* event.h - stands for engine/base/event.c: a fiber sleeps until another makes the descriptor
 * readable. */
#ifndef EXPLORE_EVENT_H
#define EXPLORE_EVENT_H

/* None is readable, as after the setup. */
void event_forget(void);

#endif
