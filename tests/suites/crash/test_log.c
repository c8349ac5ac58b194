/* test_log.c - the log on a disk that may do anything a crash may do: support/disk.h.
 *
 *   K1  a crash at any call of a run, settled in many ways, run after run on the same disk: what
 *       was acknowledged is there, in order, whole; of the rest at most the last; never CORRUPT
 *   K2  the same when only the process dies
 *   K3  an error at any call: the log says so, goes on saying so, and the next open is as after K1
 *   K4  a sync that fails and loses sectors: what was not acknowledged is not believed because the
 *       cache has it
 *   K5  a write that went elsewhere, or nowhere, under a frame that others follow: refused, or all
 *       is there
 *   K6  interrupted and short transfers are nothing; a write that is short twice is an error
 *   K7  no room: the log has failed, and the next open finds what was acknowledged
 *   K8  controls, which must lose something: a disk that lies, an answer before the sync, a sync
 *       that is repeated after its error, a recovery that cuts where frames follow
 *
 * QUIPU_CRASH_STATES sets how many crashes K1 tries, QUIPU_CRASH_FROM the first seed; a failure
 * prints its seed. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tsan.h"
#include "support/disk.h"
#include "support/scribe.h"

/* One thread: ThreadSanitizer has little to say, and takes long. */
#if defined(QUIPU_UNDER_TSAN)
enum { SLOWER = 200 };
#elif defined(QUIPU_SANITIZED)
enum { SLOWER = 10 };
#else
enum { SLOWER = 1 };
#endif
enum { ENTRIES = 12, GENERATIONS = 3, WAYS = 8, SEEDS = SLOWER > 10 ? 1 : SLOWER > 1 ? 2 : 12 };

static uint64_t number_of(const char *variable, uint64_t usual)
{
    const char *said = getenv(variable);

    return said != NULL ? strtoull(said, NULL, 10) : usual;
}

/* One run: open, work, close or die. A failure ends it. */
static quipu_status run(struct scribe *scribe)
{
    quipu_status status = scribe_open(scribe);

    if (status != QUIPU_OK) return status;
    status = scribe_work(scribe, ENTRIES);
    if (status == QUIPU_OK && random_one_in(&scribe->random, 2)) return scribe_close(scribe);
    scribe_die(scribe);
    return status;
}

/* How many calls a run makes on such a disk. */
static uint64_t calls_of_run(const struct disk *disk, const struct scribe *scribe)
{
    struct disk *copy = disk_copy(disk, 1);
    struct scribe twin = *scribe;
    uint64_t calls;

    twin.where.files = disk_files(copy);
    (void)run(&twin);
    calls = disk_calls(copy);
    disk_free(copy);
    return calls;
}

static void must_be_sound(const struct scribe *scribe, uint64_t seed)
{
    cr_assert_str_empty(scribe->broken, "seed %llu: %s", (unsigned long long)seed, scribe->broken);
}

/* After a crash the log opens: nothing is missing, nothing is too much. */
static void must_recover(struct scribe *scribe, uint64_t seed)
{
    quipu_status status = scribe_check(scribe);

    cr_assert_eq(status, QUIPU_OK, "seed %llu: status %d: %s at %llu: %s", (unsigned long long)seed,
                 (int)status, scribe->diagnosis.file, (unsigned long long)scribe->diagnosis.offset,
                 scribe->diagnosis.words);
    must_be_sound(scribe, seed);
}

/* Stop a run at its `at`th call, settle the crash in many ways, and go on with one of them. */
static struct disk *crash_at(struct disk *disk, struct scribe *scribe, uint64_t at, uint64_t seed,
                             uint64_t *states)
{
    struct disk *next = NULL;
    struct scribe after;

    disk_set_plan(disk, (struct disk_plan){.at = at, .fault = DISK_POWER_OFF});
    (void)run(scribe);
    for (uint64_t way = 0; way < WAYS; way++) {
        struct disk *copy = disk_copy(disk, seed * WAYS + way);
        struct scribe twin = *scribe;

        twin.where.files = disk_files(copy);
        disk_crash(copy);
        must_recover(&twin, seed);
        /* C3: a second look finds the same. */
        must_recover(&twin, seed);
        ++*states;
        disk_free(next);
        next = copy;
        after = twin;
    }
    disk_free(disk);
    *scribe = after;
    return next;
}

