/* libuv.c - the teller in a loop of libuv: `libuv SOCKET [DIRECTORY]`. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "teller.h"

static uv_loop_t loop;
static uv_poll_t *polls[TELLER_CLIENTS + 16]; /* by descriptor */

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct teller *teller = poll->data;
    uv_os_fd_t descriptor;

    (void)status;
    (void)events;
    if (uv_fileno((uv_handle_t *)poll, &descriptor) == 0) teller_readable(teller, descriptor);
    if (teller->stopped) uv_stop(&loop);
}

bool loop_watch(struct teller *teller, int descriptor)
{
    uv_poll_t *poll;

    if (descriptor >= (int)(sizeof polls / sizeof *polls)) return false;
    poll = malloc(sizeof *poll);
    if (poll == NULL) return false;
    if (uv_poll_init(&loop, poll, descriptor) != 0) {
        free(poll);
        return false;
    }
    poll->data = teller;
    polls[descriptor] = poll;
    return uv_poll_start(poll, UV_READABLE, on_readable) == 0;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

void loop_forget(struct teller *teller, int descriptor)
{
    (void)teller;
    uv_close((uv_handle_t *)polls[descriptor], free_handle);
    polls[descriptor] = NULL;
}

int main(int argc, char **argv)
{
    static struct teller teller;

    if (argc < 2 || uv_loop_init(&loop) != 0 || !teller_open(&teller, argv[1], argv[2])) {
        (void)fprintf(stderr, "usage: %s SOCKET [DIRECTORY]\n", argv[0]);
        return 1;
    }
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    teller_close(&teller);
    (void)uv_run(&loop, UV_RUN_DEFAULT); /* the handles are closed */
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}
