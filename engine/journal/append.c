/* append.c - the leader's side of a log in a directory: epochs, frames, trimming; see log.h.
 *
 * append(): encode the header, write header, payload and zeros up to the block in one call, sync.
 * The segment was written with zeros and synced before, so the file neither grows nor is mapped
 * anew: the sync writes these blocks and nothing else.
 *
 * The first frame of an epoch, a cut:
 *
 *   A1  the epoch is in quipu.ledger before a frame of it is written, with the last frame of the
 *       walk, which is on disk (W3): from then on the log is not shorter than that
 *   A2  the cut stands where the torn tail began, if there is one, and has its sequence. What else
 *       of the tail is on disk is left alone: nothing leads there (witness.c)
 *   A3  any failure of a write or a sync is final (L4). The kernel may have dropped what it could
 *       not write and called it clean; only another open can find out, by W3 */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "journal/log_parts.h"

quipu_status quipui_segments_head(struct log *log, struct log_head *head,
                                  struct diagnosis *diagnosis)
{
    struct segments *segments = segments_of(log);
    struct log_cursor cursor = {.sequence = 0};
    quipu_status status = QUIPU_OK;
    struct log_frame frame;

    if (segments->directory->forked) return quipui_segments_fenced(diagnosis);
    while (!segments->through && status == QUIPU_OK) {
        status = quipui_walk(segments, &cursor, &frame, diagnosis);
    }
    quipui_memory_give_back(cursor.buffer);
    if (status != QUIPU_OK) return status;

    (void)pthread_mutex_lock(&segments->guard);
    *head = (struct log_head){.first_sequence = segments->starts[0].sequence + 1,
                              .epoch = segments->end.point.epoch,
                              .sequence = segments->end.point.sequence,
                              .horizon = segments->end.point.horizon,
                              .watermark = segments->watermark,
                              .torn_bytes = segments->torn_bytes};
    (void)pthread_mutex_unlock(&segments->guard);
    return QUIPU_OK;
}

quipu_status quipui_segments_lead(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis)
{
    struct segments *segments = segments_of(log);
    struct ledger_facts facts;

    if (segments->directory->forked) return quipui_segments_fenced(diagnosis);
    if (segments->directory->read_only) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, "", DIAGNOSIS_NOWHERE,
                               "the log is open for reading only");
    }
    quipui_directory_facts(segments->directory, &facts);
    /* One that leads twice has larger epochs, though the first may not be on disk. */
    segments->epoch = (facts.epoch > segments->epoch ? facts.epoch : segments->epoch) + 1;
    segments->begun = false;
    *epoch = segments->epoch;
    return QUIPU_OK;
}

static void set_epoch(struct ledger_facts *facts, void *context)
{
    const struct segments *segments = context;

    facts->epoch = segments->epoch;
    facts->known = segments->end.point;
    facts->closed = 0;
}

struct leftovers {
    uint64_t first;  /* segment that is in use */
    uint64_t lowest; /* that is there */
};

static void see(void *context, const char *name)
{
    struct leftovers *leftovers = context;
    uint64_t number = quipui_segment_number(name);

    if (number != 0 && number < leftovers->lowest) leftovers->lowest = number;
}

/* Remove what a trim left behind. A failure leaves files that nobody needs. */
static void remove_leftovers(struct segments *segments)
{
    struct leftovers leftovers = {.first = segments->first_segment,
                                  .lowest = segments->first_segment};
    struct files *files = segments->files;
    int handle = segments->directory->handle;
    char name[SEGMENT_NAME_BYTES];

    if (files->calls->list(files, handle, see, &leftovers) != 0) return;
    for (uint64_t number = leftovers.lowest; number < leftovers.first; number++) {
        quipui_segment_name(number, name);
        (void)files->calls->remove(files, handle, name);
    }
}

/* Have the file of this segment open, made if need be. */
static quipu_status use_segment(struct segments *segments, uint64_t number,
                                struct diagnosis *diagnosis)
{
    struct files *files = segments->files;
    char name[SEGMENT_NAME_BYTES];
    quipu_status status;
    int error;

