/* test_hello.c - packets, descriptors, seals.
 *
 *   T1  a packet comes with its descriptors, closed on exec; more than wanted are closed
 *   T2  a packet of another size is strange, and an end is an end
 *   T3  memory is sealed: it cannot be made smaller or larger, and other memory is not taken (M7)
 *   T4  bells are heard together, and death is told from silence
 *   T5  a queue takes so many bells, and leaves the rest */
#define _GNU_SOURCE
#include "wire/hello.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/ledger.h"
#include "wire/wire_ring.h"

static void make_pair(int pair[2])
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

Test(hello, t1_descriptors_come_along)
{
    struct wire_hello sent = {.magic = WIRE_MAGIC}, got;
    int pair[2], pipes[2], three[3], descriptors[WIRE_DESCRIPTORS], next;
    unsigned count;

    make_pair(pair);
    cr_assert_eq(pipe(pipes), 0);
    three[0] = three[1] = three[2] = pipes[0];
    cr_assert(quipui_wire_send(pair[0], &sent, sizeof sent, three, 3));
    cr_assert_eq(quipui_wire_receive(pair[1], &got, sizeof got, descriptors, &count), WIRE_PACKET);
    cr_assert_eq(count, WIRE_DESCRIPTORS);
    cr_assert_eq(fcntl(descriptors[0], F_GETFD), FD_CLOEXEC);
    cr_assert(got.magic == WIRE_MAGIC);
    cr_assert_eq(close(descriptors[0]) | close(descriptors[1]), 0);
    next = dup(pipes[0]);
    cr_assert_eq(next, descriptors[0], "the third was closed");
    cr_assert_eq(close(next), 0);
    cr_assert(quipui_wire_send(pair[0], &sent, sizeof sent, three, 1));
    cr_assert_eq(quipui_wire_receive(pair[1], &got, sizeof got, NULL, NULL), WIRE_PACKET);
    next = dup(pipes[0]);
    cr_assert_eq(next, descriptors[0], "those that nobody wants are closed");
}

Test(hello, t2_other_packets_are_strange)
{
    struct wire_hello hello = {.magic = 1};
    unsigned char larger[sizeof hello + 1] = {0};
    int pair[2];

    make_pair(pair);
    cr_assert_eq(quipui_wire_receive(pair[1], &hello, sizeof hello, NULL, NULL), WIRE_NOTHING);
    cr_assert(quipui_wire_send(pair[0], larger, sizeof larger, NULL, 0));
    cr_assert_eq(quipui_wire_receive(pair[1], &hello, sizeof hello, NULL, NULL), WIRE_STRANGE);
    cr_assert(quipui_wire_send(pair[0], larger, 1, NULL, 0));
    cr_assert_eq(quipui_wire_receive(pair[1], &hello, sizeof hello, NULL, NULL), WIRE_STRANGE);
    cr_assert_eq(close(pair[0]), 0);
    cr_assert_eq(quipui_wire_receive(pair[1], &hello, sizeof hello, NULL, NULL), WIRE_HANGUP);
    cr_assert_not(quipui_wire_send(pair[1], &hello, sizeof hello, NULL, 0));
}

Test(hello, t3_memory_is_sealed)
{
    int memory = quipui_wire_make_memory(), other = memfd_create("other", MFD_ALLOW_SEALING);

    cr_assert(memory >= 0 && other >= 0);
    cr_assert(quipui_wire_is_sealed(memory));
    cr_assert_neq(ftruncate(memory, 4096), 0);
    cr_assert_neq(ftruncate(memory, (off_t)WIRE_SHARED_BYTES * 2), 0);
    cr_assert_neq(fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE), 0);
    cr_assert_not(quipui_wire_is_sealed(other));
    cr_assert_eq(ftruncate(other, (off_t)WIRE_SHARED_BYTES), 0);
    cr_assert_not(quipui_wire_is_sealed(other), "it could be made smaller");
    cr_assert_eq(fcntl(other, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
    cr_assert(quipui_wire_is_sealed(other));
}

Test(hello, t4_bells_are_heard_together)
{
    int pair[2];

    make_pair(pair);
    cr_assert(quipui_wire_hear(pair[1]));
    for (int i = 0; i < 5; i++)
        cr_assert(quipui_wire_send(pair[0], "", 1, NULL, 0));
    cr_assert(quipui_wire_hear(pair[1]));
    cr_assert_eq(recv(pair[1], (char[1]){0}, 1, MSG_DONTWAIT), -1, "all were taken");
    cr_assert(quipui_wire_send(pair[0], "", 1, NULL, 0));
    cr_assert_eq(close(pair[0]), 0);
    cr_assert_not(quipui_wire_hear(pair[1]));
}

Test(hello, t5_so_many_bells_are_heard_and_no_more)
{
    unsigned bells = 2;
    int pair[2];

    make_pair(pair);
    cr_assert(quipui_wire_hear_some(pair[1], &bells));
    cr_assert_eq(bells, 2, "there was none");
    for (int i = 0; i < 3; i++)
        cr_assert(quipui_wire_send(pair[0], "", 1, NULL, 0));
    cr_assert(quipui_wire_hear_some(pair[1], &bells));
    cr_assert_eq(bells, 0);
    cr_assert(quipui_wire_hear_some(pair[1], &bells));
    cr_assert_eq(recv(pair[1], (char[1]){0}, 1, MSG_DONTWAIT), 1, "the last one stayed");
    cr_assert(quipui_wire_send(pair[0], "", 1, NULL, 0));
    cr_assert_eq(close(pair[0]), 0);
    cr_assert(quipui_wire_hear_some(pair[1], &bells), "a bell is left");
    bells = 1;
    cr_assert_not(quipui_wire_hear_some(pair[1], &bells));
}
