/* event.h - a descriptor that becomes readable when it is told to: an eventfd.
 *
 * errno stays as it was, and no thread is cancelled here: these are bare system calls. */
#ifndef QUIPU_BASE_EVENT_H
#define QUIPU_BASE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_FOR_EVER UINT64_MAX

/* Not readable yet. Returns -1 if there is no descriptor, or no memory. */
int quipui_event_open(void);
void quipui_event_close(int event);

/* Make it readable; not readable. The latter returns false if it was not. */
void quipui_event_set(int event);
bool quipui_event_clear(int event);

/* Wait until it is readable, or until this instant. A signal does not end the wait. Returns false
 * if the time was over. */
bool quipui_event_wait(int event, uint64_t deadline);

/* The instant in so many ns; EVENT_FOR_EVER if that is the duration, or beyond time. */
uint64_t quipui_event_deadline(uint64_t ns);

#endif
