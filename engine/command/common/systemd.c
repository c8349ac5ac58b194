/* systemd.c - see systemd.h. */
#define _GNU_SOURCE
#include "command/common/systemd.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* More are a mistake. */
#define SOCKETS_MAX 16

/* A whole number, or -1. */
static long number_of(const char *text)
{
    char *end;
    long number;

    if (text == NULL || text[0] < '0' || text[0] > '9') return -1;
    number = strtol(text, &end, 10);
    return *end == 0 ? number : -1;
}

int systemd_socket_count(void)
{
    long process = number_of(getenv("LISTEN_PID")), count = number_of(getenv("LISTEN_FDS"));

    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (process != (long)getpid() || count <= 0 || count > SOCKETS_MAX) return 0;
    for (int i = 0; i < (int)count; i++)
        (void)fcntl(SYSTEMD_FIRST_SOCKET + i, F_SETFD, FD_CLOEXEC);
    return (int)count;
}

static int option_of(int socket, int option)
{
    int value = -1;
    socklen_t bytes = sizeof value;

    return getsockopt(socket, SOL_SOCKET, option, &value, &bytes) == 0 ? value : -1;
}

bool systemd_is_listener(int socket)
{
    int flags = fcntl(socket, F_GETFL);

    /* The loop accepts until there is nothing to accept. */
    return option_of(socket, SO_DOMAIN) == AF_UNIX &&
           option_of(socket, SO_TYPE) == SOCK_SEQPACKET && option_of(socket, SO_ACCEPTCONN) == 1 &&
           flags >= 0 && fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0;
}

void systemd_notify(const char *lines)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length;
    int notes;

    if (path == NULL || (path[0] != '/' && path[0] != '@')) return;
    length = strlen(path);
    if (length >= sizeof address.sun_path) return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = 0; /* an abstract name */
    notes = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notes < 0) return;
    (void)sendto(notes, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    (void)close(notes);
}
