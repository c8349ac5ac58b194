/* test_frame.c - frames as bytes, field by field as docs/journal-format.md has them.
 *
 *   R1  what was encoded is decoded, and the bytes are those of the format
 *   R2  any byte that changes makes a header bad; any of the payload, the payload
 *   R3  another ledger's frames are bad, and zeros are zero
 *   R4  a whole header of a newer version is told apart from a bad one
 *   R5  a frame is whole blocks */
#include <criterion/criterion.h>
#include <string.h>

#include "base/checksum.h"
#include "base/little.h"
#include "journal/frame.h"
#include "journal/log.h"

static const unsigned char identity[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static struct frame frame_of(uint32_t length)
{
    struct frame frame = {.kind = LOG_ENTRIES,
                          .length = length,
                          .epoch = 0x0102030405060708,
                          .sequence = 0x1112131415161718,
                          .segment = 0x2122232425262728,
                          .offset = 0x3132333435363738,
                          .horizon = 0x4142434445464748,
                          .watermark = 0x5152535455565758,
                          .durable = 0x6162636465666768,
                          .before = 0x7172737475767778,
                          .torn_bytes = 0x8182838485868788};

    (void)memcpy(frame.identity, identity, sizeof identity);
    return frame;
}

Test(frame, comes_back)
{
    struct frame frame = frame_of(5), back;
    unsigned char header[FRAME_HEADER_BYTES];

    quipui_frame_encode(&frame, "quipu", header);
    (void)memset(&back, 0, sizeof back);
    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_GOOD);
    cr_assert_eq(memcmp(&back.identity, &frame.identity, 16), 0);
    cr_assert_eq(back.kind, frame.kind);
    cr_assert_eq(back.length, 5);
    cr_assert_eq(back.epoch, frame.epoch);
    cr_assert_eq(back.sequence, frame.sequence);
    cr_assert_eq(back.segment, frame.segment);
    cr_assert_eq(back.offset, frame.offset);
    cr_assert_eq(back.horizon, frame.horizon);
    cr_assert_eq(back.watermark, frame.watermark);
    cr_assert_eq(back.durable, frame.durable);
    cr_assert_eq(back.before, frame.before);
    cr_assert_eq(back.torn_bytes, frame.torn_bytes);
    cr_assert_eq(back.payload_hash, frame.payload_hash);
    cr_assert_eq(back.hash, frame.hash);
    cr_assert(quipui_frame_payload_is_good(&back, "quipu"));
    cr_assert(!quipui_frame_payload_is_good(&back, "quipv"));
}

/* The format does not depend on the machine, and does not change by accident. */
Test(frame, has_these_bytes)
{
    static const unsigned char start[24] = {'Q', 'U', 'I', 'P', 'U', 'F', 'R', 'M', /* magic */
                                            1,   0,                                 /* version */
                                            1,   0,                                 /* kind */
                                            5,   0,   0,   0,                       /* length */
                                            8,   7,   6,   5,   4,   3,   2,   1};  /* epoch */
    static const uint64_t numbers[] = {0x1112131415161718, 0x2122232425262728, 0x3132333435363738,
                                       0x4142434445464748, 0x5152535455565758, 0x6162636465666768,
                                       0x7172737475767778};
    struct frame frame = frame_of(5);
    unsigned char header[FRAME_HEADER_BYTES];

    quipui_frame_encode(&frame, "quipu", header);
    cr_assert_eq(memcmp(header, start, sizeof start), 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cr_assert_eq(little_get_64(header + 24 + 8 * i), numbers[i], "number %zu", i);
    cr_assert_eq(little_get_64(header + 80), quipui_checksum("quipu", 5, 0));
    cr_assert_eq(little_get_64(header + 88), 0x8182838485868788);
    cr_assert_eq(memcmp(header + 96, identity, 16), 0);
    cr_assert_eq(little_get_64(header + 112), 0);
    cr_assert_eq(little_get_64(header + 120), quipui_checksum(header, 120, 0x0807060504030201));
}

/* XXH3 as the world knows it: the vectors of its own test suite for these inputs. */
Test(frame, hash_is_xxh3)
{
    cr_assert_eq(quipui_checksum("", 0, 0), 0x2d06800538d394c2);
    cr_assert_eq(quipui_checksum(NULL, 0, 0), 0x2d06800538d394c2);
}

Test(frame, any_byte_counts)
{
    struct frame frame = frame_of(300), back;
    unsigned char header[FRAME_HEADER_BYTES], payload[300] = {0};

    quipui_frame_encode(&frame, payload, header);
    for (int i = 0; i < FRAME_HEADER_BYTES; i++) {
        for (unsigned change = 1; change < 256; change++) {
            header[i] ^= (unsigned char)change;
            cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_BAD, "byte %d", i);
            header[i] ^= (unsigned char)change;
        }
    }
    for (int i = 0; i < 300; i++) {
        payload[i] ^= 1;
        cr_assert(!quipui_frame_payload_is_good(&frame, payload), "byte %d", i);
        payload[i] ^= 1;
    }
}

Test(frame, of_others)
{
    unsigned char header[FRAME_HEADER_BYTES] = {0}, other[16] = {1};
    struct frame frame = frame_of(0), back;

    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_ZERO);
    quipui_frame_encode(&frame, NULL, header);
    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_GOOD);
    cr_assert(quipui_frame_payload_is_good(&back, NULL));
    cr_assert_eq(quipui_frame_decode(header, other, &back), FRAME_BAD);
}

static void seal(unsigned char *header)
{
    little_put_64(header + 120, quipui_checksum(header, 120, little_get_64(identity)));
}

Test(frame, of_other_versions)
{
    unsigned char header[FRAME_HEADER_BYTES];
    struct frame frame = frame_of(0), back;

    quipui_frame_encode(&frame, NULL, header);
    header[8] = FRAME_VERSION + 1;
    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_BAD);
    seal(header);
    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_NEWER);
    header[8] = 0;
    seal(header);
    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_BAD);
    header[8] = FRAME_VERSION;
    header[112] = 1;
    seal(header);
    cr_assert_eq(quipui_frame_decode(header, identity, &back), FRAME_BAD, "reserved");
}

Test(frame, is_whole_blocks)
{
    cr_assert_eq(quipui_frame_bytes(0), 4096);
    cr_assert_eq(quipui_frame_bytes(4096 - 128), 4096);
    cr_assert_eq(quipui_frame_bytes(4096 - 127), 8192);
    cr_assert_eq(quipui_frame_bytes(UINT32_MAX), UINT64_C(0x100001000));
}
