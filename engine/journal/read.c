/* read.c - cursors: frames that are known, read again, and those that the walk finds; see log.h.
 *
 * A cursor reads ahead, a megabyte at a time. What it holds may be older than what was appended
 * since: before a frame is called damaged, it is read once more. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "journal/log_parts.h"

#define READ_AHEAD_BYTES ((uint64_t)1 << 20)

static quipu_status read_file(struct segments *segments, uint64_t segment, uint64_t offset,
                              void *bytes, size_t count, struct diagnosis *diagnosis)
{
    struct files *files = segments->files;
    char name[SEGMENT_NAME_BYTES];
    size_t done = 0;
    int file, error;

    quipui_segment_name(segment, name);
    error = files->calls->open(files, segments->directory->handle, name, FILE_READ, &file);
    if (error == ENOENT) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, DIAGNOSIS_NOWHERE,
                               "is missing: a segment of the journal");
    }
    if (error != 0) return quipui_diagnose_error(diagnosis, error, name, DIAGNOSIS_NOWHERE, "open");
    error = quipui_file_read(files, file, bytes, count, offset, &done);
    (void)files->calls->close(files, file);
    if (error != 0) return quipui_diagnose_error(diagnosis, error, name, offset, "read");
    if (done == count) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, offset + done, "ends too early");
}

quipu_status quipui_segment_read(struct segments *segments, uint64_t segment, uint64_t offset,
                                 void *bytes, size_t count, struct diagnosis *diagnosis)
{
    return read_file(segments, segment, offset, bytes, count, diagnosis);
}

/* A buffer for `bytes` at least. What it held is gone if it is a new one. */
static bool make_room(struct log_cursor *cursor, size_t bytes)
{
    if (cursor->buffer != NULL && cursor->buffer_bytes >= bytes) return true;
    quipui_memory_give_back(cursor->buffer);
    cursor->held_bytes = 0;
    cursor->buffer = quipui_memory_take(bytes);
    cursor->buffer_bytes = cursor->buffer == NULL ? 0 : bytes;
    return cursor->buffer != NULL;
}

quipu_status quipui_cursor_fill(struct segments *segments, struct log_cursor *cursor,
                                uint64_t segment, uint64_t offset, size_t count,
                                const unsigned char **bytes, struct diagnosis *diagnosis)
{
    uint64_t rest = segment_bytes(segments, segment) - offset;
    uint64_t most = rest < READ_AHEAD_BYTES ? rest : READ_AHEAD_BYTES;
    size_t wanted = count > most ? count : (size_t)most;
    quipu_status status;

    if (cursor->buffer == NULL) cursor->held_bytes = 0;
    if (cursor_holds(cursor, segment, offset, count)) {
        *bytes = cursor->buffer + (offset - cursor->held_offset);
        return QUIPU_OK;
    }
    if (!make_room(cursor, wanted)) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                               "no memory to read %zu bytes of the journal", wanted);
    }
    cursor->held_bytes = 0;
    status = read_file(segments, segment, offset, cursor->buffer, wanted, diagnosis);
    if (status != QUIPU_OK) return status;
    cursor->held_segment = segment;
    cursor->held_offset = offset;
    cursor->held_bytes = wanted;
    *bytes = cursor->buffer;
    return QUIPU_OK;
}

void quipui_frame_give(const struct frame *frame, const void *payload, struct log_frame *given)
{
    *given = (struct log_frame){.kind = (enum log_kind)frame->kind,
                                .epoch = frame->epoch,
                                .sequence = frame->sequence,
                                .horizon = frame->horizon,
                                .watermark = frame->watermark,
                                .bytes = payload,
                                .length = frame->length};
}

/* What a cursor has to know of the log, at one instant. */
struct known {
    uint64_t first, last; /* sequence before the first frame, and of the last one */
    uint64_t next_start;  /* sequence before the first frame of the segment behind; 0: none yet */
    bool through;
};

static struct known know(struct segments *segments, uint64_t segment)
{
    struct known known;
    uint64_t next;

    (void)pthread_mutex_lock(&segments->guard);
    known.first = segments->starts[0].sequence;
    known.last = segments->end.point.sequence;
    known.through = segments->through;
    next = segment + 1 - segments->first_segment;
    known.next_start =
        segment != 0 && segment + 1 >= segments->first_segment && next < segments->start_count
            ? segments->starts[next].sequence
            : 0;
    (void)pthread_mutex_unlock(&segments->guard);
    return known;
}

/* Go to the start of the last segment that begins at or before this sequence. */
static void go_to_start(struct segments *segments, struct log_cursor *cursor, uint64_t sequence)
{
    size_t index = 0;

    (void)pthread_mutex_lock(&segments->guard);
    while (index + 1 < segments->start_count && segments->starts[index + 1].sequence < sequence)
        index++;
    cursor->segment = segments->first_segment + index;
    cursor->offset = 0;
    cursor->sequence = segments->starts[index].sequence + 1;
    (void)pthread_mutex_unlock(&segments->guard);
}

/* Look at a frame that was good when the log came by. */
static quipu_status look_again(struct segments *segments, struct log_cursor *cursor,
                               struct log_frame *given, struct diagnosis *diagnosis)
{
    const unsigned char *bytes = NULL;
    struct frame frame = {.kind = LOG_END};
    char name[SEGMENT_NAME_BYTES];
    quipu_status status;

