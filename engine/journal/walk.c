/* walk.c - frames in order, each behind the one before: what recovery reads.
 *
 *   W1  the next frame is where the last one ended, or at the start of the next segment if the
 *       rest of this one is too small for it; nowhere else
 *   W2  it names its own place, the last frame's hash, and the sequence behind the last one; its
 *       epoch is the last one's, or a larger one if it is a cut
 *   W3  a frame behind which no other was begun may be in the page cache only, and the kernel may
 *       have told its writer so: a sync that fails leaves pages that look clean. Such a frame is
 *       read from the disk before it is believed
 *   W4  the frame that quipu.ledger knows is met on the way, with the hash it had */
#include <errno.h>
#include <string.h>

#include "journal/log_parts.h"

/* W2, and that its numbers do not fall. */
bool quipui_frame_follows(const struct segments *segments, const struct frame *frame,
                          const struct place *place)
{
    const struct log_point *before = &place->point;

    if (frame->segment != place->segment || frame->offset != place->offset) return false;
    if (frame->sequence != before->sequence + 1 || frame->before != before->hash) return false;
    if (frame->kind != LOG_ENTRIES && frame->kind != LOG_CUT) return false;
    if (frame->kind == LOG_ENTRIES && frame->epoch != before->epoch) return false;
    if (frame->kind == LOG_CUT && frame->epoch <= before->epoch) return false;
    if (frame->durable >= frame->sequence || frame->horizon < before->horizon) return false;
    return frame->length <= segments->log.payload_max &&
           frame->offset + quipui_frame_bytes(frame->length) <=
               segment_bytes(segments, frame->segment);
}

/* A header that was found. */
struct found {
    bool is_there;
    struct frame frame;
};

/* Look for the header of the next frame at one of its two places (W1). `cursor` NULL: read without
 * its buffer, which is in use. */
static quipu_status look_at(struct segments *segments, struct log_cursor *cursor,
                            const struct place *place, struct found *found,
                            struct diagnosis *diagnosis)
{
    unsigned char own[FRAME_HEADER_BYTES];
    const unsigned char *header = own;
    quipu_status status;

    if (cursor != NULL) {
        status = quipui_cursor_fill(segments, cursor, place->segment, place->offset, sizeof own,
                                    &header, diagnosis);
    } else {
        status = quipui_segment_read(segments, place->segment, place->offset, own, sizeof own,
                                     diagnosis);
    }
    if (status != QUIPU_OK) return status;
    found->is_there =
        quipui_frame_decode(header, segments->identity, &found->frame) == FRAME_GOOD &&
        quipui_frame_follows(segments, &found->frame, place);
    return QUIPU_OK;
}

static quipu_status look_for(struct segments *segments, struct log_cursor *cursor,
                             const struct place *place, struct found *found,
                             struct diagnosis *diagnosis)
{
    struct place next = {.point = place->point, .segment = place->segment + 1};
    quipu_status status = QUIPU_OK;

    found->is_there = false;
    if (place->offset < segment_bytes(segments, place->segment) &&
        place->segment <= segments->last_segment) {
        status = look_at(segments, cursor, place, found, diagnosis);
    }
    if (status != QUIPU_OK || found->is_there || place->offset == 0) return status;
    if (next.segment > segments->last_segment) return QUIPU_OK;
    status = look_at(segments, cursor, &next, found, diagnosis);
    if (found->is_there && place->offset + quipui_frame_bytes(found->frame.length) <=
                               segment_bytes(segments, place->segment)) {
        found->is_there = false; /* it had room where the last one ended */
    }
    return status;
}

/* Have the payload in the buffer, and a little of what follows; is it good? */
static quipu_status load(struct segments *segments, struct log_cursor *cursor,
                         const struct frame *frame, const unsigned char **payload, bool *good,
                         struct diagnosis *diagnosis)
{
    uint64_t rest = segment_bytes(segments, frame->segment) - frame->offset;
    uint64_t wanted = quipui_frame_bytes(frame->length) + JOURNAL_BLOCK_BYTES;
    const unsigned char *bytes;
    quipu_status status;

    if (wanted > rest) wanted = rest;
    status = quipui_cursor_fill(segments, cursor, frame->segment, frame->offset, (size_t)wanted,
                                &bytes, diagnosis);
    if (status != QUIPU_OK) return status;
    *payload = bytes + FRAME_HEADER_BYTES;
    *good = quipui_frame_payload_is_good(frame, *payload);
    return QUIPU_OK;
}

