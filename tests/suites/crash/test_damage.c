/* test_damage.c - a small ledger, damaged in every way of a kind: recovered right, or refused.
 *
 *   B1  every bit, flipped, of every file, whether the log was closed or stopped
 *   B2  every length that a file may be cut to
 *   B3  every block of a file zeroed, or replaced by another block of it, or by its own past
 *   B4  each file missing
 *   B5  a refusal touches nothing, and says which file and where
 *   B6  what can be read of a damaged log is read by a cursor that salvages
 *
 * "Right" is C1 to C4 of support/scribe.h. What nothing can see is left out by name: a last frame
 * that was not followed by another, of a log that was not closed, lost as a whole. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/tsan.h"
#include "support/disk.h"
#include "support/scribe.h"

/* A sanitizer makes it slow: only some bits and lengths then. */
#if defined(QUIPU_UNDER_TSAN)
enum { STEP = 509 };
#elif defined(QUIPU_SANITIZED)
enum { STEP = 13 };
#else
enum { STEP = 1 };
#endif
enum { SEGMENT = JOURNAL_SEGMENT_BYTES_MIN, BLOCK = JOURNAL_BLOCK_BYTES };

static const char *const files[] = {
    "/ledger/quipu.ledger",
    "/ledger/journal.0000000000000001",
    "/ledger/journal.0000000000000002",
    "/ledger/journal.0000000000000003",
};
enum { FILES = sizeof files / sizeof *files };

/* Two sessions, three segments, frames of one block and of several. */
static struct disk *make(struct scribe *scribe, bool closed)
{
    static const size_t lengths[] = {100, 30, 4200, 12, 8100, 70};
    struct disk *disk = disk_new(7);

    scribe_init(scribe, disk_files(disk), 7); /* odd: all segments are of one size */
    for (int session = 0; session < 2; session++) {
        cr_assert_eq(scribe_open(scribe), QUIPU_OK);
        for (int i = 0; i < 3; i++)
            cr_assert_eq(scribe_append(scribe, lengths[3 * session + i]), QUIPU_OK);
        if (session == 1 && !closed) {
            scribe_die(scribe);
        } else {
            cr_assert_eq(scribe_close(scribe), QUIPU_OK);
        }
    }
    scribe->where.read_only = true;
    scribe->where.create = false;
    return disk;
}

/* Bytes of all files, to see that nothing was touched. */
static uint64_t sum_of(const struct disk *disk)
{
    uint64_t sum = 0;

    for (int i = 0; i < FILES; i++) {
        int64_t size = disk_size(disk, files[i]);
        unsigned char *bytes = malloc((size_t)size + 1);

        if (size < 0) {
            free(bytes);
            continue;
        }
        disk_peek(disk, files[i], 0, bytes, (size_t)size);
        for (int64_t at = 0; at < size; at++)
            sum = (sum << 5 | sum >> 59) ^ bytes[at];
        free(bytes);
    }
    return sum;
}

/* Open what is damaged: is it refused? */
static bool is_refused(struct scribe *scribe, const char *what, uint64_t where)
{
    struct scribe twin = *scribe;
    quipu_status status = scribe_check(&twin);

    if (status == QUIPU_OK) {
        cr_assert_str_empty(twin.broken, "%s %llu: %s", what, (unsigned long long)where,
                            twin.broken);
        return false;
    }
    cr_assert(status == QUIPU_CORRUPT || status == QUIPU_UNSUPPORTED || status == QUIPU_INVALID,
              "%s %llu: status %d", what, (unsigned long long)where, (int)status);
    cr_assert_str_not_empty(twin.diagnosis.words);
    cr_assert_str_not_empty(twin.diagnosis.file);
    return true;
}

static void flip_all(bool closed)
{
    struct scribe scribe;
    struct disk *disk = make(&scribe, closed);
    uint64_t refused = 0, before = sum_of(disk);

    cr_assert(!is_refused(&scribe, "undamaged", 0));
    for (int i = 0; i < FILES; i++) {
        uint64_t bits = 8 * (uint64_t)disk_size(disk, files[i]);

        /* Of zeros every 64th byte: nothing was written there, or padding. Where the log was closed
         * payloads are no different: one bit of each byte. */
        for (uint64_t bit = 0; bit < bits; bit += STEP) {
            unsigned char byte = 0;

            disk_peek(disk, files[i], bit / 8, &byte, 1);
            if (i > 0 && byte == 0 && bit / 8 % 64 != 0 && bit / 8 % BLOCK >= 128) continue;
            if (i > 0 && closed && bit / 8 % BLOCK >= 128 && bit % 8 != bit / 8 % 8) continue;
            disk_flip(disk, files[i], bit);
            refused += is_refused(&scribe, files[i], bit);
            disk_flip(disk, files[i], bit);
        }
    }
    cr_assert_eq(sum_of(disk), before, "reading changed a file");
    cr_assert_gt(refused, (closed ? 40000 : 100000) / STEP / 2, "%llu flips were refused",
                 (unsigned long long)refused);
    disk_free(disk);
}

Test(damage, every_bit_of_a_closed_log, .timeout = 600)
{
    flip_all(true);
}

Test(damage, every_bit_of_a_stopped_log, .timeout = 600)
{
    flip_all(false);
}

