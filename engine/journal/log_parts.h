/* log_parts.h - what the files of the log in a directory share; see segments.h.
 *
 *   segments.c  open, close, the table     walk.c     frames in order, each behind the one before
 *   read.c      cursors                    witness.c  what lies behind the last frame
 *   append.c    lead, append, trim         spare.c    segments, made ahead by a helper thread */
#ifndef QUIPU_JOURNAL_LOG_PARTS_H
#define QUIPU_JOURNAL_LOG_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"
#include "journal/directory.h"
#include "journal/frame.h"
#include "journal/log.h"
#include "journal/segments.h"

/* The most bytes of a frame on disk: a reader has room for one. */
#define FRAME_BYTES_MAX ((uint64_t)16 << 20)

/* "journal." and 16 hexadecimal digits. */
#define SEGMENT_NAME_BYTES 25

/* A point, and where the frame behind it is or goes. */
struct place {
    struct log_point point;
    uint64_t segment, offset;
};

/* The helper that makes segments ahead. All under its own lock. */
struct spare {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool has_thread, stopping;
    uint64_t wanted; /* make all segments up to this one */
    uint64_t made;   /* all up to this one are there */
    bool failed;     /* the helper could not make `wanted`: the appender tries itself */
};

struct segments {
    struct log log; /* first: a log is one of these */
    struct directory *directory;
    struct files *files;
    unsigned char identity[16];
    uint64_t segment_bytes_max;
    struct segments_options options;

    /* Changed by the one that walks to the end, then by the appender, under the guard. */
    pthread_mutex_t guard;
    struct place end; /* behind the last frame that is known */
    uint64_t watermark;
    uint64_t torn_bytes;
    bool through;             /* `end` is the end of the log */
    uint64_t last_segment;    /* that was there when the log was opened */
    uint64_t first_segment;   /* that of starts[0] */
    struct log_point *starts; /* of each segment with a frame, what is before its first one */
    size_t start_count, start_room;

    /* The appender's own. */
    uint64_t epoch; /* that leads; 0: none */
    bool begun;     /* a frame of this epoch is there */
    int file;       /* of segment `file_segment`, or -1 */
    uint64_t file_segment;
    quipu_status failed; /* L4 */
    struct diagnosis why;

    struct spare spare;
};

static inline struct segments *segments_of(struct log *log)
{
    return (struct segments *)(void *)log;
}

/* Bytes of a segment. The first few are smaller: a new ledger is ready soon, and read soon. */
static inline uint64_t segment_bytes(const struct segments *segments, uint64_t number)
{
    uint64_t bytes = segments->segment_bytes_max;

    if (number <= JOURNAL_SMALL_SEGMENTS) bytes >>= JOURNAL_SMALL_SEGMENTS + 1 - number;
    bytes -= bytes % JOURNAL_BLOCK_BYTES;
    return bytes < JOURNAL_SEGMENT_BYTES_MIN ? JOURNAL_SEGMENT_BYTES_MIN : bytes;
}

/* --- segments.c --- */

void quipui_segment_name(uint64_t segment, char name[SEGMENT_NAME_BYTES]);

/* The number that a name says, or 0. */
uint64_t quipui_segment_number(const char *name);

/* Move the end on, behind this frame. Returns false if memory runs out. */
bool quipui_segments_advance(struct segments *segments, const struct frame *frame);

/* "This is a child of fork()." */
quipu_status quipui_segments_fenced(struct diagnosis *diagnosis);

/* --- read.c --- */

static inline bool cursor_holds(const struct log_cursor *cursor, uint64_t segment, uint64_t offset,
                                size_t count)
{
    return cursor->held_bytes > 0 && cursor->held_segment == segment &&
           cursor->held_offset <= offset &&
           offset + count <= cursor->held_offset + cursor->held_bytes;
}

/* Have `count` bytes of a segment in the cursor's buffer. */
quipu_status quipui_cursor_fill(struct segments *segments, struct log_cursor *cursor,
                                uint64_t segment, uint64_t offset, size_t count,
                                const unsigned char **bytes, struct diagnosis *diagnosis);

/* Read without a buffer. */
quipu_status quipui_segment_read(struct segments *segments, uint64_t segment, uint64_t offset,
                                 void *bytes, size_t count, struct diagnosis *diagnosis);

/* What a frame is to the caller. */
void quipui_frame_give(const struct frame *frame, const void *payload, struct log_frame *given);

quipu_status quipui_segments_read(struct log *log, struct log_cursor *cursor,
                                  struct log_frame *frame, struct diagnosis *diagnosis);

/* --- walk.c --- */

/* Read the frame at the end that is known, and move the end on behind it; LOG_END if there is none
 * and nothing shows that there was one. */
quipu_status quipui_walk(struct segments *segments, struct log_cursor *cursor,
                         struct log_frame *frame, struct diagnosis *diagnosis);

/* May this frame stand here, behind that point? */
bool quipui_frame_follows(const struct segments *segments, const struct frame *frame,
                          const struct place *place);

/* --- witness.c --- */

/* The walk found no frame: was there one? Sets torn_bytes and `through` if not. */
quipu_status quipui_conclude(struct segments *segments, struct log_cursor *cursor,
                             struct diagnosis *diagnosis);

/* The next whole frame at or behind the cursor's place; what is before it does not matter. */
quipu_status quipui_salvage(struct segments *segments, struct log_cursor *cursor,
                            struct log_frame *frame, struct diagnosis *diagnosis);

/* --- append.c --- */

quipu_status quipui_segments_lead(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis);
quipu_status quipui_segments_append(struct log *log, const struct log_frame *frame,
                                    struct diagnosis *diagnosis);
quipu_status quipui_segments_head(struct log *log, struct log_head *head,
                                  struct diagnosis *diagnosis);
quipu_status quipui_segments_trim(struct log *log, uint64_t epoch, uint64_t sequence,
                                  struct diagnosis *diagnosis);

/* --- spare.c --- */

/* Returns false if memory runs out. */
bool quipui_spare_open(struct spare *spare, uint64_t made);
void quipui_spare_close(struct segments *segments);

/* Start the helper, if it can be had. */
void quipui_spare_start(struct segments *segments);

/* Have segment `number` there; the next one is asked for. The appender's. */
quipu_status quipui_spare_take(struct segments *segments, uint64_t number,
                               struct diagnosis *diagnosis);

#endif
