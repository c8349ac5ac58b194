/* log.h - a log as the ledger sees it: frames in order, each durable once it is appended.
 *
 * One table of functions. Behind it is a directory of segments (segments.h); a log that others keep
 * can take its place, and so does one of the tests' own.
 *
 * The way of a leader:
 *
 *     lead()  ->  read() until LOG_END  ->  append() LOG_CUT  ->  append() LOG_ENTRIES ...
 *
 *   L1  lead() gives an epoch that is larger than that of every leader before, and fences them: an
 *       append() of theirs is QUIPU_FENCED from then on. It writes nothing yet.
 *   L2  append() puts a frame behind the last one, if its epoch leads and its sequence is the last
 *       one's + 1, and returns when it is durable. Sequences start at 1.
 *   L3  the first frame of an epoch is LOG_CUT, of no other frame. It says where the log goes on:
 *       what lies behind the frame before is void, whatever of it is on disk; and so are, in all
 *       frames before, entries at or above the horizon of this frame.
 *   L4  a failure of append() is final: nobody knows what is on disk. All later ones return the
 *       same status, and nothing is written or synced again. What was appended before is there.
 *   L5  read() gives the frames in order and refuses the log (QUIPU_CORRUPT) if a frame that was
 *       durable is missing or damaged. A frame that was being appended when the machine stopped
 *       is there whole or not at all. Nothing is changed by reading.
 *   L6  the horizon of the last frame is the largest of all: horizons never fall.
 *
 * Each call fills the diagnosis that it is given, or NULL, when it fails. */
#ifndef QUIPU_JOURNAL_LOG_H
#define QUIPU_JOURNAL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/diagnosis.h"
#include "quipu/types.h"

enum log_kind {
    LOG_END = 0,     /* no frame: read() is through */
    LOG_ENTRIES = 1, /* what became of the ledger; the log does not look into it */
    LOG_CUT = 2      /* the first frame of an epoch: L3. It may have bytes, too */
};

struct log_frame {
    enum log_kind kind;
    uint64_t epoch;
    uint64_t sequence;
    uint64_t horizon;   /* timestamp: all below it is decided by the frames up to this one */
    uint64_t watermark; /* timestamp: the horizon that was durable when this frame was made */
    const void *bytes;  /* the payload; of read(): lies in the cursor's buffer */
    size_t length;      /* 0..payload_max of the log */
    bool after_gap;     /* of read() with `salvage`: frames before this one could not be read */
};

/* Where a reader is. Zero is the beginning; set `sequence` to start elsewhere. The buffer is from
 * quipui_memory_take() and the caller's: the caller gives it back in the end, or keeps it for
 * itself and sets `buffer` to NULL; the next read() takes a new one then. */
struct log_cursor {
    uint64_t sequence; /* of the next frame; 0: the first there is */
    bool salvage;      /* pass over what is damaged or missing, instead of QUIPU_CORRUPT */
    unsigned char *buffer;
    /* The log's own: where the next frame is, and what lies in the buffer. */
    uint64_t segment, offset;
    uint64_t held_segment, held_offset;
    size_t held_bytes, buffer_bytes;
};

/* What is known of the last frame. */
struct log_head {
    uint64_t first_sequence; /* of the first frame that is not trimmed */
    uint64_t epoch;          /* of the last frame; 0: there is none */
    uint64_t sequence;       /* of the last frame; 0: there is none */
    uint64_t horizon;        /* of the last frame: H */
    uint64_t watermark;      /* of the last frame */
    uint64_t torn_bytes;     /* bytes of a frame that was cut off, behind the last; 0: none */
};

struct log;