Test(crash_log, at_every_call_of_a_run, .timeout = 600)
{
    uint64_t states = 0;

    for (uint64_t seed = 1; seed <= (SEEDS + 4) / 5; seed++) {
        struct scribe scribe;
        struct disk *disk = disk_new(seed);
        uint64_t calls;

        scribe_init(&scribe, disk_files(disk), seed);
        calls = calls_of_run(disk, &scribe);
        cr_assert_gt(calls, 60);
        for (uint64_t at = 1; at <= calls; at += 1 + SLOWER / 20) {
            struct disk *copy = disk_copy(disk, at);
            struct scribe twin = scribe;

            twin.where.files = disk_files(copy);
            disk_free(crash_at(copy, &twin, at, seed, &states));
        }
        disk_free(disk);
    }
    cr_assert_gt(states, 1000 / SLOWER);
}

Test(crash_log, again_and_again, .timeout = 3600)
{
    uint64_t states = 0,
             wanted = number_of("QUIPU_CRASH_STATES", SLOWER > 1 ? 20000 / SLOWER : 100000);

    for (uint64_t seed = number_of("QUIPU_CRASH_FROM", 1000); states < wanted; seed++) {
        struct random random = {seed};
        struct scribe scribe;
        struct disk *disk = disk_new(seed);

        scribe_init(&scribe, disk_files(disk), seed);
        for (int generation = 0; generation < GENERATIONS; generation++) {
            uint64_t calls = calls_of_run(disk, &scribe);
            uint64_t at = 1 + random_below(&random, (uint32_t)calls);

            disk = crash_at(disk, &scribe, at, seed, &states);
            scribe.where.files = disk_files(disk);
        }
        disk_free(disk);
    }
}

/* K2 */
Test(crash_log, of_the_process_alone, .timeout = 600)
{
    for (uint64_t seed = 1; seed <= 300 / SLOWER + 3; seed++) {
        struct random random = {seed};
        struct scribe scribe;
        struct disk *disk = disk_new(seed);

        scribe_init(&scribe, disk_files(disk), seed);
        for (int generation = 0; generation < GENERATIONS; generation++) {
            uint64_t calls = calls_of_run(disk, &scribe);

            disk_set_plan(disk, (struct disk_plan){.at = 1 + random_below(&random, (uint32_t)calls),
                                                   .fault = DISK_POWER_OFF});
            (void)run(&scribe);
            disk_kill(disk);
            must_recover(&scribe, seed);
            /* What a recovery has seen stays, though nobody wrote since. */
            disk_crash(disk);
            must_recover(&scribe, seed);
        }
        disk_free(disk);
    }
}

/* --- errors --- */

/* Let one call fail, then end the process, or the machine. */
static void fail_once(struct disk_plan plan, uint64_t seed)
{
    struct scribe scribe;
    struct disk *disk = disk_new(seed);
    quipu_status status;

    scribe_init(&scribe, disk_files(disk), seed);
    disk_set_plan(disk, plan);
    status = scribe_open(&scribe);
    if (status == QUIPU_OK) {
        status = scribe_work(&scribe, ENTRIES);
        if (scribe.begun != 0) {
            uint32_t begun = scribe.begun;

            /* L4: the same, for good. Nothing is written: the disk would take it now. */
            for (int i = 0; i < 3; i++) {
                uint64_t calls = disk_calls(disk);

                cr_assert_eq(scribe_append(&scribe, 100), status);
                cr_assert_eq(disk_calls(disk), calls);
            }
            scribe.begun = begun;
        }
        if (seed % 2 == 0) {
            (void)scribe_close(&scribe);
        } else {
            scribe_die(&scribe);
        }
    }
    must_be_sound(&scribe, seed);
    if (seed % 3 == 0) {
        disk_kill(disk);
    } else {
        disk_crash(disk);
    }
    must_recover(&scribe, seed);
    disk_crash(disk);
    must_recover(&scribe, seed);
    disk_free(disk);
}

static void fail_everywhere(enum disk_fault fault, int error, uint64_t times)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (uint64_t at = 1; at <= 160; at += 1 + SLOWER / 20) {
            struct disk_plan plan = {.at = at, .times = times, .fault = fault, .error = error};

            fail_once(plan, seed);
        }
    }
}

Test(crash_log, after_an_error, .timeout = 600)
{
    fail_everywhere(DISK_ERROR, EIO, 1);
}

