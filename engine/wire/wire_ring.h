/* wire_ring.h - two rings of bytes in memory that two processes share, of which one is hostile.
 *
 * Each ring has one producer and one consumer, one of them in the server and one in the client. A
 * side keeps in memory of its own what it has done; the shared words only tell the other side.
 *
 *   M1  a shared word is loaded once, and checked before it is used: no more bytes may be in a ring
 *       than it has, and all positions are multiples of WIRE_UNIT
 *   M2  bytes are copied out of a ring once, and the copy is checked and used
 *   M3  a side never loads a word that it writes itself: the other side may write it, too. (But a
 *       client its own flag of a sleeper: wire_lie_down())
 *   M4  a message is published as a whole: its consumer never waits for the rest of one
 *   M5  a side that is about to sleep says so, and looks again. A side that has moved a word looks
 *       whether the other one sleeps, and rings its bell. So one of the two sees what the other
 *       did, and no bell is rung for a side that is awake.
 *       For room a producer can only wait while more than the spare part of its ring is in use, as
 *       the largest message fits the rest: a consumer looks for it only then
 *   M6  the server makes no system call that could wait on a file description that the client
 *       shares (an eventfd, whose flags the client could change): it watches its own bell by
 *       edge-triggered epoll and never reads it; the client's bell is a byte on the socket, sent
 *       with MSG_DONTWAIT
 *   M7  the memory cannot shrink or grow (seals of the memfd), so no access faults */
#ifndef QUIPU_WIRE_WIRE_RING_H
#define QUIPU_WIRE_WIRE_RING_H

#include "base/memory.h"

/* Positions and sizes are multiples of this. */
#define WIRE_UNIT 64

/* The largest request has 1.3 MB, the largest answer 3.7 MB: see message.h. */
#define WIRE_REQUESTS_BYTES ((uint64_t)2 << 20)
#define WIRE_ANSWERS_BYTES ((uint64_t)4 << 20)

/* M5: the rest of each ring holds any message. */
#define WIRE_REQUESTS_SPARE (WIRE_REQUESTS_BYTES / 4)
#define WIRE_ANSWERS_SPARE (WIRE_ANSWERS_BYTES / 8)

/* How far producer and consumer have come, in bytes since the beginning. */
struct wire_words {
    _Alignas(CACHE_LINE) _Atomic uint64_t tail; /* below this all is published */
    _Alignas(CACHE_LINE) _Atomic uint64_t head; /* and below this consumed */
};

/* What is at the start of the memory; both rings follow. */
struct wire_shared {
    struct wire_words requests, answers;
    _Alignas(CACHE_LINE) _Atomic uint32_t client_sleeps;
    _Alignas(CACHE_LINE) _Atomic uint32_t server_sleeps;
    _Alignas(4096) unsigned char bytes[];
};

#define WIRE_SHARED_BYTES (sizeof(struct wire_shared) + WIRE_REQUESTS_BYTES + WIRE_ANSWERS_BYTES)

_Static_assert(sizeof(struct wire_shared) == 4096, "the rings begin at a page");
_Static_assert((WIRE_REQUESTS_BYTES & (WIRE_REQUESTS_BYTES - 1)) == 0 &&
                   (WIRE_ANSWERS_BYTES & (WIRE_ANSWERS_BYTES - 1)) == 0,
               "a position's place in a ring is its low bits");

/* One side of one ring. `mine` is the position of this side, `theirs` the other's as it was seen
 * last. */
struct wire_end {
    struct wire_words *words;
    unsigned char *bytes;
    uint64_t size, mine, theirs;
};

enum wire_look {
    WIRE_NO,
    WIRE_YES,
    WIRE_BROKEN /* the other side's position makes no sense */
};

static inline struct wire_end wire_requests(struct wire_shared *shared)
{
    return (struct wire_end){&shared->requests, shared->bytes, WIRE_REQUESTS_BYTES, 0, 0};
}

static inline struct wire_end wire_answers(struct wire_shared *shared)
{
    return (struct wire_end){&shared->answers, shared->bytes + WIRE_REQUESTS_BYTES,
                             WIRE_ANSWERS_BYTES, 0, 0};
}

