/* test_segments.c - the log in a directory, promise by promise: L1 to L6 of journal/log.h.
 *
 * What crashes and damage do to it: tests/suites/crash. Here also
 *
 *   X1  cursors: from any sequence, several at once, beside the appender, with buffers taken away
 *   X2  the helper makes segments ahead, takes no signals, and is gone after close
 *   X3  a child of fork() touches nothing; the parent goes on
 *   X4  no memory is a status */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "faults/child.h"
#include "support/disk.h"
#include "support/folder.h"
#include "support/scribe.h"
#include "support/threads.h"

static struct folder folder;
static struct scribe scribe;

static void enter(void)
{
    folder_make(&folder);
    scribe_init(&scribe, NULL, 1);
    scribe.where.path = folder.path;
}

static void leave(void)
{
    folder_remove(&folder);
}

TestSuite(segments, .init = enter, .fini = leave, .timeout = 120);

static void begin(uint32_t entries)
{
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK, "%s", scribe.diagnosis.words);
    for (uint32_t i = 0; i < entries; i++)
        cr_assert_eq(scribe_append(&scribe, 100), QUIPU_OK);
}

static void finish(void)
{
    cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK, "%s", scribe.diagnosis.words);
    cr_assert_str_empty(scribe.broken, "%s", scribe.broken);
}

static quipu_status append(enum log_kind kind, uint64_t epoch, uint64_t sequence, uint64_t horizon)
{
    struct log_frame frame = {.kind = kind,
                              .epoch = epoch,
                              .sequence = sequence,
                              .horizon = horizon,
                              .watermark = horizon};

    return log_append(scribe.log, &frame, &scribe.diagnosis);
}

/* --- L1 to L4 --- */

Test(segments, leaders_fence_those_before)
{
    uint64_t first, second;

    begin(3);
    first = scribe.epoch;
    cr_assert_eq(log_lead(scribe.log, &second, NULL), QUIPU_OK);
    cr_assert_gt(second, first);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_FENCED);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_FENCED, "and again");
    cr_assert_eq(log_trim(scribe.log, second, 3, NULL), QUIPU_FENCED, "not before its cut");
    scribe.begun = 0;
    cr_assert_eq(append(LOG_CUT, second, 5, 30), QUIPU_OK, "%s", scribe.diagnosis.words);
    cr_assert_eq(log_trim(scribe.log, first, 3, NULL), QUIPU_FENCED);
    scribe.epoch = second;
    scribe.sequence++;
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    finish();
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    cr_assert_gt(scribe.epoch, second);
    scribe_die(&scribe);
}

Test(segments, refuse_what_makes_no_sense)
{
    uint64_t epoch, next;

    begin(2);
    epoch = scribe.epoch;
    next = scribe.sequence + 1;
    cr_assert_eq(append(LOG_ENTRIES, epoch, next + 1, 100), QUIPU_CONFLICT);
    cr_assert_eq(append(LOG_ENTRIES, epoch, next - 1, 100), QUIPU_CONFLICT);
    cr_assert_eq(append(LOG_CUT, epoch, next, 100), QUIPU_INVALID);
    cr_assert_eq(append(LOG_END, epoch, next, 100), QUIPU_INVALID);
    cr_assert_eq(append(LOG_ENTRIES, epoch, next, 19), QUIPU_INVALID, "a horizon that falls");
    cr_assert_eq(append(LOG_ENTRIES, epoch + 1, next, 100), QUIPU_FENCED);
    cr_assert_eq(append(LOG_ENTRIES, 0, next, 100), QUIPU_FENCED);
    cr_assert_eq(scribe_append(&scribe, scribe.log->payload_max + 1), QUIPU_INVALID);
    scribe.begun = 0;
    cr_assert_eq(scribe_append(&scribe, scribe.log->payload_max), QUIPU_OK, "none of it is final");
    finish();
}

