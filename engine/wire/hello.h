/* hello.h - what is said on the socket: a hello, a welcome with two descriptors, and bells.
 *
 *   client -> server   struct wire_hello, once
 *   server -> client   struct wire_welcome, once; with QUIPU_OK it comes with the memory (a sealed
 *                      memfd) and the server's bell (an eventfd)
 *   server -> client   a byte: the client's bell
 *
 * The socket is of SOCK_SEQPACKET, so each is one packet. It is open as long as both live: its
 * hang-up is how one learns of the other's death. */
#ifndef QUIPU_WIRE_HELLO_H
#define QUIPU_WIRE_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC UINT32_C(0x51755031)

struct wire_hello {
    uint32_t magic, version;
    uint32_t reserved[14]; /* zero */
};

struct wire_welcome {
    uint32_t magic, version;
    uint32_t status; /* quipu_status: why not */
    uint32_t may_write;
    uint64_t requests_bytes, answers_bytes;
    uint32_t reserved[8];
};

_Static_assert(sizeof(struct wire_hello) == 64 && sizeof(struct wire_welcome) == 64,
               "one size for each version");

enum { WIRE_DESCRIPTORS = 2, WIRE_MEMORY = 0, WIRE_BELL = 1 };

/* Send a packet, with `count` descriptors. It never waits. Returns false if that failed. */
bool quipui_wire_send(int socket, const void *packet, size_t bytes, const int *descriptors,
                      unsigned count);

/* What came of receiving. */
enum wire_received {
    WIRE_PACKET,  /* one of exactly so many bytes */
    WIRE_NOTHING, /* yet */
    WIRE_HANGUP,  /* the other side is gone */
    WIRE_STRANGE  /* a packet of another size */
};

/* Receive a packet of `bytes`. It never waits. Descriptors that came with it are in
 * descriptors[0..*count), closed on exec, and no more than WIRE_DESCRIPTORS. If that is NULL, none
 * are wanted. Those that nobody wants are closed. */
enum wire_received quipui_wire_receive(int socket, void *packet, size_t bytes, int *descriptors,
                                       unsigned *count);

/* Take all bells off a socket. Returns false if the other side is gone. */
bool quipui_wire_hear(int socket);

/* Take at most *bells bells off a socket, the oldest ones, and count *bells down. Returns false if
 * the other side is gone, and no bell is left. */
bool quipui_wire_hear_some(int socket, unsigned *bells);

/* A new sealed memory for one client, or -1 (errno). */
int quipui_wire_make_memory(void);

/* Is the memory sealed, and as large as it has to be? (M7) */
bool quipui_wire_is_sealed(int memory);

#endif