/* Copy at the position of this end, which moves on. There is room, or there are so many bytes. */
void quipui_wire_put(struct wire_end *end, const void *from, uint64_t bytes);
void quipui_wire_take(struct wire_end *end, void *to, uint64_t bytes);

/* The same without a copy: of padding, and of what nobody wants. */
static inline void wire_skip(struct wire_end *end, uint64_t bytes)
{
    end->mine += bytes;
}

/* M1: can so many bytes be in use in a ring of this size? */
bool quipui_wire_is_sensible(uint64_t used, uint64_t size);

/* --- the producer --- */

/* Is there room for so many bytes? */
static inline enum wire_look wire_has_room(struct wire_end *end, uint64_t bytes)
{
    uint64_t used;

    if (end->mine - end->theirs + bytes <= end->size) return WIRE_YES;
    /* edge wire.head: seq_cst; pairs with seq_cst in wire_give_back(). Why seq_cst: see there. */
    end->theirs = load_seq_cst(&end->words->head);
    used = end->mine - end->theirs;
    if (!quipui_wire_is_sensible(used, end->size)) return WIRE_BROKEN;
    return used + bytes <= end->size ? WIRE_YES : WIRE_NO;
}

/* Show all that was put. */
static inline void wire_publish(struct wire_end *end)
{
    /* edge wire.tail: seq_cst; pairs with seq_cst in wire_see(). Carries the bytes. It is seq_cst
     * for the bell: we store the tail and load the flag of the sleeper, a sleeper stores its flag
     * and loads the tail, and one of the two must see the other's (M5). */
    (void)exchange_seq_cst(&end->words->tail, end->mine);
}

/* --- the consumer --- */

/* Is something published that was not taken? */
static inline enum wire_look wire_see(struct wire_end *end)
{
    uint64_t used;

    /* edge wire.tail: seq_cst; pairs with seq_cst in wire_publish(). Why seq_cst: see there. */
    end->theirs = load_seq_cst(&end->words->tail);
    used = end->theirs - end->mine;
    if (!quipui_wire_is_sensible(used, end->size)) return WIRE_BROKEN;
    return used > 0 ? WIRE_YES : WIRE_NO;
}

/* How many bytes of what was seen were not taken. */
static inline uint64_t wire_seen(const struct wire_end *end)
{
    return end->theirs - end->mine;
}

/* Give back the room of all that was taken. */
static inline void wire_give_back(struct wire_end *end)
{
    /* edge wire.head: seq_cst; pairs with seq_cst in wire_has_room(). Carries that the bytes were
     * copied. It is seq_cst for the bell: we store the head and load the flag of the sleeper, a
     * sleeper stores its flag and loads the head (M5). */
    (void)exchange_seq_cst(&end->words->head, end->mine);
}

/* --- asleep --- */

/* A side that finds nothing looks so often before it lies down, some ten microseconds in all. It
 * does not yield: where processors are scarce, a thread that sleeps and is woken comes sooner. */
#define WIRE_LOOKS 12

/* Wait for a moment. */
static inline void wire_pause(unsigned *looks)
{
    relax_longer((*looks)++);
}

/* This side is about to sleep: after this it looks at all that it waits for once more. Returns true
 * if it was awake. For a side that never gets up by itself, that says that the other side has rung,
 * or is about to (M3: it decides about bells alone). */
static inline bool wire_lie_down(_Atomic uint32_t *mine)
{
    /* edge wire.sleeps: seq_cst; pairs with seq_cst in wire_must_ring(). Carries nothing. Why
     * seq_cst: wire_publish(). */
    return exchange_seq_cst(mine, 1) == 0;
}

/* It is awake again. */
static inline void wire_get_up(_Atomic uint32_t *mine)
{
    /* relaxed: it only spares the other side a bell. */
    store_relaxed(mine, 0);
}

/* After a word was moved: must the other side's bell be rung? If it says yes it says so once. */
static inline bool wire_must_ring(_Atomic uint32_t *theirs)
{
    /* edge wire.sleeps: seq_cst; pairs with seq_cst in wire_lie_down(). Why seq_cst:
     * wire_publish(). */
    if (load_seq_cst(theirs) == 0) return false;
    /* relaxed: if it lies down again meanwhile, the bell that we are about to ring wakes it. */
    store_relaxed(theirs, 0);
    return true;
}

#endif
