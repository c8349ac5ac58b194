/* link_wait.c - waiting for the daemon: awake for a moment, then asleep on the socket. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "connect/connection_parts.h"
#include "wire/hello.h"

void quipui_link_ring(struct link_to_daemon *link)
{
    const uint64_t once = 1;

    if (!wire_must_ring(&link->shared->server_sleeps)) return;
    /* If it is full it is readable all the same. */
    (void)!write(link->bell, &once, sizeof once);
}

/* Sleep until the bell rings. Returns false if the daemon is gone, or the time is over. */
static bool sleep_on(struct link_to_daemon *link, uint64_t ends)
{
    struct pollfd bell = {.fd = link->socket, .events = POLLIN};
    struct timespec left, *limit = NULL;

    if (ends != 0) {
        uint64_t now = quipui_clock_steady();

        if (now >= ends) return false;
        left.tv_sec = (time_t)((ends - now) / 1000000000);
        left.tv_nsec = (long)((ends - now) % 1000000000);
        limit = &left;
    }
    if (ppoll(&bell, 1, limit, NULL) < 0) return errno == EINTR;
    return quipui_wire_hear(link->socket);
}

/* The rest of a wait that has lasted for some microseconds. */
static enum wire_look wait_asleep(struct link_to_daemon *link, uint64_t ends)
{
    bool goes_on = true;

    /* Ends: an answer comes, the daemon goes, or the time is over. */
    for (;;) {
        enum wire_look seen;

        wire_lie_down(&link->shared->client_sleeps);
        seen = wire_see(&link->answers);
        if (seen == WIRE_NO && goes_on) goes_on = sleep_on(link, ends);
        wire_get_up(&link->shared->client_sleeps);
        if (seen != WIRE_NO) return seen;
        if (!goes_on) return wire_see(&link->answers); /* P2 */
    }
}

bool quipui_link_wait_answer(struct link_to_daemon *link, uint64_t ends)
{
    enum wire_look seen = wire_see(&link->answers);
    unsigned looks = 0, most = wire_looks(&link->patience);

    while (seen == WIRE_NO && looks < most) {
        wire_pause(&looks);
        seen = wire_see(&link->answers);
    }
    wire_learn(&link->patience, looks, seen != WIRE_NO);
    if (seen == WIRE_NO) seen = wait_asleep(link, ends);
    return seen == WIRE_YES;
}