Test(segments, need_a_cut_first)
{
    uint64_t epoch;

    cr_assert_eq(quipui_directory_open(&scribe.where, &scribe.directory, NULL), QUIPU_OK);
    cr_assert_eq(quipui_segments_open(scribe.directory, NULL, &scribe.log, NULL), QUIPU_OK);
    cr_assert_eq(append(LOG_CUT, 1, 1, 0), QUIPU_FENCED, "nobody leads");
    cr_assert_eq(log_lead(scribe.log, &epoch, NULL), QUIPU_OK);
    cr_assert_eq(append(LOG_ENTRIES, epoch, 1, 0), QUIPU_INVALID);
    cr_assert_eq(append(LOG_CUT, epoch, 1, 0), QUIPU_OK);
    cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
}

Test(segments, heads)
{
    struct log_head head;

    cr_assert_eq(quipui_directory_open(&scribe.where, &scribe.directory, NULL), QUIPU_OK);
    cr_assert_eq(quipui_segments_open(scribe.directory, NULL, &scribe.log, NULL), QUIPU_OK);
    cr_assert_eq(log_head(scribe.log, &head, NULL), QUIPU_OK);
    cr_assert_eq(head.sequence, 0);
    cr_assert_eq(head.epoch, 0);
    cr_assert_eq(head.first_sequence, 1);
    scribe_die(&scribe);

    begin(3);
    cr_assert_eq(log_head(scribe.log, &head, NULL), QUIPU_OK);
    cr_assert_eq(head.sequence, 4);
    cr_assert_eq(head.epoch, scribe.epoch);
    cr_assert_eq(head.horizon, 30);
    cr_assert_eq(head.watermark, 20);
    cr_assert_eq(head.torn_bytes, 0);
    finish();
}

Test(segments, are_read_only_if_asked)
{
    uint64_t epoch;

    begin(3);
    finish();
    scribe.where.read_only = true;
    cr_assert_eq(quipui_directory_open(&scribe.where, &scribe.directory, NULL), QUIPU_OK);
    cr_assert_eq(quipui_segments_open(scribe.directory, NULL, &scribe.log, NULL), QUIPU_OK);
    cr_assert_eq(log_lead(scribe.log, &epoch, NULL), QUIPU_INVALID);
    cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
}

/* L3: a torn tail is told, and the cut stands in its place. */
Test(segments, torn_tail_is_cut)
{
    struct disk *disk = disk_new(1);
    unsigned char garbage[5000];
    struct log_head head;

    (void)memset(garbage, 0xA5, sizeof garbage);
    scribe_init(&scribe, disk_files(disk), 1);
    begin(1);
    scribe_die(&scribe);
    disk_poke(disk, "/ledger/journal.0000000000000001", 8192, garbage, sizeof garbage);

    cr_assert_eq(quipui_directory_open(&scribe.where, &scribe.directory, NULL), QUIPU_OK);
    cr_assert_eq(quipui_segments_open(scribe.directory, &scribe.how, &scribe.log, NULL), QUIPU_OK);
    cr_assert_eq(log_head(scribe.log, &head, NULL), QUIPU_OK);
    cr_assert_eq(head.sequence, 2);
    cr_assert_eq(head.torn_bytes, 8192);
    scribe_die(&scribe);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    cr_assert_eq(scribe.sequence, 3);
    disk_peek(disk, "/ledger/journal.0000000000000001", 8192, garbage, 100);
    cr_assert_eq(memcmp(garbage, "QUIPUFRM", 8), 0);
    cr_assert_eq(garbage[10], LOG_CUT);
    cr_assert_eq(garbage[89], 8192 >> 8, "how much was torn");
    cr_assert_eq(log_head(scribe.log, &head, NULL), QUIPU_OK);
    cr_assert_eq(head.torn_bytes, 0);
    finish();
    disk_free(disk);
}

/* A frame that did not fit went to the next segment and was torn there; the cut fits in this one.
 * */