struct log_calls {
    quipu_status (*lead)(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis);
    quipu_status (*append)(struct log *log, const struct log_frame *frame,
                           struct diagnosis *diagnosis);
    quipu_status (*read)(struct log *log, struct log_cursor *cursor, struct log_frame *frame,
                         struct diagnosis *diagnosis);
    quipu_status (*head)(struct log *log, struct log_head *head, struct diagnosis *diagnosis);
    quipu_status (*trim)(struct log *log, uint64_t epoch, uint64_t sequence,
                         struct diagnosis *diagnosis);
    quipu_status (*close)(struct log *log, struct diagnosis *diagnosis);
    void (*abandon)(struct log *log);
};

struct log {
    const struct log_calls *calls;
    size_t payload_max; /* bytes: the most that one frame takes */
};

/* Become the leader (L1).
 *
 *   returns  QUIPU_OK  *epoch is ours
 *   threads  one at a time with append() */
static inline quipu_status log_lead(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis)
{
    return log->calls->lead(log, epoch, diagnosis);
}

/* Append one frame and have it durable (L2, L3, L4).
 *
 *   returns  QUIPU_OK        the frame is durable
 *            QUIPU_FENCED    another epoch leads; or this is a child of fork(). Not final for the
 *                            one that leads
 *            QUIPU_CONFLICT  the sequence is not the last one's + 1; nothing was done
 *            QUIPU_INVALID   too long, a horizon that falls or is below the watermark, LOG_CUT
 *                            where it must not be or not where it must, a log that is open for
 *                            reading only; nothing was done
 *            QUIPU_IO, QUIPU_NO_SPACE, QUIPU_NO_MEMORY  final (L4)
 *   threads  one at a time; beside trim(), and beside read() of frames that are durable */
static inline quipu_status log_append(struct log *log, const struct log_frame *frame,
                                      struct diagnosis *diagnosis)
{
    return log->calls->append(log, frame, diagnosis);
}

/* Read the next frame, and move the cursor on.
 *
 *   returns  QUIPU_OK         *frame is the frame; its kind is LOG_END if there is no more
 *            QUIPU_CORRUPT    L5; *frame is LOG_END, and the cursor stays where it is
 *            QUIPU_INVALID    the cursor's sequence is trimmed, or beyond the end
 *            QUIPU_UNSUPPORTED  a frame is of a newer version
 *            QUIPU_FENCED     this is a child of fork()
 *            QUIPU_IO, QUIPU_NO_MEMORY  try again if you like
 *   threads  any, each with its own cursor, once one has come to the end; one before that */
static inline quipu_status log_read(struct log *log, struct log_cursor *cursor,
                                    struct log_frame *frame, struct diagnosis *diagnosis)
{
    return log->calls->read(log, cursor, frame, diagnosis);
}

/* Say what the last frame is. Where nobody has read to the end yet, this does, and returns what
 * read() would.
 *
 *   threads  as append() */
static inline quipu_status log_head(struct log *log, struct log_head *head,
                                    struct diagnosis *diagnosis)
{
    return log->calls->head(log, head, diagnosis);
}

/* Give up frames below `sequence`: whole segments of them; some may stay. Only after the first
 * append() of the epoch.
 *
 *   returns  QUIPU_OK, QUIPU_FENCED, QUIPU_IO, QUIPU_NO_SPACE: try again later; nothing above
 *            `sequence` is touched
 *   threads  any one at a time, beside append() */
static inline quipu_status log_trim(struct log *log, uint64_t epoch, uint64_t sequence,
                                    struct diagnosis *diagnosis)
{
    return log->calls->trim(log, epoch, sequence, diagnosis);
}

/* Say on disk where the log ended, and give back all that it held. The log is gone in any case.
 *
 *   returns  QUIPU_OK, or why its end could not be written down; what was appended is there
 *   threads  one, once; no other call */
static inline quipu_status log_close(struct log *log, struct diagnosis *diagnosis)
{
    return log->calls->close(log, diagnosis);
}

/* Give the memory back and touch no file: in a child of fork(), where the parent owns them.
 *
 *   threads  one, once; no other call */
static inline void log_abandon(struct log *log)
{
    log->calls->abandon(log);
}

#endif
