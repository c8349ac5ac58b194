/* server_listen.c - a socket at a path. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/server.h"

enum { BACKLOG = 128 };

static int give_up(int listener, int error)
{
    if (listener >= 0) (void)close(listener);
    errno = error;
    return -1;
}

/* Is there a socket at which nobody listens? It is what a server that was killed leaves. */
static bool is_left_over(const struct sockaddr_un *address)
{
    struct stat about;
    int knock;
    bool refused;

    if (lstat(address->sun_path, &about) != 0 || !S_ISSOCK(about.st_mode)) return false;
    knock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (knock < 0) return false;
    refused = connect(knock, (const struct sockaddr *)address, sizeof *address) != 0 &&
              errno == ECONNREFUSED;
    (void)close(knock);
    return refused;
}

/* There is no moment at which the socket lets in more users than it should: it is made with its
 * mode, of which the umask may take something; then that is given back. */
static int bind_as(int listener, const struct sockaddr_un *address, mode_t mode)
{
    if (fchmod(listener, mode) != 0) return errno;
    if (bind(listener, (const struct sockaddr *)address, sizeof *address) != 0) return errno;
    return chmod(address->sun_path, mode) == 0 ? 0 : errno;
}

int server_listen(const char *path, mode_t mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    int listener, error;

    if (length == 0 || length >= sizeof address.sun_path) return give_up(-1, ENAMETOOLONG);
    memcpy(address.sun_path, path, length);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return give_up(-1, errno);
    error = bind_as(listener, &address, mode);
    if (error == EADDRINUSE && is_left_over(&address)) {
        if (unlink(path) != 0) return give_up(listener, errno);
        error = bind_as(listener, &address, mode);
    }
    if (error != 0) return give_up(listener, error);
    if (listen(listener, BACKLOG) != 0) return give_up(listener, errno);
    return listener;
}
