/* epoll.c - the teller in a loop of epoll: `epoll SOCKET [DIRECTORY]`. */
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "teller.h"

static int poller;

bool loop_watch(struct teller *teller, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = descriptor}};

    (void)teller;
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void loop_forget(struct teller *teller, int descriptor)
{
    (void)teller;
    (void)epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL);
}

int main(int argc, char **argv)
{
    static struct teller teller;
    struct epoll_event events[64];

    poller = epoll_create1(EPOLL_CLOEXEC);
    if (argc < 2 || poller < 0 || !teller_open(&teller, argv[1], argv[2])) {
        (void)fprintf(stderr, "usage: %s SOCKET [DIRECTORY]\n", argv[0]);
        return 1;
    }
    while (!teller.stopped) {
        int count = epoll_wait(poller, events, 64, -1);

        for (int i = 0; i < count; i++)
            teller_readable(&teller, events[i].data.fd);
    }
    teller_close(&teller);
    (void)close(poller);
    return 0;
}
