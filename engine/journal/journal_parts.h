/* journal_parts.h - what the parts of the journal share; for them alone. */
#ifndef QUIPU_JOURNAL_JOURNAL_PARTS_H
#define QUIPU_JOURNAL_JOURNAL_PARTS_H

#include <pthread.h>

#include "journal/entry.h"
#include "journal/journal.h"

/* Entries on their way into a frame. */
struct outbox {
    unsigned char *bytes;
    size_t room, used;
    struct entry_context context;
};

struct journal {
    struct store *store;
    struct log *log;
    struct journal_options options;
    struct waiters waiters;
    struct ring *expiries,
        *accounts; /* producers: the holders of the time-outs' lock, of `creating` */
    pthread_t flusher;
    struct lock round; /* taken by the one that does a round: the flusher, or a call that waits */

    _Alignas(CACHE_LINE) _Atomic uint64_t durable; /* the horizon that was shown last */
    _Atomic uint32_t failed;                       /* quipu_status */
    _Atomic uint32_t calls;  /* counts reasons for the flusher to wake up; it sleeps on this word */
    _Atomic uint32_t rounds; /* counts rounds of the flusher; calls that lack room sleep on it */
    _Atomic uint32_t stopping;
    _Atomic uint32_t laps;      /* the keeper of checkpoints sleeps on it */
    _Atomic uint64_t lap_bytes; /* 0: laps are not counted */
    _Atomic uint64_t sequence;  /* of the last frame; written under `round` */
    _Atomic uint64_t appended;  /* bytes in frames, since it was opened; written under `round` */

    /* Plain, under `round`. */
    _Alignas(CACHE_LINE) uint64_t epoch;
    uint64_t written_horizon, lap_used; /* bytes of the lap */
    size_t served;                      /* calls, by the last frame */
    struct outbox outbox;
    struct diagnosis diagnosis; /* plain, under failed */
};

/* The flusher's thread. */
void *quipui_flusher_run(void *journal);

/* Do a round in a call that waits, if nobody else does one: a call that is alone needs no other
 * thread to wake up. Returns false if the flusher is to be called: somebody waits still. */
bool quipui_flusher_lend(struct journal *journal);

/* Append one frame of what the outbox holds, and empty it. */
quipu_status quipui_journal_append(struct journal *journal, enum log_kind kind, uint64_t horizon);

/* Note how far every ring is filled; then encode all of that. Where the outbox is full, a frame is
 * appended that carries the old horizon. */
void quipui_drain_see(struct journal *journal);
quipu_status quipui_drain(struct journal *journal);

#endif
