/* flights.h - calls of a queue that are on their way: written as requests, not answered yet.
 *
 * The connection is the queue's own, and one thread at a time uses it: there is no lock. A submit
 * writes its request; a reap takes answers.
 *
 *                       an answer comes: the daemon rings, once
 *     +------------------------------> READABLE <---------------------------+
 *   QUIET                                                                  QUIET
 *     +<------------------------------ READABLE
 *        a reap finds nothing: it lies down, looks again, and takes the old bells (L3)
 *
 *   L1  an answer completes the call whose number it has, once. Completions come in the order of
 *       the answers
 *   L2  a submit waits for nothing: if `depth` calls are on their way, or the ring has no room, it
 *       has written nothing. Then answers are to come, and after the last of them there is room
 *   L3  while there is an answer that no reap has seen, the socket is readable, or a bell is on its
 *       way. The flag of the sleeper is set from the beginning on, and only the daemon takes it
 *       back, when it rings. A reap that finds nothing sets it, looks again, and takes no more
 *       bells off the socket than were rung before that: `due` counts them. So the bell of an
 *       answer that comes meanwhile stays. A reap that finds something at the second look leaves
 *       one bell, and takes the others: they never fill the socket, and none is lost
 *   L4  a reap that finds something makes no system call. If the daemon may be waiting for room, it
 *       is rung by the next reap that finds nothing (M5)
 *   L5  where the daemon is gone, the answers that it had published are taken. Then, or when it has
 *       broken a rule, all that is on its way completes with QUIPU_IO, in the order of submits, and
 *       results are 0. The rings are not looked at any more, submits return QUIPU_IO, and the
 *       socket stays readable
 *   L6  parts of an answer but for the last are taken by the way: they complete nothing, and a wait
 *       does not end with one */
#ifndef QUIPU_CONNECT_FLIGHTS_H
#define QUIPU_CONNECT_FLIGHTS_H

#include "connect/connection.h"
#include "quipu/queue.h"

struct flights;
struct link_to_daemon;

/* At most `depth` calls over this link, which stays the caller's. NULL: memory ran out. */
struct flights *quipui_flights_open(struct link_to_daemon *link, uint32_t depth);
void quipui_flights_close(struct flights *flights);

/* The descriptor to wait on, and how many calls are not reaped yet. */
int quipui_flights_descriptor(const struct flights *flights);
uint32_t quipui_flights_count(const struct flights *flights);

/* Returns QUIPU_OK if the call is on its way; QUIPU_BUSY: see L2; QUIPU_UNSUPPORTED: there is no
 * right to write; QUIPU_IO: see L5. */
quipu_status quipui_flights_submit(struct flights *flights, const struct wire_call *call);

/* The context of the call that was submitted last. */
void quipui_flights_name(struct flights *flights, void *context);

/* As quipu_reap(), and quipu_queue_wait(). */
size_t quipui_flights_reap(struct flights *flights, quipu_completion *completions, size_t capacity);
quipu_status quipui_flights_wait(struct flights *flights, uint64_t timeout);

#endif