    status = quipui_cursor_fill(segments, cursor, cursor->segment, cursor->offset,
                                FRAME_HEADER_BYTES, &bytes, diagnosis);
    if (status != QUIPU_OK) return status;
    if (quipui_frame_decode(bytes, segments->identity, &frame) == FRAME_GOOD &&
        frame.sequence == cursor->sequence && frame.segment == cursor->segment &&
        frame.offset == cursor->offset && frame.length <= segments->log.payload_max &&
        frame.offset + quipui_frame_bytes(frame.length) <= segment_bytes(segments, frame.segment)) {
        status = quipui_cursor_fill(segments, cursor, cursor->segment, cursor->offset,
                                    FRAME_HEADER_BYTES + frame.length, &bytes, diagnosis);
        if (status != QUIPU_OK) return status;
        if (quipui_frame_payload_is_good(&frame, bytes + FRAME_HEADER_BYTES)) {
            quipui_frame_give(&frame, bytes + FRAME_HEADER_BYTES, given);
            cursor->offset += quipui_frame_bytes(frame.length);
            cursor->sequence++;
            return QUIPU_OK;
        }
    }
    quipui_segment_name(cursor->segment, name);
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, cursor->offset,
                           "frame %llu was whole when it was read before, and is not any more",
                           (unsigned long long)cursor->sequence);
}

static quipu_status not_here(const struct known *known, uint64_t sequence,
                             struct diagnosis *diagnosis)
{
    return quipui_diagnose(diagnosis, QUIPU_INVALID, "", DIAGNOSIS_NOWHERE,
                           "frame %llu is not in the journal: it has %llu to %llu",
                           (unsigned long long)sequence, (unsigned long long)known->first + 1,
                           (unsigned long long)known->last);
}

static quipu_status read_known(struct segments *segments, struct log_cursor *cursor,
                               uint64_t next_start, struct log_frame *given,
                               struct diagnosis *diagnosis)
{
    quipu_status status;

    if (next_start != 0 && next_start + 1 == cursor->sequence) {
        cursor->segment++;
        cursor->offset = 0;
    }
    status = look_again(segments, cursor, given, diagnosis);
    if (status == QUIPU_CORRUPT) {
        cursor->held_bytes = 0;
        status = look_again(segments, cursor, given, diagnosis);
    }
    return status;
}

/* The next frame of a cursor that stands somewhere. */
static quipu_status step(struct segments *segments, struct log_cursor *cursor,
                         struct log_frame *given, struct diagnosis *diagnosis)
{
    struct known known = know(segments, cursor->segment);
    quipu_status status;

    *given = (struct log_frame){.kind = LOG_END};
    if (cursor->sequence <= known.first || cursor->sequence > known.last + 1) {
        return not_here(&known, cursor->sequence, diagnosis);
    }
    if (cursor->sequence <= known.last) {
        status = read_known(segments, cursor, known.next_start, given, diagnosis);
        if (status != QUIPU_CORRUPT) return status;
        /* It may have been trimmed meanwhile. */
        known = know(segments, cursor->segment);
        if (cursor->sequence > known.first) return status;
        return not_here(&known, cursor->sequence, diagnosis);
    }
    if (known.through) return QUIPU_OK;

    status = quipui_walk(segments, cursor, given, diagnosis);
    if (status == QUIPU_OK && given->kind != LOG_END) {
        cursor->segment = segments->end.segment;
        cursor->offset = segments->end.offset;
        cursor->sequence++;
    }
    return status;
}

/* Put a new cursor at the frame that it wants, by way of those before it in the segment. */
static quipu_status go_to(struct segments *segments, struct log_cursor *cursor,
                          struct diagnosis *diagnosis)
{
    uint64_t wanted = cursor->sequence;
    quipu_status status = QUIPU_OK;
    struct log_frame passed = {.kind = LOG_CUT};

    go_to_start(segments, cursor, wanted);
    if (wanted == 0) return QUIPU_OK;
    while (cursor->sequence < wanted && status == QUIPU_OK && passed.kind != LOG_END)
        status = step(segments, cursor, &passed, diagnosis);
    if (status == QUIPU_OK && cursor->sequence != wanted) {
        struct known known = know(segments, 0);

        status = not_here(&known, wanted, diagnosis);
    }
    if (status != QUIPU_OK) cursor->segment = 0;
    cursor->sequence = wanted;
    return status;
}

quipu_status quipui_segments_read(struct log *log, struct log_cursor *cursor,
                                  struct log_frame *frame, struct diagnosis *diagnosis)
{
    struct segments *segments = segments_of(log);
    quipu_status status = QUIPU_OK;

    *frame = (struct log_frame){.kind = LOG_END};
    if (segments->directory->forked) return quipui_segments_fenced(diagnosis);
    if (cursor->salvage) return quipui_salvage(segments, cursor, frame, diagnosis);
    if (cursor->segment == 0) status = go_to(segments, cursor, diagnosis);
    return status == QUIPU_OK ? step(segments, cursor, frame, diagnosis) : status;
}