Test(crash_log, after_errors_for_good, .timeout = 600)
{
    fail_everywhere(DISK_ERROR, EIO, UINT64_MAX);
}

Test(crash_log, after_a_moment_without_room, .timeout = 600)
{
    fail_everywhere(DISK_ERROR, ENOSPC, 1);
}

Test(crash_log, after_a_sync_that_loses, .timeout = 600)
{
    fail_everywhere(DISK_SYNC_LOSES, EIO, 1);
}

Test(crash_log, after_a_write_that_is_short_twice, .timeout = 600)
{
    fail_everywhere(DISK_SHORT, 0, 2);
}

Test(crash_log, does_not_mind_interruptions, .timeout = 600)
{
    for (uint64_t at = 1; at <= 160; at++) {
        for (enum disk_fault fault = DISK_SHORT; fault <= DISK_INTERRUPTED;
             fault += DISK_INTERRUPTED - DISK_SHORT) {
            struct scribe scribe;
            struct disk *disk = disk_new(at);

            scribe_init(&scribe, disk_files(disk), at);
            disk_set_plan(disk, (struct disk_plan){.at = at, .fault = fault});
            cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
            cr_assert_eq(scribe_work(&scribe, ENTRIES), QUIPU_OK);
            cr_assert_eq(scribe_close(&scribe), QUIPU_OK);
            must_recover(&scribe, at);
            disk_free(disk);
        }
    }
}

/* K7 */
Test(crash_log, without_room)
{
    for (uint64_t room = 4096; room < 200000; room += 4096) {
        struct scribe scribe;
        struct disk *disk = disk_new(room);
        quipu_status status;

        scribe_init(&scribe, disk_files(disk), room);
        disk_set_room(disk, room);
        status = scribe_open(&scribe);
        if (status == QUIPU_OK) {
            for (int i = 0; i < 100 && status == QUIPU_OK; i++)
                status = scribe_append(&scribe, 5000);
            scribe_die(&scribe);
        }
        cr_assert_eq(status, QUIPU_NO_SPACE, "status %d with %llu bytes", (int)status,
                     (unsigned long long)room);
        disk_crash(disk);
        disk_set_room(disk, 0);
        if (disk_size(disk, "/ledger") >= 0) must_recover(&scribe, room);
        disk_free(disk);
    }
}

/* K5 */
static void misplace(enum disk_fault fault, uint64_t at, uint64_t seed, int *refused)
{
    struct scribe scribe;
    struct disk *disk = disk_new(seed);
    quipu_status status;

    scribe_init(&scribe, disk_files(disk), seed);
    disk_set_plan(disk, (struct disk_plan){.at = at, .fault = fault});
    status = scribe_open(&scribe);
    if (status == QUIPU_OK) {
        status = scribe_work(&scribe, ENTRIES);
        /* A frame follows, whatever the fault hit. */
        if (status == QUIPU_OK && disk_calls(disk) >= at) status = scribe_append(&scribe, 10);
        scribe_die(&scribe);
    }
    disk_crash(disk);
    status = scribe_check(&scribe);
    if (status == QUIPU_OK) {
        must_be_sound(&scribe, seed);
    } else {
        cr_assert_eq(status, QUIPU_CORRUPT, "status %d", (int)status);
        ++*refused;
    }
    disk_free(disk);
}

Test(crash_log, after_a_write_elsewhere, .timeout = 600)
{
    int refused = 0;

    for (uint64_t seed = 1; seed <= 2 * SEEDS; seed++) {
        for (uint64_t at = 20; at <= 70; at += 1 + SLOWER / 100) {
            misplace(DISK_MISDIRECT, at, seed, &refused);
            misplace(DISK_LOSE, at, seed, &refused);
        }
    }
    cr_assert_gt(refused, SLOWER > 1 ? 0 : 24, "only %d were refused", refused);
}

/* --- controls --- */

/* A run that crashes; what it broke, or "". */
static const char *crash_once(struct scribe *scribe, struct disk *disk, struct random *random)
{
    static char broken[200];
    quipu_status status;

    disk_set_plan(disk,
                  (struct disk_plan){.at = 30 + random_below(random, 60), .fault = DISK_POWER_OFF});
    (void)run(scribe);
    disk_crash(disk);
    status = scribe_check(scribe);
    (void)snprintf(broken, sizeof broken, "%s",
                   status == QUIPU_OK ? scribe->broken : "acknowledged and refused");
    return broken;
}

