/* link.c - saying hello to a daemon, and leaving it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "connect/connection_parts.h"
#include "wire/hello.h"

_Static_assert(CONNECTION_PATH_BYTES == sizeof(((struct sockaddr_un *)0)->sun_path),
               "the longest path of a socket");

static quipu_status status_of(int error)
{
    switch (error) {
    case ENOMEM:
    case ENOBUFS:
    case EMFILE:
    case ENFILE: return QUIPU_NO_MEMORY;
    default: return QUIPU_IO;
    }
}

/* A socket that is connected to the path, or -1 (errno). While the daemon has too many at its door,
 * this waits for at most `wait_ms`. */
static int reach(const char *path, int wait_ms)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    int door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), error;

    if (door < 0) return -1;
    memcpy(address.sun_path, path, strlen(path));
    (void)setsockopt(door, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(door, (struct sockaddr *)&address, sizeof address) == 0) return door;
    error = errno;
    (void)close(door);
    errno = error;
    return -1;
}

/* Wait for the welcome. */
static quipu_status be_welcomed(int door, int wait_ms, struct wire_welcome *welcome,
                                int *descriptors, unsigned *count)
{
    uint64_t ends = quipui_clock_steady() + (uint64_t)wait_ms * 1000000;

    /* Ends: the time is over. */
    for (;;) {
        struct pollfd look = {.fd = door, .events = POLLIN};
        uint64_t now = quipui_clock_steady();

        switch (quipui_wire_receive(door, welcome, sizeof *welcome, descriptors, count)) {
        case WIRE_PACKET: return QUIPU_OK;
        case WIRE_STRANGE: return QUIPU_UNSUPPORTED;
        case WIRE_HANGUP: return QUIPU_IO;
        case WIRE_NOTHING: break;
        }
        if (now >= ends) return QUIPU_IO;
        (void)poll(&look, 1, (int)((ends - now) / 1000000) + 1);
    }
}

static quipu_status check(const struct wire_welcome *welcome, unsigned count)
{
    if (welcome->magic != WIRE_MAGIC || welcome->version != WIRE_VERSION) return QUIPU_UNSUPPORTED;
    if (welcome->status != QUIPU_OK) {
        return welcome->status <= QUIPU_FENCED ? (quipu_status)welcome->status : QUIPU_IO;
    }
    if (welcome->requests_bytes != WIRE_REQUESTS_BYTES ||
        welcome->answers_bytes != WIRE_ANSWERS_BYTES) {
        return QUIPU_UNSUPPORTED;
    }
    return count == WIRE_DESCRIPTORS ? QUIPU_OK : QUIPU_NO_MEMORY; /* they found no room here */
}

static quipu_status map(struct link_to_daemon *link, int memory)
{
    void *shared;

    if (quipui_memory_is_refused()) return QUIPU_NO_MEMORY;
    if (!quipui_wire_is_sealed(memory)) return QUIPU_IO; /* M7 */
    shared = mmap(NULL, WIRE_SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (shared == MAP_FAILED) return QUIPU_NO_MEMORY;
    link->shared = shared;
    link->requests = wire_requests(shared);
    link->answers = wire_answers(shared);
    link->patience = (struct wire_patience){0, false};
    link->number = 0;
    return QUIPU_OK;
}

static quipu_status greet(struct link_to_daemon *link, int wait_ms)
{
    const struct wire_hello hello = {.magic = WIRE_MAGIC, .version = WIRE_VERSION};
    int descriptors[WIRE_DESCRIPTORS] = {-1, -1};
    struct wire_welcome welcome;
    unsigned count = 0;
    quipu_status status;

    if (!quipui_wire_send(link->socket, &hello, sizeof hello, NULL, 0)) return QUIPU_IO;
    status = be_welcomed(link->socket, wait_ms, &welcome, descriptors, &count);
    if (status == QUIPU_OK) status = check(&welcome, count);
    if (status == QUIPU_OK) status = map(link, descriptors[WIRE_MEMORY]);
    if (descriptors[WIRE_MEMORY] >= 0) (void)close(descriptors[WIRE_MEMORY]);
    if (status == QUIPU_OK) {
        link->bell = descriptors[WIRE_BELL];
        link->may_write = welcome.may_write != 0;
    } else if (descriptors[WIRE_BELL] >= 0) {
        (void)close(descriptors[WIRE_BELL]);
    }
    return status;
}

quipu_status quipui_link_open(struct link_to_daemon *link, const char *path, int wait_ms)
{
    quipu_status status;

    link->socket = reach(path, wait_ms);
    if (link->socket < 0) return status_of(errno);
    status = greet(link, wait_ms);
    if (status != QUIPU_OK) (void)close(link->socket);
    return status;
}

bool quipui_link_is_up(const struct link_to_daemon *link)
{
    return quipui_wire_hear(link->socket);
}

void quipui_link_close(struct link_to_daemon *link)
{
    (void)munmap(link->shared, WIRE_SHARED_BYTES);
    (void)close(link->bell);
    (void)close(link->socket);
}