/* B2 */
Test(damage, every_length, .timeout = 600)
{
    for (int closed = 0; closed < 2; closed++) {
        struct scribe scribe;
        struct disk *disk = make(&scribe, closed == 1);

        for (int i = 0; i < FILES; i++) {
            uint64_t bytes = (uint64_t)disk_size(disk, files[i]);

            for (uint64_t length = 0; length < bytes; length += STEP) {
                struct disk *copy = disk_copy(disk, 1);
                struct scribe twin = scribe;

                twin.where.files = disk_files(copy);
                disk_cut(copy, files[i], length);
                cr_assert(is_refused(&twin, files[i], length), "%s of %llu bytes was accepted",
                          files[i], (unsigned long long)length);
                disk_free(copy);
            }
        }
        disk_free(disk);
    }
}

/* B3 */
Test(damage, every_block_replaced, .timeout = 600)
{
    static unsigned char zeros[BLOCK], old[BLOCK], other[BLOCK];
    struct scribe scribe;
    struct disk *disk = make(&scribe, true);
    int refused = 0;

    for (int i = 1; i < FILES; i++) {
        for (uint64_t at = 0; at < SEGMENT; at += BLOCK) {
            disk_peek(disk, files[i], at, old, BLOCK);
            disk_poke(disk, files[i], at, zeros, BLOCK);
            refused += is_refused(&scribe, "zeroed", at);
            for (int j = 1; j < FILES; j++) {
                for (uint64_t from = 0; from < SEGMENT; from += BLOCK) {
                    disk_peek(disk, files[j], from, other, BLOCK);
                    disk_poke(disk, files[i], at, other, BLOCK);
                    refused += is_refused(&scribe, "replaced", at);
                    disk_poke(disk, files[i], at, old, BLOCK);
                }
            }
        }
    }
    cr_assert_gt(refused, 50);
    disk_free(disk);
}

/* B4 */
Test(damage, each_file_missing)
{
    for (int i = 0; i < FILES; i++) {
        struct scribe scribe;
        struct disk *disk = make(&scribe, i % 2 == 0);

        disk_remove(disk, files[i]);
        cr_assert(is_refused(&scribe, files[i], 0));
        scribe.where.create = true;
        scribe.where.read_only = false;
        cr_assert(is_refused(&scribe, files[i], 1), "a new ledger in the place of a damaged one");
        disk_free(disk);
    }
}

/* An older quipu.ledger beside a log that went on. */
Test(damage, facts_of_the_past)
{
    unsigned char old[BLOCK];
    struct scribe scribe;
    struct disk *disk = disk_new(1);

    scribe_init(&scribe, disk_files(disk), 1);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
    disk_peek(disk, files[0], 0, old, BLOCK);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    scribe_die(&scribe);
    disk_poke(disk, files[0], 0, old, BLOCK);
    cr_assert_eq(scribe_check(&scribe), QUIPU_CORRUPT);
    disk_free(disk);
}

/* The past of a whole segment: the log, without its end, looks like one that was stopped there. */
Test(damage, segment_of_the_past)
{
    static unsigned char old[SEGMENT];
    struct scribe scribe;
    struct disk *disk = disk_new(1);

    scribe_init(&scribe, disk_files(disk), 1);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    disk_peek(disk, files[1], 0, old, SEGMENT);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
    disk_poke(disk, files[1], 0, old, SEGMENT);
    cr_assert_eq(scribe_check(&scribe), QUIPU_CORRUPT);
    cr_assert_not_null(strstr(scribe.diagnosis.words, "quipu.ledger says that frame 2"));
    disk_free(disk);
}

/* B6 */
Test(damage, salvage_reads_what_is_whole)
{
    struct directory_options where = {.path = "/ledger", .read_only = true};
    struct segments_options how = {.salvage = true};
    struct log_cursor cursor = {.salvage = true};
    struct scribe scribe;
    struct disk *disk = make(&scribe, true);
    struct directory *directory;
    struct log_frame frame = {.kind = LOG_CUT};
    struct log *log;
    uint64_t sequences = 0, gaps = 0;

    disk_remove(disk, files[2]);
    disk_flip(disk, files[1], 8 * (BLOCK + 150));
    where.files = disk_files(disk);
    cr_assert_eq(quipui_directory_open(&where, &directory, NULL), QUIPU_OK);
    cr_assert_eq(quipui_segments_open(directory, NULL, &log, NULL), QUIPU_CORRUPT);
    cr_assert_eq(quipui_segments_open(directory, &how, &log, NULL), QUIPU_OK);
    while (frame.kind != LOG_END) {
        cr_assert_eq(log_read(log, &cursor, &frame, NULL), QUIPU_OK);
        if (frame.kind != LOG_END) sequences = sequences * 10 + frame.sequence;
        if (frame.after_gap) gaps = gaps * 10 + frame.sequence;
    }
    /* 1, 2 and 3 are in the first segment, 4 to 6 in the second, 7 and 8 in the third. */
    cr_assert_eq(sequences, 1378, "%llu", (unsigned long long)sequences);
    cr_assert_eq(gaps, 37, "%llu", (unsigned long long)gaps);
    quipui_memory_give_back(cursor.buffer);
    cr_assert_eq(log_close(log, NULL), QUIPU_OK);
    quipui_directory_close(directory);
    disk_free(disk);
}
