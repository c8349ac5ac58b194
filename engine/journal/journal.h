/* journal.h - what makes a ledger remember.
 *
 *   1  a call that changes something has a ring (ring.h); it settles units, and each is in the ring
 *      before the call's floor moves past it (horizon.h, F2)
 *   2  the flusher, one at a time, notes the horizon, then what the rings hold; it encodes that
 *      from the tables (drain.h), appends it to the log as a frame that carries the horizon, and
 *      then shows that horizon. It is a thread of its own, or a call that waits while nobody else
 *      does this
 *   3  a call waits until the horizon is above the newest timestamp that its answer hangs on
 *
 *   J1  a unit, all legs of a chain as one, is in its worker's ring before the floor moves past it
 *   J2  a call publishes its floor before it draws its timestamps; an import's stays where it was
 *       drawn until the whole import is in the ring
 *   J3  an expiry has a timestamp of the past. Before it takes effect the holder of the lock of the
 *       time-outs publishes a floor and draws a timestamp, the barrier. The expiry is in its ring
 *       before `earliest` moves on; the floor goes after that. An import's last timestamp is a
 *       barrier, too
 *   J4  a call gives up its floor and its worker before it waits
 *   H1  a horizon is shown only after the frame that carries it is durable
 *   H2  the flusher reads the clock, then all floors, then the rings
 *   H3  an answer hangs on the largest timestamp of what it created, copied or found; and on the
 *       barrier, which may be of something that it saw
 *
 * What goes wrong: if a frame cannot be made durable, the journal has failed for good. No answer
 * that has to wait is given any more, and nothing is written again. Opening the directory anew
 * recovers everything that was answered. */
#ifndef QUIPU_JOURNAL_JOURNAL_H
#define QUIPU_JOURNAL_JOURNAL_H

#include "journal/log.h"
#include "journal/ring.h"
#include "journal/watchers.h"
#include "records/store.h"

struct journal_options {
    bool buffered;           /* calls do not wait; the flusher writes once in an interval */
    uint64_t flush_interval; /* ns */
    uint64_t horizon;        /* of what is in the log already */
};

struct journal;

/* Lead the log, write its cut, and start the flusher. From here on store->journal is set. The log
 * stays the caller's, to be closed after the journal.
 *
 *   returns  QUIPU_OK, QUIPU_NO_MEMORY (also: no thread), QUIPU_IO, QUIPU_NO_SPACE, QUIPU_FENCED */
quipu_status quipui_journal_open(struct store *store, struct log *log,
                                 const struct journal_options *options,
                                 struct diagnosis *diagnosis);

/* Write what is not written, and stop the flusher. No call is in flight. Returns what became of
 * the last frame. */
quipu_status quipui_journal_close(struct store *store, struct diagnosis *diagnosis);

/* In a child of fork(), which has no flusher: only forget it. */
void quipui_journal_abandon(struct store *store);

/* Have a ring for this worker. Returns false if memory runs out. */
bool quipui_journal_join(struct worker *worker);

/* Tell the flusher that there is something to do. */
void quipui_journal_call(struct journal *journal);

/* Wait until this ring has room for so many entries (R1). Holding a writer's lock is allowed, the
 * lock of an account is not.
 *
 *   returns  QUIPU_OK, or why the journal has failed */
quipu_status quipui_journal_room(struct journal *journal, struct ring *ring, uint64_t count);

/* Wait until everything up to `timestamp` is durable (H3). A buffered journal does not wait.
 *
 *   returns  QUIPU_OK, or why the journal has failed */
quipu_status quipui_journal_wait(struct journal *journal, uint64_t timestamp);

/* The same, also for a buffered journal. */
quipu_status quipui_journal_sync(struct journal *journal, uint64_t timestamp);

/* Does quipui_journal_wait() never wait, since the journal is buffered? */
bool quipui_journal_is_buffered(const struct journal *journal);

/* Where queues watch. */
struct waiters *quipui_journal_waiters(struct journal *journal);

/* This watcher needs the horizon, too; as quipui_watcher_expect(). The flusher is called if it
 * sleeps: a submit does no round for it. */
bool quipui_journal_expect(struct journal *journal, struct watcher *watcher, uint64_t horizon);

/* The sequence of the last frame that was appended. What is drained later is in later frames. */
uint64_t quipui_journal_sequence(struct journal *journal);

/* Bytes of the frames that were appended since it was opened. */
uint64_t quipui_journal_appended(struct journal *journal);

/* The epoch in which it leads its log. */
uint64_t quipui_journal_epoch(const struct journal *journal);

/* Count laps of so many bytes in frames from now on; how many there were; wait for the next, or for
 * one that is ended early. Returns how many there are then. */
void quipui_journal_set_lap(struct journal *journal, uint64_t bytes);
uint32_t quipui_journal_laps(struct journal *journal);
uint32_t quipui_journal_wait_lap(struct journal *journal, uint32_t laps);
void quipui_journal_end_lap(struct journal *journal);

/* QUIPU_OK, or why the journal has failed; what failed, in words. */
quipu_status quipui_journal_status(struct journal *journal);
void quipui_journal_diagnosis(struct journal *journal, struct diagnosis *diagnosis);

/* Everything below this is durable. It never falls. */
uint64_t quipui_journal_durable(struct journal *journal);

/* The part of a horizon that a crash cannot take back, or that a call which has told it waits for:
 * calls on a buffered journal do not wait. */
uint64_t quipui_journal_lasting(struct journal *journal, uint64_t horizon);

#endif