    if (segments->file >= 0 && segments->file_segment == number) return QUIPU_OK;
    if (segments->file >= 0) {
        /* All of it was synced. */
        (void)files->calls->close(files, segments->file);
        segments->file = -1;
    }
    status = quipui_spare_take(segments, number, diagnosis);
    if (status != QUIPU_OK) return status;
    quipui_segment_name(number, name);
    error =
        files->calls->open(files, segments->directory->handle, name, FILE_WRITE, &segments->file);
    if (error != 0) {
        segments->file = -1;
        return quipui_diagnose_error(diagnosis, error, name, DIAGNOSIS_NOWHERE, "open");
    }
    segments->file_segment = number;
    return QUIPU_OK;
}

static quipu_status begin(struct segments *segments, struct diagnosis *diagnosis)
{
    quipu_status status =
        quipui_directory_change(segments->directory, set_epoch, segments, diagnosis);

    if (status != QUIPU_OK) return status;
    remove_leftovers(segments);
    if (!segments->options.alone) quipui_spare_start(segments);
    return QUIPU_OK;
}

static quipu_status put(struct segments *segments, struct frame *frame, const void *payload,
                        struct diagnosis *diagnosis)
{
    static unsigned char zeros[JOURNAL_BLOCK_BYTES]; /* an iovec has no const */
    union {
        const void *from;
        void *to;
    } bytes = {.from = payload};
    struct files *files = segments->files;
    unsigned char header[FRAME_HEADER_BYTES];
    struct iovec parts[3] = {{header, sizeof header}, {bytes.to, frame->length}, {zeros, 0}};
    char name[SEGMENT_NAME_BYTES];
    int error;

    quipui_frame_encode(frame, payload, header);
    parts[2].iov_len = (size_t)(quipui_frame_bytes(frame->length) - sizeof header - frame->length);
    error = quipui_file_write(files, segments->file, parts, 3, frame->offset);
    if (error == 0) {
        error = files->calls->sync(files, segments->file);
        if (error == 0) return QUIPU_OK;
    }
    quipui_segment_name(frame->segment, name);
    return quipui_diagnose_error(diagnosis, error, name, frame->offset, "write and sync");
}

/* Find the frame's place, make what is not there, write it. All failures are final. */
static quipu_status write_frame(struct segments *segments, const struct log_frame *given,
                                struct diagnosis *diagnosis)
{
    const struct place *end = &segments->end;
    uint64_t bytes = quipui_frame_bytes(given->length);
    bool fits = end->offset + bytes <= segment_bytes(segments, end->segment);
    struct frame frame = {.kind = (uint16_t)given->kind,
                          .length = (uint32_t)given->length,
                          .epoch = given->epoch,
                          .sequence = given->sequence,
                          .segment = fits ? end->segment : end->segment + 1,
                          .offset = fits ? end->offset : 0,
                          .horizon = given->horizon,
                          .watermark = given->watermark,
                          .durable = end->point.sequence,
                          .before = end->point.hash,
                          .torn_bytes = given->kind == LOG_CUT ? segments->torn_bytes : 0};
    quipu_status status = QUIPU_OK;

    (void)memcpy(frame.identity, segments->identity, sizeof frame.identity);
    if (!segments->begun) status = begin(segments, diagnosis);
    if (status == QUIPU_OK) status = use_segment(segments, frame.segment, diagnosis);
    if (status == QUIPU_OK) status = put(segments, &frame, given->bytes, diagnosis);
    if (status != QUIPU_OK) return status;
    if (!quipui_segments_advance(segments, &frame)) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                               "no memory for the table of segments");
    }
    segments->begun = true;
    return QUIPU_OK;
}

/* L2, L3: may this frame come now? */
static quipu_status check(struct segments *segments, const struct log_frame *frame,
                          struct diagnosis *diagnosis)
{
    const struct log_point *last = &segments->end.point;
    enum log_kind kind = segments->begun ? LOG_ENTRIES : LOG_CUT;