Test(segments, torn_tail_in_the_next_segment_stays_dead)
{
    struct disk *disk = disk_new(3);
    const char *second = "/ledger/journal.0000000000000002";
    static unsigned char kept[JOURNAL_SEGMENT_BYTES_MIN];

    scribe_init(&scribe, disk_files(disk), 1);
    begin(1);
    cr_assert_eq(scribe_append(&scribe, 9000), QUIPU_OK);
    scribe_die(&scribe);
    disk_peek(disk, second, 0, kept, sizeof kept);
    disk_poke(disk, second, 5000, "torn here and there", 19);
    disk_poke(disk, second, 9000, "torn here and there", 19);
    scribe.begun = scribe.entries[--scribe.count];

    cr_assert_eq(scribe_open(&scribe), QUIPU_OK, "%s", scribe.diagnosis.words);
    cr_assert_str_empty(scribe.broken, "%s", scribe.broken);
    cr_assert_eq(scribe.sequence, 3);
    /* The lost bytes come back: nothing leads to that frame. */
    disk_poke(disk, second, 0, kept, sizeof kept);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    scribe_die(&scribe);
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK, "%s", scribe.diagnosis.words);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    cr_assert_eq(scribe_work(&scribe, 20), QUIPU_OK);
    finish();
    disk_free(disk);
}

/* --- X1 --- */

static void read_from(uint64_t sequence, uint64_t last, bool keeps)
{
    struct log_cursor cursor = {.sequence = sequence};
    struct log_frame frame;

    for (; sequence <= last; sequence++) {
        cr_assert_eq(log_read(scribe.log, &cursor, &frame, &scribe.diagnosis), QUIPU_OK, "%s",
                     scribe.diagnosis.words);
        cr_assert_eq(frame.sequence, sequence);
        if (!keeps) continue;
        quipui_memory_give_back(cursor.buffer);
        cursor.buffer = NULL;
    }
    cr_assert_eq(log_read(scribe.log, &cursor, &frame, NULL), QUIPU_OK);
    cr_assert_eq(frame.kind, LOG_END);
    quipui_memory_give_back(cursor.buffer);
}

Test(segments, are_read_from_anywhere)
{
    struct log_cursor beyond = {.sequence = 0}, last = {.sequence = 0};
    struct log_frame frame;

    begin(0);
    cr_assert_eq(scribe_work(&scribe, 40), QUIPU_OK);
    scribe_die(&scribe);
    for (int again = 0; again < 2; again++) {
        cr_assert_eq(quipui_directory_open(&scribe.where, &scribe.directory, NULL), QUIPU_OK);
        cr_assert_eq(quipui_segments_open(scribe.directory, NULL, &scribe.log, NULL), QUIPU_OK);
        if (again == 1) {
            struct log_head head;

            cr_assert_eq(log_head(scribe.log, &head, NULL), QUIPU_OK);
            for (uint64_t sequence = head.first_sequence; sequence <= head.sequence; sequence++)
                read_from(sequence, head.sequence, sequence % 3 == 0);
        } else {
            read_from(scribe.sequence - 2, scribe.sequence, false);
        }
        beyond.sequence = scribe.sequence + 2;
        cr_assert_eq(log_read(scribe.log, &beyond, &frame, NULL), QUIPU_INVALID);
        scribe_die(&scribe);
    }
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    last.sequence = scribe.sequence;
    cr_assert_eq(log_read(scribe.log, &last, &frame, NULL), QUIPU_OK);
    cr_assert_eq(frame.kind, LOG_CUT);
    cr_assert_eq(log_read(scribe.log, &last, &frame, NULL), QUIPU_OK);
    cr_assert_eq(frame.kind, LOG_END);
    cr_assert_eq(scribe_append(&scribe, 4000), QUIPU_OK);
    cr_assert_eq(log_read(scribe.log, &last, &frame, NULL), QUIPU_OK,
                 "what the cursor held is old");
    cr_assert_eq(frame.sequence, scribe.sequence);
    cr_assert_eq(frame.length, 4000);
    quipui_memory_give_back(last.buffer);
    quipui_memory_give_back(beyond.buffer);
    finish();
}

struct readers {
    uint64_t over; /* shared */
};

