/* frame.c - fuzz target: bytes are frames in the segments of a journal, right or wrong.
 *
 * Frames are written with hashes that are right for whatever their headers say, one behind the
 * other, and then some bytes are changed: a reader cannot leave its checks to the hashes.
 *
 *   F1  a log is read to its end, or refused; twice alike
 *   F2  the frames of a log that is read have no gap, do not go back in epoch or horizon, and what
 *       they have is within the buffer
 *   F3  a cursor that salvages comes to an end, and sequences rise
 *   F4  a log that was read to its end takes a cut: then it has the same frames, and the cut */
#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/memory.h"
#include "journal/frame.h"
#include "journal/segments.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/small_ledger.h"
#include "machines/fuzz/target.h"

enum { SEGMENTS = 3, FRAMES_MAX = 12, PAYLOAD_MAX = 6000, KNOWN_EPOCH = 9 };

#define SEGMENT_BYTES JOURNAL_SEGMENT_BYTES_MIN

/* What is wrong with a frame: bits of its first byte. */
enum wrong {
    WRONG_KIND = 1,
    WRONG_EPOCH = 2,
    WRONG_SEQUENCE = 4,
    WRONG_BEFORE = 8,
    WRONG_PLACE = 16,
    WRONG_HORIZON = 32,
    WRONG_DURABLE = 64,
    WRONG_CUT = 128 /* it is a cut, of the next epoch */
};

struct scene {
    struct bytes bytes;
    struct disk *disk;
    struct frame last; /* that was written */
    uint64_t segment, offset;
};

static void name_segment(uint64_t segment, char path[64])
{
    (void)snprintf(path, 64, "/ledger/journal.%016llx", (unsigned long long)segment);
}

/* The frame behind the last one, but for what the input wants. */
static struct frame draw(struct scene *scene)
{
    struct bytes *bytes = &scene->bytes;
    uint8_t wrong = bytes_take(bytes);
    bool cut = scene->last.sequence == 0 || (wrong & WRONG_CUT) != 0;
    struct frame frame = {
        .kind = cut ? LOG_CUT : LOG_ENTRIES,
        .length = (uint32_t)(bytes_number(bytes, 2) % PAYLOAD_MAX),
        .epoch = scene->last.epoch + cut,
        .sequence = scene->last.sequence + 1,
        .horizon = scene->last.horizon + bytes_take(bytes),
        .durable = scene->last.sequence,
        .before = scene->last.hash,
    };

    memset(frame.identity, 0x5A, sizeof frame.identity);
    frame.watermark = scene->last.horizon;
    if (wrong & WRONG_KIND) frame.kind = bytes_take(bytes);
    if (wrong & WRONG_EPOCH) frame.epoch = bytes_number(bytes, 1);
    if (wrong & WRONG_SEQUENCE) frame.sequence += bytes_number(bytes, 1) - 8;
    if (wrong & WRONG_BEFORE) frame.before ^= 1;
    if (wrong & WRONG_HORIZON) frame.horizon = bytes_number(bytes, 8);
    if (wrong & WRONG_DURABLE) frame.durable = bytes_number(bytes, 1);
    if (scene->offset + quipui_frame_bytes(frame.length) > SEGMENT_BYTES) {
        scene->segment++;
        scene->offset = 0;
    }
    frame.segment = scene->segment;
    frame.offset = scene->offset;
    if (wrong & WRONG_PLACE) frame.offset += JOURNAL_BLOCK_BYTES;
    return frame;
}

static void write_frames(struct scene *scene)
{
    static unsigned char payload[PAYLOAD_MAX];
    unsigned char header[FRAME_HEADER_BYTES];
    unsigned count = bytes_take(&scene->bytes) % (FRAMES_MAX + 1);
    char path[64];

    for (unsigned i = 0; i < count; i++) {
        struct frame frame = draw(scene);

        if (scene->segment > SEGMENTS) return;
        memset(payload, bytes_take(&scene->bytes), frame.length);
        quipui_frame_encode(&frame, payload, header);
        name_segment(scene->segment, path);
        disk_poke(scene->disk, path, scene->offset, header, sizeof header);
        disk_poke(scene->disk, path, scene->offset + sizeof header, payload, frame.length);
        scene->offset += quipui_frame_bytes(frame.length);
        scene->last = frame;
    }
}

