/* io_uring.c - the teller in a loop of io_uring: `io_uring SOCKET [DIRECTORY]`.
 *
 * One multishot poll a descriptor: the kernel says once for each change that there is more. The
 * teller reads until nothing is left, so none is missed. */
#include <liburing.h>
#include <poll.h>
#include <stdio.h>

#include "teller.h"

/* What `io_uring` says where the kernel has none, or refuses it. */
#define REFUSED 77

static struct io_uring ring;

/* A descriptor may be another's by the time that its last completion is read: so it is counted. */
static uint32_t turns[TELLER_CLIENTS + 16];

static uint64_t name_of(int descriptor)
{
    return (uint64_t)turns[descriptor] << 32 | (uint32_t)descriptor;
}

static struct io_uring_sqe *next_entry(void)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);

    if (entry != NULL) return entry;
    (void)io_uring_submit(&ring);
    return io_uring_get_sqe(&ring);
}

bool loop_watch(struct teller *teller, int descriptor)
{
    struct io_uring_sqe *entry;

    (void)teller;
    if (descriptor >= (int)(sizeof turns / sizeof *turns)) return false;
    entry = next_entry();
    if (entry == NULL) return false;
    io_uring_prep_poll_multishot(entry, descriptor, POLLIN);
    io_uring_sqe_set_data64(entry, name_of(descriptor));
    return true;
}

void loop_forget(struct teller *teller, int descriptor)
{
    struct io_uring_sqe *entry = next_entry();

    (void)teller;
    if (entry != NULL) {
        io_uring_prep_poll_remove(entry, name_of(descriptor));
        io_uring_sqe_set_data64(entry, UINT64_MAX);
        (void)io_uring_submit(&ring); /* before the descriptor is closed */
    }
    turns[descriptor]++;
}

/* A descriptor is readable. Where a poll has ended, the descriptor is watched anew, and read once
 * more after that. */
static void serve(struct teller *teller, uint64_t name, bool goes_on)
{
    int descriptor = (int)(uint32_t)name;

    if (name == UINT64_MAX || name != name_of(descriptor)) return;
    if (!goes_on) (void)loop_watch(teller, descriptor);
    teller_readable(teller, descriptor);
}

int main(int argc, char **argv)
{
    static struct teller teller;
    struct io_uring_cqe *completion;

    if (io_uring_queue_init(64, &ring, 0) != 0) return REFUSED;
    if (argc < 2 || !teller_open(&teller, argv[1], argv[2])) {
        (void)fprintf(stderr, "usage: %s SOCKET [DIRECTORY]\n", argv[0]);
        return 1;
    }
    while (!teller.stopped) {
        if (io_uring_submit_and_wait(&ring, 1) < 0) continue; /* a signal */
        while (!teller.stopped && io_uring_peek_cqe(&ring, &completion) == 0) {
            uint64_t name = io_uring_cqe_get_data64(completion);
            bool goes_on = (completion->flags & IORING_CQE_F_MORE) != 0;

            io_uring_cqe_seen(&ring, completion);
            serve(&teller, name, goes_on);
        }
    }
    teller_close(&teller);
    io_uring_queue_exit(&ring);
    return 0;
}
