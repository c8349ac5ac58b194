/* systemd.h - a service manager's two conventions, by their protocols: sockets that it passes on
 * (sd_listen_fds(3)), and a word about how things are (sd_notify(3)). Without one, nothing
 * happens. */
#ifndef QUIPU_COMMAND_COMMON_SYSTEMD_H
#define QUIPU_COMMAND_COMMON_SYSTEMD_H

#include <stdbool.h>

/* How many sockets were passed to this process; the first is SYSTEMD_FIRST_SOCKET. They are closed
 * on exec from here on. The variables of the environment that say so are gone afterwards. */
#define SYSTEMD_FIRST_SOCKET 3
int systemd_socket_count(void);

/* Is it a socket of SOCK_SEQPACKET in the file system that listens? */
bool systemd_is_listener(int socket);

/* Say something: lines of NAME=VALUE. */
void systemd_notify(const char *lines);

#endif