static void append_or_read(void *context, unsigned thread)
{
    struct readers *readers = context;

    if (thread == 0) {
        cr_assert_eq(scribe_work(&scribe, threads_work(1000)), QUIPU_OK);
        (void)shared_add(&readers->over, 1);
        return;
    }
    while (shared_read(&readers->over) == 0) {
        struct log_cursor cursor = {.sequence = 0};
        struct log_frame frame = {.kind = LOG_CUT};
        quipu_status status = QUIPU_OK;
        uint64_t last = 0;

        while (status == QUIPU_OK && frame.kind != LOG_END) {
            status = log_read(scribe.log, &cursor, &frame, NULL);
            cr_assert(last == 0 || frame.kind == LOG_END || frame.sequence == last + 1);
            last = frame.sequence;
        }
        /* A segment may be trimmed under a reader. */
        cr_assert(status == QUIPU_OK || status == QUIPU_INVALID || status == QUIPU_CORRUPT);
        quipui_memory_give_back(cursor.buffer);
    }
}

Test(segments, are_read_beside_the_appender)
{
    struct readers readers = {.over = 0};

    scribe.how.alone = false;
    scribe.where.segment_bytes = 16 * JOURNAL_BLOCK_BYTES;
    begin(1);
    threads_run(3, append_or_read, &readers);
    finish();
}

/* --- trim --- */

static int count_segments(void)
{
    const struct dirent *entry;
    DIR *stream = opendir(folder.path);
    int count = 0;

    cr_assert_not_null(stream);
    while ((entry = readdir(stream)) != NULL)
        count += strncmp(entry->d_name, "journal.0", 9) == 0;
    (void)closedir(stream);
    return count;
}

Test(segments, are_trimmed)
{
    struct log_cursor cursor = {.sequence = 1};
    struct log_frame frame;
    struct log_head head;

    begin(40);
    cr_assert_eq(count_segments(), 11);
    cr_assert_eq(log_trim(scribe.log, scribe.epoch, 1, NULL), QUIPU_OK, "nothing is below");
    cr_assert_eq(log_trim(scribe.log, scribe.epoch, 4, NULL), QUIPU_OK, "not a whole segment");
    cr_assert_eq(count_segments(), 11);
    cr_assert_eq(scribe_trim(&scribe, 10), QUIPU_OK);
    cr_assert_eq(count_segments(), 4);
    cr_assert_eq(log_head(scribe.log, &head, NULL), QUIPU_OK);
    cr_assert_eq(head.first_sequence, 29);
    cr_assert_eq(log_read(scribe.log, &cursor, &frame, NULL), QUIPU_INVALID);
    cr_assert_eq(log_trim(scribe.log, scribe.epoch, UINT64_MAX, NULL), QUIPU_OK);
    cr_assert_eq(count_segments(), 1, "the one in use stays");
    scribe.trimmed = 40;
    finish();
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    finish();
}

/* What a trim could not remove, the next leader does. */
Test(segments, leftovers_are_removed)
{
    char name[300];

    begin(20);
    cr_assert_eq(scribe_trim(&scribe, 4), QUIPU_OK);
    finish();
    for (int i = 1; i < 4; i += 2) {
        (void)snprintf(name, sizeof name, "journal.%016d", i);
        (void)fclose(fopen(folder_path(&folder, name), "w"));
    }
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK);
    cr_assert_eq(count_segments(), 4);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    cr_assert_eq(count_segments(), 2);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    finish();
}

Test(segments, that_nobody_made)
{
    begin(2);
    finish();
    (void)fclose(fopen(folder_path(&folder, "journal.0000000000000002"), "w"));
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK, "its maker stopped before it said so");
    (void)fclose(fopen(folder_path(&folder, "journal.00000000000000zz"), "w"));
    (void)fclose(fopen(folder_path(&folder, "journal.3"), "w"));
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK, "no segments");
    (void)fclose(fopen(folder_path(&folder, "journal.000000000000000a"), "w"));
    cr_assert_eq(scribe_check(&scribe), QUIPU_CORRUPT);
    cr_assert_str_eq(scribe.diagnosis.file, "journal.000000000000000a");
}

/* --- X2 --- */

static int count_threads(void)
{
    const struct dirent *entry;
    DIR *stream = opendir("/proc/self/task");
    int count = 0;

    cr_assert_not_null(stream);
    while ((entry = readdir(stream)) != NULL)
        count += entry->d_name[0] != '.';
    (void)closedir(stream);
    return count;
}