Test(crash_log, control_sync_does_nothing)
{
    int broken = 0;

    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct random random = {seed};
        struct scribe scribe;
        struct disk *disk = disk_new(seed);

        disk_set_lying(disk, true);
        scribe_init(&scribe, disk_files(disk), seed);
        if (crash_once(&scribe, disk, &random)[0] != '\0') broken++;
        disk_free(disk);
    }
    cr_assert_gt(broken, 10, "a disk that lies was found out %d times of 50", broken);
}

/* A disk whose table is wrong in a call or two; it is handed to the right ones. */
static struct file_calls wrong;
static const struct file_calls *right;
static int unsynced;

static struct disk *new_wrong_disk(uint64_t seed)
{
    struct disk *disk = disk_new(seed);

    right = disk_files(disk)->calls;
    wrong = *right;
    unsynced = 0;
    disk_files(disk)->calls = &wrong;
    return disk;
}

/* The sync happens when the next write, or the close, cannot wait any longer. */
static int sync_later(struct files *files, int file)
{
    (void)files;
    unsynced = file;
    return 0;
}

static void sync_now(struct files *files)
{
    if (unsynced != 0) (void)right->sync(files, unsynced);
    unsynced = 0;
}

static int write_after_sync(struct files *files, int file, const struct iovec *parts,
                            int part_count, uint64_t offset, size_t *done)
{
    sync_now(files);
    return right->write(files, file, parts, part_count, offset, done);
}

static int close_after_sync(struct files *files, int handle)
{
    if (handle == unsynced) sync_now(files);
    return right->close(files, handle);
}

Test(crash_log, control_answer_before_sync)
{
    int broken = 0;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct random random = {seed};
        struct scribe scribe;
        struct disk *disk = new_wrong_disk(seed);

        wrong.sync = sync_later;
        wrong.write = write_after_sync;
        wrong.close = close_after_sync;
        scribe_init(&scribe, disk_files(disk), seed);
        if (crash_once(&scribe, disk, &random)[0] != '\0') broken++;
        disk_free(disk);
    }
    cr_assert_gt(broken, 5, "an early answer was found out %d times of 200", broken);
}

static int sync_again(struct files *files, int file)
{
    int error = right->sync(files, file);

    return error == 0 ? 0 : right->sync(files, file);
}

Test(crash_log, control_sync_repeated_after_its_error)
{
    int broken = 0;

    for (uint64_t at = 20; at <= 120; at++) {
        struct scribe scribe;
        struct disk *disk = new_wrong_disk(at);
        quipu_status status;

        wrong.sync = sync_again;
        scribe_init(&scribe, disk_files(disk), at);
        disk_set_plan(disk, (struct disk_plan){.at = at, .fault = DISK_SYNC_LOSES, .error = EIO});
        status = run(&scribe);
        disk_crash(disk);
        if (status == QUIPU_OK) {
            status = scribe_check(&scribe);
            if (status != QUIPU_OK || scribe.broken[0] != '\0') broken++;
        }
        disk_free(disk);
    }
    cr_assert_gt(broken, 3, "a repeated sync was found out %d times of 101", broken);
}

/* What is refused as corrupt is cut by a recovery that believes in torn tails alone. */
Test(crash_log, control_recovery_cuts_in_the_middle)
{
    static const unsigned char zeros[JOURNAL_SEGMENT_BYTES_MIN];
    struct scribe scribe;
    struct disk *disk = disk_new(1);
    const char *file = "/ledger/journal.0000000000000001";

    scribe_init(&scribe, disk_files(disk), 1);
    cr_assert_eq(scribe_open(&scribe), QUIPU_OK);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(scribe_append(&scribe, 100), QUIPU_OK);
    scribe_die(&scribe);
    disk_flip(disk, file, 8 * (2 * 4096 + 200));

    cr_assert_eq(scribe_check(&scribe), QUIPU_CORRUPT);
    cr_assert_str_eq(scribe.diagnosis.file, "journal.0000000000000001");
    cr_assert_eq(scribe.diagnosis.offset, 2 * 4096);
    cr_assert_str_empty(scribe.broken);

    disk_poke(disk, file, scribe.diagnosis.offset, zeros, sizeof zeros - 2 * 4096);
    cr_assert_eq(scribe_check(&scribe), QUIPU_OK);
    cr_assert_str_not_empty(scribe.broken, "two entries were lost, and nobody saw it");
    disk_free(disk);
}
