/* witness.c - what lies behind the last frame of the walk: a torn tail, or proof of a loss.
 *
 * A frame is written only when the one before is durable, and says so (`durable`). So at most one
 * frame, the last, is lost or torn by a crash, and nothing was acknowledged that hangs on it.
 * A header that is whole, wherever it stands, is a witness of what was durable when it was made:
 *
 *   V1  of a frame that the walk did not reach, if `durable` is beyond the last one reached
 *   V2  of an epoch that the walk did not reach: its cut was durable, or hangs on frames that were
 *   V3  quipu.ledger, of the frame that it knows
 *   V4  of a write that went to another place: it names its own
 *
 * Without a witness the tail is torn and may be cut. What was cut before stays behind the end as
 * headers of old epochs that claim no more than the walk has reached: they prove nothing, and
 * nothing leads to them: the cut has their sequence, and what follows has its hash.
 *
 *   V5  where quipu.ledger says that the log was closed behind the last frame, nobody wrote later
 *   V6  a frame that is whole but for a single bit was not torn: it is damaged. A crash loses or
 *       garbles sectors; what remains of a frame then is further away than one bit. Looked for
 *       in frames of one block
 *
 * What nothing proves: damage of more than one bit to the very last frame of a log that was not
 * closed looks like a torn one. */
#include <stdio.h>
#include <string.h>

#include "journal/log_parts.h"

/* V6 for frames of one block: as many hashes as they have bits. */
#define REPAIR_BYTES_MAX ((size_t)JOURNAL_BLOCK_BYTES)

static quipu_status lost(const struct segments *segments, struct diagnosis *diagnosis,
                         const char *witness)
{
    const struct place *end = &segments->end;
    char name[SEGMENT_NAME_BYTES];

    quipui_segment_name(end->segment, name);
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, end->offset,
                           "frame %llu is damaged or missing here: %s",
                           (unsigned long long)end->point.sequence + 1, witness);
}

static quipu_status check_witness(const struct segments *segments, const struct frame *frame,
                                  uint64_t segment, uint64_t offset, struct diagnosis *diagnosis)
{
    const struct log_point *last = &segments->end.point;
    char name[SEGMENT_NAME_BYTES], words[160];

    quipui_segment_name(segment, name);
    if (frame->segment != segment || frame->offset != offset) {
        (void)snprintf(words, sizeof words,
                       "frame %llu stands in %s at %llu, where it was not sent",
                       (unsigned long long)frame->sequence, name, (unsigned long long)offset);
        return lost(segments, diagnosis, words);
    }
    if (frame->epoch <= last->epoch && frame->durable <= last->sequence) return QUIPU_OK;
    (void)snprintf(words, sizeof words,
                   "frame %llu of epoch %llu, in %s at %llu, was written when %llu was on disk",
                   (unsigned long long)frame->sequence, (unsigned long long)frame->epoch, name,
                   (unsigned long long)offset, (unsigned long long)frame->durable);
    return lost(segments, diagnosis, words);
}

static bool is_zero(const unsigned char *block)
{
    return block[0] == 0 && memcmp(block, block + 1, JOURNAL_BLOCK_BYTES - 1) == 0;
}

/* Look at each block of a segment, from `offset` on. */
static quipu_status look_through(struct segments *segments, struct log_cursor *cursor,
                                 uint64_t segment, uint64_t offset, struct diagnosis *diagnosis)
{
    uint64_t end = segment_bytes(segments, segment);
    quipu_status status = QUIPU_OK;
    const unsigned char *block;
    struct frame frame;

    for (; offset < end && status == QUIPU_OK; offset += JOURNAL_BLOCK_BYTES) {
        enum frame_verdict verdict;

        status = quipui_cursor_fill(segments, cursor, segment, offset, JOURNAL_BLOCK_BYTES, &block,
                                    diagnosis);
        if (status != QUIPU_OK || is_zero(block)) continue;
        segments->torn_bytes += JOURNAL_BLOCK_BYTES;
        verdict = quipui_frame_decode(block, segments->identity, &frame);
        if (verdict == FRAME_GOOD) {
            status = check_witness(segments, &frame, segment, offset, diagnosis);
        } else if (verdict == FRAME_NEWER) {
            char name[SEGMENT_NAME_BYTES];

            quipui_segment_name(segment, name);
            status = quipui_diagnose(diagnosis, QUIPU_UNSUPPORTED, name, offset,
                                     "a frame here is of a newer format");
        }
    }
    return status;
}

/* V6 for one place: flip each bit of the header, then of the payload, and put it back. The cursor
 * holds the bytes. */