/* What reading a log came to. */
struct reading {
    quipu_status status;
    uint64_t frames, hash;
    struct log_frame last;
};

static struct reading read_all(struct log *log, bool salvage)
{
    struct log_cursor cursor = {.salvage = salvage};
    struct reading reading = {.status = QUIPU_OK};
    struct log_frame frame;

    /* Ends: F3. */
    for (;;) {
        reading.status = log_read(log, &cursor, &frame, NULL);
        if (reading.status != QUIPU_OK || frame.kind == LOG_END) break;
        claim(frame.length <= log->payload_max);
        reading.hash = quipui_checksum(frame.bytes, frame.length, reading.hash);
        claim(reading.frames == 0 || frame.sequence > reading.last.sequence);
        claim(salvage || frame.sequence == reading.frames + 1);
        claim(salvage || frame.epoch >= reading.last.epoch);
        claim(salvage || frame.horizon >= reading.last.horizon);
        reading.last = frame;
        reading.frames++;
        /* The cut of F4 may have a segment of its own. */
        claim(reading.frames <= (SEGMENTS + 1) * SEGMENT_BYTES / JOURNAL_BLOCK_BYTES);
    }
    reading.last.bytes = NULL;
    quipui_memory_give_back(cursor.buffer);
    return reading;
}

static struct reading open_and_read(struct disk *disk, bool salvage, bool cut)
{
    const struct segments_options options = {.alone = true, .salvage = salvage};
    struct directory *directory = small_ledger_open(disk);
    struct reading reading;
    struct log *log;
    uint64_t epoch;

    claim(quipui_segments_open(directory, &options, &log, NULL) == QUIPU_OK);
    reading = read_all(log, salvage);
    if (cut && reading.status == QUIPU_OK) {
        claim(log_lead(log, &epoch, NULL) == QUIPU_OK);
        claim(log_append(log,
                         &(struct log_frame){.kind = LOG_CUT,
                                             .epoch = epoch,
                                             .sequence = reading.frames + 1,
                                             .horizon = reading.last.horizon,
                                             .watermark = 0},
                         NULL) == QUIPU_OK);
    }
    log_abandon(log);
    quipui_directory_close(directory);
    return reading;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char zeros[SEGMENT_BYTES];
    struct ledger_facts facts = small_ledger_facts(SEGMENTS);
    struct scene scene = {.bytes = {data, data + size}, .segment = 1};
    struct reading first, second;
    char path[64];

    facts.epoch = KNOWN_EPOCH;
    scene.disk = small_ledger_new(&facts);
    for (uint64_t segment = 1; segment <= SEGMENTS; segment++) {
        name_segment(segment, path);
        disk_write(scene.disk, path, zeros, sizeof zeros);
    }
    write_frames(&scene);
    for (uint64_t segment = 1; segment <= SEGMENTS; segment++) {
        name_segment(segment, path);
        (void)small_ledger_poke(scene.disk, path, &scene.bytes);
    }

    first = open_and_read(scene.disk, false, false);
    claim(first.status == QUIPU_OK || first.status == QUIPU_CORRUPT ||
          first.status == QUIPU_UNSUPPORTED);
    second = open_and_read(scene.disk, false, false);
    claim(first.status == second.status && first.frames == second.frames);
    claim(first.hash == second.hash); /* F1 */
    second = open_and_read(scene.disk, true, false);
    claim(second.status == QUIPU_OK);
    if (first.status == QUIPU_OK) { /* F4 */
        (void)open_and_read(scene.disk, false, true);
        second = open_and_read(scene.disk, false, false);
        claim(second.status == QUIPU_OK && second.frames == first.frames + 1);
        claim(second.last.kind == LOG_CUT);
    }
    disk_free(scene.disk);
    return 0;
}