    if (segments->epoch == 0 || frame->epoch != segments->epoch) {
        return quipui_diagnose(diagnosis, QUIPU_FENCED, "", DIAGNOSIS_NOWHERE,
                               "epoch %llu does not lead the log: %llu does",
                               (unsigned long long)frame->epoch,
                               (unsigned long long)segments->epoch);
    }
    if (frame->kind != kind || frame->length > segments->log.payload_max ||
        frame->horizon < last->horizon || frame->horizon < frame->watermark) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, "", DIAGNOSIS_NOWHERE,
                               "frame %llu makes no sense here",
                               (unsigned long long)frame->sequence);
    }
    if (frame->sequence == last->sequence + 1) return QUIPU_OK;
    return quipui_diagnose(
        diagnosis, QUIPU_CONFLICT, "", DIAGNOSIS_NOWHERE, "the next frame is %llu, not %llu",
        (unsigned long long)last->sequence + 1, (unsigned long long)frame->sequence);
}

quipu_status quipui_segments_append(struct log *log, const struct log_frame *frame,
                                    struct diagnosis *diagnosis)
{
    struct segments *segments = segments_of(log);
    quipu_status status;
    struct log_head head;

    if (segments->directory->forked) return quipui_segments_fenced(diagnosis);
    if (segments->failed != QUIPU_OK) {
        if (diagnosis != NULL) *diagnosis = segments->why;
        return segments->failed;
    }
    if (!segments->through) {
        status = quipui_segments_head(log, &head, diagnosis);
        if (status != QUIPU_OK) return status;
    }
    status = check(segments, frame, diagnosis);
    if (status != QUIPU_OK) return status;
    status = write_frame(segments, frame, &segments->why);
    if (status == QUIPU_OK) return QUIPU_OK;
    segments->failed = status;
    if (diagnosis != NULL) *diagnosis = segments->why;
    return status;
}

/* --- trim --- */

struct trim {
    uint64_t segment; /* the first that stays */
    struct log_point first, known;
};

static void set_first(struct ledger_facts *facts, void *context)
{
    const struct trim *trim = context;

    facts->first_segment = trim->segment;
    facts->first = trim->first;
    facts->known = trim->known;
}

/* How many segments have only frames below `sequence`; the one that is written to stays. */
static size_t count_below(struct segments *segments, uint64_t sequence, struct trim *trim)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&segments->guard);
    while (count + 1 < segments->start_count && segments->starts[count + 1].sequence < sequence)
        count++;
    trim->segment = segments->first_segment + count;
    trim->first = segments->starts[count];
    trim->known = segments->end.point;
    (void)pthread_mutex_unlock(&segments->guard);
    return count;
}

static void forget_starts(struct segments *segments, size_t count)
{
    (void)pthread_mutex_lock(&segments->guard);
    segments->start_count -= count;
    segments->first_segment += count;
    (void)memmove(segments->starts, segments->starts + count,
                  segments->start_count * sizeof *segments->starts);
    (void)pthread_mutex_unlock(&segments->guard);
}

quipu_status quipui_segments_trim(struct log *log, uint64_t epoch, uint64_t sequence,
                                  struct diagnosis *diagnosis)
{
    struct segments *segments = segments_of(log);
    struct files *files = segments->files;
    int handle = segments->directory->handle, error = 0;
    char name[SEGMENT_NAME_BYTES];
    quipu_status status;
    struct trim trim;
    size_t count;

    if (segments->directory->forked) return quipui_segments_fenced(diagnosis);
    count = count_below(segments, sequence, &trim);
    if (trim.known.epoch != epoch) {
        return quipui_diagnose(diagnosis, QUIPU_FENCED, "", DIAGNOSIS_NOWHERE,
                               "epoch %llu does not lead the log", (unsigned long long)epoch);
    }
    if (count == 0) return QUIPU_OK;
    status = quipui_directory_change(segments->directory, set_first, &trim, diagnosis);
    if (status != QUIPU_OK) return status;
    forget_starts(segments, count);
    for (uint64_t number = trim.segment - count; number < trim.segment && error == 0; number++) {
        quipui_segment_name(number, name);
        error = files->calls->remove(files, handle, name);
    }
    if (error == 0) return QUIPU_OK;
    return quipui_diagnose_error(diagnosis, error, name, DIAGNOSIS_NOWHERE, "remove");
}