/* W3: sync, so that what is dirty can be dropped; drop; read again. */
static quipu_status ask_the_disk(struct segments *segments, struct log_cursor *cursor,
                                 const struct frame *frame, const unsigned char **payload,
                                 bool *good, struct diagnosis *diagnosis)
{
    struct files *files = segments->files;
    char name[SEGMENT_NAME_BYTES];
    const unsigned char *header;
    struct frame again;
    quipu_status status;
    int file, error;

    quipui_segment_name(frame->segment, name);
    error = files->calls->open(files, segments->directory->handle, name, FILE_READ, &file);
    if (error == 0) {
        error = files->calls->sync(files, file);
        if (error == 0) {
            error =
                files->calls->forget(files, file, frame->offset, quipui_frame_bytes(frame->length));
        }
        (void)files->calls->close(files, file);
    }
    if (error != 0) return quipui_diagnose_error(diagnosis, error, name, frame->offset, "sync");

    cursor->held_bytes = 0;
    *good = false;
    status = quipui_cursor_fill(segments, cursor, frame->segment, frame->offset, FRAME_HEADER_BYTES,
                                &header, diagnosis);
    if (status != QUIPU_OK) return status;
    if (quipui_frame_decode(header, segments->identity, &again) != FRAME_GOOD) return QUIPU_OK;
    if (again.hash != frame->hash) return QUIPU_OK;
    return load(segments, cursor, frame, payload, good, diagnosis);
}

/* W4. */
static quipu_status check_known(struct segments *segments, const struct frame *frame,
                                struct diagnosis *diagnosis)
{
    char name[SEGMENT_NAME_BYTES];
    struct ledger_facts facts;

    quipui_directory_facts(segments->directory, &facts);
    quipui_segment_name(frame->segment, name);
    if (frame->epoch > facts.epoch) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, frame->offset,
                               "frame %llu is of epoch %llu; quipu.ledger is older and knows %llu",
                               (unsigned long long)frame->sequence,
                               (unsigned long long)frame->epoch, (unsigned long long)facts.epoch);
    }
    if (frame->sequence != facts.known.sequence || frame->hash == facts.known.hash) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, frame->offset,
                           "frame %llu is not the one that quipu.ledger knows",
                           (unsigned long long)frame->sequence);
}

/* Is this frame whole, on disk, and where it should be? `found` says that its header is. */
static quipu_status verify(struct segments *segments, struct log_cursor *cursor,
                           struct found *found, const unsigned char **payload,
                           struct diagnosis *diagnosis)
{
    struct frame *frame = &found->frame;
    size_t whole = FRAME_HEADER_BYTES + frame->length;
    struct found next;
    struct place behind = {.segment = frame->segment,
                           .offset = frame->offset + quipui_frame_bytes(frame->length)};
    quipu_status status;

    behind.point = (struct log_point){frame->sequence, frame->epoch, frame->hash, frame->horizon};
    status = load(segments, cursor, frame, payload, &found->is_there, diagnosis);
    if (status != QUIPU_OK || !found->is_there) return status;
    /* The block behind is in the buffer as a rule. */
    status =
        look_for(segments, behind.offset < segment_bytes(segments, behind.segment) ? cursor : NULL,
                 &behind, &next, diagnosis);
    if (status != QUIPU_OK) return status;
    if (!next.is_there) {
        return ask_the_disk(segments, cursor, frame, payload, &found->is_there, diagnosis);
    }
    /* The look may have used the buffer. */
    if (cursor_holds(cursor, frame->segment, frame->offset, whole)) return QUIPU_OK;
    return load(segments, cursor, frame, payload, &found->is_there, diagnosis);
}

quipu_status quipui_walk(struct segments *segments, struct log_cursor *cursor,
                         struct log_frame *frame, struct diagnosis *diagnosis)
{
    const unsigned char *payload = NULL;
    struct found found;
    quipu_status status;

    status = look_for(segments, cursor, &segments->end, &found, diagnosis);
    if (status == QUIPU_OK && found.is_there) {
        status = verify(segments, cursor, &found, &payload, diagnosis);
    }
    if (status != QUIPU_OK) return status;
    if (!found.is_there) return quipui_conclude(segments, cursor, diagnosis);

    status = check_known(segments, &found.frame, diagnosis);
    if (status != QUIPU_OK) return status;
    if (!quipui_segments_advance(segments, &found.frame)) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                               "no memory for the table of segments");
    }
    quipui_frame_give(&found.frame, payload, frame);
    return QUIPU_OK;
}
