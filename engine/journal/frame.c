/* frame.c - frames as bytes; see frame.h. */
#include "journal/frame.h"

#include <string.h>

#include "base/checksum.h"
#include "base/little.h"
#include "journal/directory.h"

static const unsigned char magic[8] = {'Q', 'U', 'I', 'P', 'U', 'F', 'R', 'M'};

static uint64_t hash_of(const unsigned char *header, const unsigned char *identity)
{
    return quipui_checksum(header, FRAME_HASH_AT, little_get_64(identity));
}

void quipui_frame_encode(struct frame *frame, const void *payload,
                         unsigned char header[FRAME_HEADER_BYTES])
{
    frame->payload_hash = quipui_checksum(payload, frame->length, 0);

    (void)memset(header, 0, FRAME_HEADER_BYTES);
    (void)memcpy(header + FRAME_MAGIC_AT, magic, sizeof magic);
    little_put(header + FRAME_VERSION_AT, FRAME_VERSION, 2);
    little_put(header + FRAME_KIND_AT, frame->kind, 2);
    little_put(header + FRAME_LENGTH_AT, frame->length, 4);
    little_put_64(header + FRAME_EPOCH_AT, frame->epoch);
    little_put_64(header + FRAME_SEQUENCE_AT, frame->sequence);
    little_put_64(header + FRAME_SEGMENT_AT, frame->segment);
    little_put_64(header + FRAME_OFFSET_AT, frame->offset);
    little_put_64(header + FRAME_HORIZON_AT, frame->horizon);
    little_put_64(header + FRAME_WATERMARK_AT, frame->watermark);
    little_put_64(header + FRAME_DURABLE_AT, frame->durable);
    little_put_64(header + FRAME_BEFORE_AT, frame->before);
    little_put_64(header + FRAME_PAYLOAD_HASH_AT, frame->payload_hash);
    little_put_64(header + FRAME_TORN_AT, frame->torn_bytes);
    (void)memcpy(header + FRAME_IDENTITY_AT, frame->identity, sizeof frame->identity);
    frame->hash = hash_of(header, frame->identity);
    little_put_64(header + FRAME_HASH_AT, frame->hash);
}

enum frame_verdict quipui_frame_decode(const unsigned char header[FRAME_HEADER_BYTES],
                                       const unsigned char identity[16], struct frame *frame)
{
    static const unsigned char zeros[FRAME_HEADER_BYTES];
    uint64_t hash = little_get_64(header + FRAME_HASH_AT);

    if (memcmp(header, zeros, sizeof zeros) == 0) return FRAME_ZERO;
    if (memcmp(header + FRAME_MAGIC_AT, magic, sizeof magic) != 0) return FRAME_BAD;
    if (memcmp(header + FRAME_IDENTITY_AT, identity, 16) != 0) return FRAME_BAD;
    if (hash != hash_of(header, identity)) return FRAME_BAD;
    if (little_get(header + FRAME_VERSION_AT, 2) > FRAME_VERSION) return FRAME_NEWER;
    if (little_get(header + FRAME_VERSION_AT, 2) != FRAME_VERSION) return FRAME_BAD;
    if (little_get_64(header + FRAME_RESERVED_AT) != 0) return FRAME_BAD;

    frame->kind = (uint16_t)little_get(header + FRAME_KIND_AT, 2);
    frame->length = (uint32_t)little_get(header + FRAME_LENGTH_AT, 4);
    frame->epoch = little_get_64(header + FRAME_EPOCH_AT);
    frame->sequence = little_get_64(header + FRAME_SEQUENCE_AT);
    frame->segment = little_get_64(header + FRAME_SEGMENT_AT);
    frame->offset = little_get_64(header + FRAME_OFFSET_AT);
    frame->horizon = little_get_64(header + FRAME_HORIZON_AT);
    frame->watermark = little_get_64(header + FRAME_WATERMARK_AT);
    frame->durable = little_get_64(header + FRAME_DURABLE_AT);
    frame->before = little_get_64(header + FRAME_BEFORE_AT);
    frame->payload_hash = little_get_64(header + FRAME_PAYLOAD_HASH_AT);
    frame->torn_bytes = little_get_64(header + FRAME_TORN_AT);
    (void)memcpy(frame->identity, identity, sizeof frame->identity);
    frame->hash = hash;
    return FRAME_GOOD;
}

bool quipui_frame_payload_is_good(const struct frame *frame, const void *payload)
{
    return quipui_checksum(payload, frame->length, 0) == frame->payload_hash;
}

uint64_t quipui_frame_bytes(uint64_t payload_length)
{
    uint64_t bytes = FRAME_HEADER_BYTES + payload_length;

    return (bytes + JOURNAL_BLOCK_BYTES - 1) / JOURNAL_BLOCK_BYTES * JOURNAL_BLOCK_BYTES;
}