static bool is_one_bit_away(const struct segments *segments, const struct place *place,
                            unsigned char *bytes, size_t count)
{
    struct frame frame = {.kind = LOG_END};
    unsigned char *payload = bytes + FRAME_HEADER_BYTES;
    bool header_is_good = quipui_frame_decode(bytes, segments->identity, &frame) == FRAME_GOOD &&
                          quipui_frame_follows(segments, &frame, place);
    size_t first = header_is_good ? FRAME_HEADER_BYTES : 0;
    size_t end = header_is_good ? FRAME_HEADER_BYTES + frame.length : FRAME_HEADER_BYTES;
    bool found = false;

    if (end > count) return false;
    for (size_t bit = 8 * first; bit < 8 * end && !found; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (header_is_good) {
            found = quipui_frame_payload_is_good(&frame, payload);
        } else if (quipui_frame_decode(bytes, segments->identity, &frame) == FRAME_GOOD &&
                   quipui_frame_follows(segments, &frame, place)) {
            found = FRAME_HEADER_BYTES + frame.length <= count &&
                    quipui_frame_payload_is_good(&frame, payload);
        }
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    return found;
}

static quipu_status check_bits(struct segments *segments, struct log_cursor *cursor,
                               const struct place *place, struct diagnosis *diagnosis)
{
    uint64_t rest = segment_bytes(segments, place->segment) - place->offset;
    size_t count = rest < REPAIR_BYTES_MAX ? (size_t)rest : REPAIR_BYTES_MAX;
    unsigned char *held;
    const unsigned char *bytes;
    quipu_status status;

    if (rest == 0 || place->segment > segments->last_segment) return QUIPU_OK;
    status = quipui_cursor_fill(segments, cursor, place->segment, place->offset, count, &bytes,
                                diagnosis);
    if (status != QUIPU_OK) return status;
    held = cursor->buffer + (bytes - cursor->buffer);
    if (!is_one_bit_away(segments, place, held, count)) return QUIPU_OK;
    return lost(segments, diagnosis, "it is whole but for one bit");
}

static quipu_status look_behind(struct segments *segments, struct log_cursor *cursor,
                                struct diagnosis *diagnosis)
{
    const struct place *end = &segments->end;
    struct place next = {.point = end->point, .segment = end->segment + 1};
    quipu_status status = QUIPU_OK;

    segments->torn_bytes = 0;
    for (uint64_t segment = end->segment; segment <= segments->last_segment && status == QUIPU_OK;
         segment++) {
        uint64_t from = segment == end->segment ? end->offset : 0;

        status = look_through(segments, cursor, segment, from, diagnosis);
    }
    if (status != QUIPU_OK || segments->torn_bytes == 0) return status;
    status = check_bits(segments, cursor, end, diagnosis);
    if (status == QUIPU_OK) status = check_bits(segments, cursor, &next, diagnosis);
    return status;
}

quipu_status quipui_conclude(struct segments *segments, struct log_cursor *cursor,
                             struct diagnosis *diagnosis)
{
    const struct log_point *last = &segments->end.point;
    struct ledger_facts facts;
    quipu_status status = QUIPU_OK;
    char words[120];

    quipui_directory_facts(segments->directory, &facts);
    if (last->sequence < facts.known.sequence) {
        (void)snprintf(words, sizeof words, "quipu.ledger says that frame %llu was on disk",
                       (unsigned long long)facts.known.sequence);
        return lost(segments, diagnosis, words);
    }
    if (facts.closed == 0 || last->sequence != facts.known.sequence) { /* V5 */
        status = look_behind(segments, cursor, diagnosis);
    }
    if (status != QUIPU_OK) return status;
    (void)pthread_mutex_lock(&segments->guard);
    segments->through = true;
    (void)pthread_mutex_unlock(&segments->guard);
    return QUIPU_OK;
}

/* Whole, at its own place, and not one that the cursor has seen. There is a sequence behind it. */
static bool is_wanted(const struct segments *segments, const struct frame *frame,
                      const struct log_cursor *cursor)
{
    return frame->segment == cursor->segment && frame->offset == cursor->offset &&
           frame->sequence >= cursor->sequence && frame->sequence != UINT64_MAX &&
           frame->length <= segments->log.payload_max &&
           frame->offset + quipui_frame_bytes(frame->length) <=
               segment_bytes(segments, frame->segment);
}

quipu_status quipui_salvage(struct segments *segments, struct log_cursor *cursor,
                            struct log_frame *given, struct diagnosis *diagnosis)
{
    const unsigned char *bytes;
    struct frame frame;

    if (cursor->segment == 0) {
        cursor->segment = segments->first_segment;
        if (cursor->sequence == 0) cursor->sequence = segments->starts[0].sequence + 1;
    }
    while (cursor->segment <= segments->last_segment) {
        uint64_t end = segment_bytes(segments, cursor->segment);
        quipu_status status = QUIPU_OK;

        if (cursor->offset < end) {
            status = quipui_cursor_fill(segments, cursor, cursor->segment, cursor->offset,
                                        FRAME_HEADER_BYTES, &bytes, diagnosis);
        }
        if (status == QUIPU_NO_MEMORY) return status;
        /* A segment that cannot be read is passed over from here on. */
        if (cursor->offset >= end || status != QUIPU_OK) {
            cursor->segment++;
            cursor->offset = 0;
            continue;
        }
        if (quipui_frame_decode(bytes, segments->identity, &frame) == FRAME_GOOD &&
            is_wanted(segments, &frame, cursor)) {
            status = quipui_cursor_fill(segments, cursor, cursor->segment, cursor->offset,
                                        FRAME_HEADER_BYTES + frame.length, &bytes, diagnosis);
        } else {
            status = QUIPU_CORRUPT;
        }
        if (status == QUIPU_NO_MEMORY) return status;
        if (status == QUIPU_OK &&
            quipui_frame_payload_is_good(&frame, bytes + FRAME_HEADER_BYTES)) {
            quipui_frame_give(&frame, bytes + FRAME_HEADER_BYTES, given);
            given->after_gap = frame.sequence != cursor->sequence;
            cursor->sequence = frame.sequence + 1;
            cursor->offset += quipui_frame_bytes(frame.length);
            return QUIPU_OK;
        }
        cursor->offset += JOURNAL_BLOCK_BYTES;
    }
    return QUIPU_OK;
}