Test(segments, are_made_ahead)
{
    int threads = count_threads();

    scribe.how.alone = false;
    scribe.where.segment_bytes = (uint64_t)1 << 20;
    begin(1);
    cr_assert_eq(count_threads(), threads + 1);
    /* It makes the second while nobody waits for it. */
    while (access(folder_path(&folder, "journal.0000000000000002"), F_OK) != 0)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(scribe_append(&scribe, 30000), QUIPU_OK);
    finish();
    cr_assert_eq(count_threads(), threads);
}

static volatile sig_atomic_t taken_by_helper;
static pthread_t own;

static void take(int number)
{
    (void)number;
    if (!pthread_equal(pthread_self(), own)) taken_by_helper = 1;
}

Test(segments, helper_takes_no_signal)
{
    struct sigaction action = {.sa_handler = take};
    sigset_t set;

    own = pthread_self();
    cr_assert_eq(sigaction(SIGUSR1, &action, NULL), 0);
    scribe.how.alone = false;
    begin(1);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    cr_assert_eq(kill(getpid(), SIGUSR1), 0);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    finish();
    (void)sigpending(&set);
    cr_assert(sigismember(&set, SIGUSR1), "it waits for a thread that takes it");
    cr_assert_eq(taken_by_helper, 0);
}

/* Where the helper has no room, the appender says so, when it needs the room and not before. */
Test(segments, helper_that_fails_is_no_failure_yet)
{
    struct disk *disk = disk_new(1);
    quipu_status status = QUIPU_OK;

    scribe_init(&scribe, disk_files(disk), 1);
    scribe.how.alone = false;
    disk_set_room(disk, JOURNAL_SEGMENT_BYTES_MIN + 8192);
    begin(3);
    status = scribe_append(&scribe, 100);
    cr_assert_eq(status, QUIPU_NO_SPACE);
    cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
    disk_set_room(disk, 0);
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK);
    cr_assert_str_empty(scribe.broken);
    disk_free(disk);
}

/* --- X3 --- */

Test(segments, child_touches_nothing)
{
    struct log_cursor cursor = {.sequence = 0};
    struct log_frame frame;
    struct log_head head;
    uint64_t epoch;
    pid_t child;

    scribe.how.alone = false;
    begin(3);
    child = child_fork();
    if (child == 0) {
        child_claim(scribe_append(&scribe, 10) == QUIPU_FENCED);
        child_claim(log_lead(scribe.log, &epoch, NULL) == QUIPU_FENCED);
        child_claim(log_head(scribe.log, &head, NULL) == QUIPU_FENCED);
        child_claim(log_read(scribe.log, &cursor, &frame, NULL) == QUIPU_FENCED);
        child_claim(log_trim(scribe.log, scribe.epoch, 3, NULL) == QUIPU_FENCED);
        scribe_die(&scribe);
        child_end(0);
    }
    for (int i = 0; i < 10; i++)
        cr_assert_eq(scribe_append(&scribe, 100), QUIPU_OK);
    cr_assert_eq(child_wait(child), 0);
    child = child_fork();
    if (child == 0) {
        child_claim(scribe_close(&scribe) == QUIPU_OK);
        child_end(0);
    }
    cr_assert_eq(child_wait(child), 0);
    cr_assert_eq(scribe_append(&scribe, 100), QUIPU_OK);
    finish();
}

/* --- X4 --- */

static uint64_t allowed;

static bool refuse(void)
{
    return allowed == 0 || allowed-- == 0;
}

Test(segments, without_memory)
{
    quipu_status status = QUIPU_NO_MEMORY;
    int refused = 0;

    begin(30);
    finish();
    while (status != QUIPU_OK) {
        allowed = (uint64_t)refused++;
        quipui_memory_refuse = refuse;
        status = scribe_open(&scribe);
        quipui_memory_refuse = NULL;
        cr_assert(status == QUIPU_OK || status == QUIPU_NO_MEMORY, "status %d", (int)status);
        cr_assert_lt(refused, 50);
    }
    cr_assert_gt(refused, 4);
    cr_assert_eq(scribe_append(&scribe, 10), QUIPU_OK);
    finish();
}
