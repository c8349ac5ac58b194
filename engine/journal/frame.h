/* frame.h - the form of a frame on disk: a header of 128 bytes, the payload, zeros up to a block.
 *
 * Numbers are little-endian whatever the machine. The header is hashed with the ledger's identity
 * as seed: bytes of a payload that stand at the start of a block are no frame, even if somebody
 * chose them, and neither is a frame of another ledger. The bytes: docs/journal-format.md. */
#ifndef QUIPU_JOURNAL_FRAME_H
#define QUIPU_JOURNAL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER_BYTES 128
#define FRAME_VERSION 1

/* Where each field starts. */
enum frame_field {
    FRAME_MAGIC_AT = 0,
    FRAME_VERSION_AT = 8,
    FRAME_KIND_AT = 10,
    FRAME_LENGTH_AT = 12,
    FRAME_EPOCH_AT = 16,
    FRAME_SEQUENCE_AT = 24,
    FRAME_SEGMENT_AT = 32,
    FRAME_OFFSET_AT = 40,
    FRAME_HORIZON_AT = 48,
    FRAME_WATERMARK_AT = 56,
    FRAME_DURABLE_AT = 64,
    FRAME_BEFORE_AT = 72,
    FRAME_PAYLOAD_HASH_AT = 80,
    FRAME_TORN_AT = 88,
    FRAME_IDENTITY_AT = 96,
    FRAME_RESERVED_AT = 112,
    FRAME_HASH_AT = 120
};

_Static_assert(FRAME_HASH_AT + 8 == FRAME_HEADER_BYTES, "the hash of the header is its end");

struct frame {
    uint16_t kind;   /* enum log_kind */
    uint32_t length; /* of the payload, in bytes */
    uint64_t epoch;
    uint64_t sequence;
    uint64_t segment; /* its own place */
    uint64_t offset;  /* its own place, in bytes from the start of the segment */
    uint64_t horizon;
    uint64_t watermark;
    uint64_t durable; /* the last sequence that was durable when this one was written */
    uint64_t before;  /* hash of the frame before; 0: there is none */
    uint64_t payload_hash;
    uint64_t torn_bytes; /* of a cut: bytes that it found behind the frame before, not zero */
    unsigned char identity[16];
    uint64_t hash; /* of the header and so, by payload_hash, of the whole frame */
};

enum frame_verdict {
    FRAME_GOOD,
    FRAME_ZERO,  /* nothing was ever written here */
    FRAME_NEWER, /* whole, but of a version that we do not know */
    FRAME_BAD
};

/* Write the header; sets payload_hash and hash. */
void quipui_frame_encode(struct frame *frame, const void *payload,
                         unsigned char header[FRAME_HEADER_BYTES]);

/* Read a header, whatever the bytes are. *frame is set only if it is FRAME_GOOD; whether it stands
 * where it should, and behind which frame, is the caller's to check. */
enum frame_verdict quipui_frame_decode(const unsigned char header[FRAME_HEADER_BYTES],
                                       const unsigned char identity[16], struct frame *frame);

bool quipui_frame_payload_is_good(const struct frame *frame, const void *payload);

/* Bytes on disk of a frame with so long a payload: whole blocks. */
uint64_t quipui_frame_bytes(uint64_t payload_length);

#endif
