/* hello.c - packets and descriptors over a socket, and memory that is sealed. */
#define _GNU_SOURCE
#include "wire/hello.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/wire_ring.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* More than WIRE_DESCRIPTORS may come from a hostile client: those are taken, too, to be closed. */
enum { DESCRIPTORS_MAX = 8 };

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
};

bool quipui_wire_send(int socket, const void *packet, size_t bytes, const int *descriptors,
                      unsigned count)
{
    struct iovec part = {.iov_len = bytes};
    union control control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t sent;

    memcpy(&part.iov_base, &packet, sizeof packet); /* it is only read */
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
    }
    /* Ends: a signal interrupts only so often. */
    do {
        sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)bytes;
}

/* Keep the first ones, and close the rest. */
static void keep(struct msghdr *message, int *descriptors, unsigned *count)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        size_t bytes = c->cmsg_len - CMSG_LEN(0);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
            int descriptor;

            memcpy(&descriptor, CMSG_DATA(c) + at, sizeof descriptor);
            if (descriptors != NULL && *count < WIRE_DESCRIPTORS) {
                descriptors[(*count)++] = descriptor;
            } else {
                (void)close(descriptor);
            }
        }
    }
}

enum wire_received quipui_wire_receive(int socket, void *packet, size_t bytes, int *descriptors,
                                       unsigned *count)
{
    struct iovec part = {.iov_base = packet, .iov_len = bytes};
    union control control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t came;

    if (count != NULL) *count = 0;
    do {
        came = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (came < 0 && errno == EINTR);
    if (came < 0) return errno == EAGAIN ? WIRE_NOTHING : WIRE_HANGUP;
    keep(&message, descriptors, count);
    if (came == 0) return WIRE_HANGUP;
    return came == (ssize_t)bytes && (message.msg_flags & MSG_TRUNC) == 0 ? WIRE_PACKET
                                                                          : WIRE_STRANGE;
}

bool quipui_wire_hear(int socket)
{
    char bell[WIRE_UNIT];

    /* Ends: the other side rings once for each time that we lie down. */
    for (;;) {
        ssize_t came = recv(socket, bell, sizeof bell, MSG_DONTWAIT);

        if (came > 0 || (came < 0 && errno == EINTR)) continue;
        return came < 0 && errno == EAGAIN;
    }
}

bool quipui_wire_hear_some(int socket, unsigned *bells)
{
    char bell;

    /* Ends: there is no bell, or it is to stay. */
    for (;;) {
        ssize_t came = recv(socket, &bell, sizeof bell, MSG_DONTWAIT | (*bells > 0 ? 0 : MSG_PEEK));

        if (came < 0 && errno == EINTR) continue;
        if (came <= 0) return came < 0 && errno == EAGAIN;
        if (*bells == 0) return true;
        --*bells;
    }
}

int quipui_wire_make_memory(void)
{
    int memory = memfd_create("quipu", MFD_CLOEXEC | MFD_ALLOW_SEALING), error;

    if (memory < 0) return -1;
    if (ftruncate(memory, (off_t)WIRE_SHARED_BYTES) == 0 &&
        fcntl(memory, F_ADD_SEALS, SEALS) == 0) {
        return memory;
    }
    error = errno;
    (void)close(memory);
    errno = error;
    return -1;
}

bool quipui_wire_is_sealed(int memory)
{
    int seals = fcntl(memory, F_GET_SEALS);
    struct stat about;

    return seals >= 0 && (seals & SEALS) == SEALS && fstat(memory, &about) == 0 &&
           about.st_size == (off_t)WIRE_SHARED_BYTES;
}
