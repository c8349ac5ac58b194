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

/* What is waited for. */
struct want {
    uint64_t bytes; /* of room; 0: an answer */
    uint64_t ends;  /* by the steady clock; UINT64_MAX: never */
};

static enum wire_look look(struct link_to_daemon *link, const struct want *want)
{
    return want->bytes > 0 ? wire_has_room(&link->requests, want->bytes) : wire_see(&link->answers);
}

/* Sleep until the bell rings. Returns false if the daemon is gone, or the time is over. */
static bool sleep_on(struct link_to_daemon *link, const struct want *want)
{
    struct pollfd bell = {.fd = link->socket, .events = POLLIN};
    struct timespec left, *limit = NULL;

    if (want->ends != UINT64_MAX) {
        uint64_t now = quipui_clock_steady();

        if (now >= want->ends) return false;
        left.tv_sec = (time_t)((want->ends - now) / 1000000000);
        left.tv_nsec = (long)((want->ends - now) % 1000000000);
        limit = &left;
    }
    if (ppoll(&bell, 1, limit, NULL) < 0) return errno == EINTR;
    return quipui_wire_hear(link->socket);
}

/* The rest of a wait that has lasted for some microseconds. */
static enum wire_look wait_asleep(struct link_to_daemon *link, const struct want *want)
{
    bool goes_on = true;

    /* Ends: what is waited for comes, the daemon goes, or the time is over. */
    for (;;) {
        enum wire_look seen;

        wire_lie_down(&link->shared->client_sleeps);
        seen = look(link, want);
        if (seen == WIRE_NO && goes_on) goes_on = sleep_on(link, want);
        wire_get_up(&link->shared->client_sleeps);
        if (seen != WIRE_NO) return seen;
        if (!goes_on) return look(link, want); /* P2 */
    }
}

static bool wait_for(struct link_to_daemon *link, uint64_t bytes, uint64_t timeout)
{
    struct want want = {bytes, UINT64_MAX};
    enum wire_look seen = look(link, &want);
    unsigned looks = 0, most = wire_looks(&link->patience);

    while (seen == WIRE_NO && looks < most) {
        wire_pause(&looks);
        seen = look(link, &want);
    }
    wire_learn(&link->patience, looks, seen != WIRE_NO);
    if (seen == WIRE_NO) {
        if (timeout != 0) want.ends = quipui_clock_steady() + timeout;
        seen = wait_asleep(link, &want);
    }
    return seen == WIRE_YES;
}

bool quipui_link_wait_answer(struct link_to_daemon *link, uint64_t timeout)
{
    wire_prefetch(&link->requests); /* while the daemon has something to do */
    return wait_for(link, 0, timeout);
}

bool quipui_link_wait_room(struct link_to_daemon *link, uint64_t bytes, uint64_t timeout)
{
    return wait_for(link, bytes, timeout);
}
