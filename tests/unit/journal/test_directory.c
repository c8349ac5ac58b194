/* test_directory.c - who owns a ledger's directory: journal/directory.h.
 *
 *   D1  a second opener is BUSY, in this process and in another; an owner that is killed is gone
 *   D2  what is not ours is refused, and not touched
 *   D3  of several that make one ledger at once, exactly one does
 *   D4  opening writes nothing where there is a ledger
 *   D5  a child of fork() has no part in the lock
 *   X1  facts come back as they were changed; a change that fails leaves what was
 *   X2  another byte order and a newer format are UNSUPPORTED; no memory is NO_MEMORY */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "faults/child.h"
#include "journal/facts.h"
#include "support/disk.h"
#include "support/folder.h"

static struct folder folder;
static struct diagnosis diagnosis;
static struct directory *directory;

static void enter(void)
{
    folder_make(&folder);
}

static void leave(void)
{
    folder_remove(&folder);
}

TestSuite(directory, .init = enter, .fini = leave, .timeout = 60);

static quipu_status open_as(const char *path, bool create, bool read_only)
{
    struct directory_options options = {.path = path, .create = create, .read_only = read_only};

    directory = NULL;
    diagnosis = (struct diagnosis){.words = ""};
    return quipui_directory_open(&options, &directory, &diagnosis);
}

static void write_file(const char *name, const void *bytes, size_t count)
{
    FILE *file = fopen(folder_path(&folder, name), "w");

    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, count, file), count);
    cr_assert_eq(fclose(file), 0);
}

static bool exists(const char *name)
{
    struct stat about;

    return stat(folder_path(&folder, name), &about) == 0;
}

Test(directory, is_made_and_opened_again)
{
    char path[300];
    struct ledger_facts facts, again;

    (void)snprintf(path, sizeof path, "%s/a", folder.path);
    cr_assert_eq(open_as(path, false, false), QUIPU_IO);
    cr_assert_eq(diagnosis.error, ENOENT);
    cr_assert_eq(open_as(path, true, false), QUIPU_OK, "%s", diagnosis.words);
    cr_assert(directory->made);
    quipui_directory_facts(directory, &facts);
    cr_assert_eq(facts.segment_bytes, JOURNAL_SEGMENT_BYTES);
    cr_assert_eq(facts.epoch, 0);
    quipui_directory_close(directory);

    cr_assert_eq(open_as(path, false, false), QUIPU_OK);
    cr_assert(!directory->made);
    quipui_directory_facts(directory, &again);
    cr_assert_eq(memcmp(&facts, &again, sizeof facts), 0);
    quipui_directory_close(directory);
    quipui_directory_close(NULL);
}

/* D1 */
Test(directory, has_one_owner)
{
    struct directory *first;

    cr_assert_eq(open_as(folder.path, true, false), QUIPU_OK);
    first = directory;
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_BUSY);
    cr_assert_str_eq(diagnosis.file, "quipu.lock");
    cr_assert_eq(open_as(folder.path, false, true), QUIPU_BUSY);
    quipui_directory_close(first);

    cr_assert_eq(open_as(folder.path, false, true), QUIPU_OK);
    first = directory;
    cr_assert_eq(open_as(folder.path, false, true), QUIPU_OK, "readers exclude no readers");
    cr_assert_eq(quipui_directory_change(directory, NULL, NULL, &diagnosis), QUIPU_INVALID);
    quipui_directory_close(directory);
    cr_assert_eq(open_as(folder.path, false, false), QUIPU_BUSY);
    quipui_directory_close(first);
}

Test(directory, is_free_when_its_owner_is_killed)
{
    int ends[2];
    char byte = 0;
    pid_t child;

    cr_assert_eq(pipe(ends), 0);
    child = child_fork();
    if (child == 0) {
        child_claim(open_as(folder.path, true, false) == QUIPU_OK);
        child_claim(write(ends[1], "x", 1) == 1);
        for (;;)
            (void)pause();
    }
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_BUSY);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_assert_eq(open_as(folder.path, false, false), QUIPU_OK);
    quipui_directory_close(directory);
}

/* D2 */
Test(directory, of_others_is_not_touched)
{
    write_file("letter.txt", "dear", 4);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_INVALID);
    cr_assert_not_null(strstr(diagnosis.words, "letter.txt"));
    cr_assert(!exists("quipu.lock") && !exists("quipu.ledger"));

    cr_assert_eq(open_as(folder_path(&folder, "letter.txt"), true, false), QUIPU_INVALID);
    cr_assert_str_eq(diagnosis.words, "is not a directory");
    cr_assert_eq(unlink(folder_path(&folder, "letter.txt")), 0);

    cr_assert_eq(open_as(folder.path, false, false), QUIPU_INVALID, "empty, and nothing to make");
    cr_assert_eq(open_as(folder.path, true, true), QUIPU_INVALID, "a reader makes nothing");
    cr_assert(!exists("quipu.lock"));
    write_file("journal.0000000000000001", "", 0);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_CORRUPT);
    cr_assert_str_eq(diagnosis.file, "quipu.ledger");
}

Test(directory, of_odd_files)
{
    cr_assert_eq(mkfifo(folder_path(&folder, "quipu.lock"), 0600), 0);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_IO);
    cr_assert_eq(unlink(folder_path(&folder, "quipu.lock")), 0);
    cr_assert_eq(symlink("/dev/zero", folder_path(&folder, "quipu.lock")), 0);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_IO);
    cr_assert_eq(unlink(folder_path(&folder, "quipu.lock")), 0);
    cr_assert_eq(mkfifo(folder_path(&folder, "quipu.ledger"), 0600), 0);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_IO);
}

Test(directory, with_options_that_make_no_sense)
{
    struct directory_options options = {.path = folder.path, .create = true};
    char longest[5000];

    for (uint64_t bytes = 1; bytes < 5 * JOURNAL_BLOCK_BYTES; bytes += 4095) {
        options.segment_bytes = bytes;
        if (bytes == JOURNAL_SEGMENT_BYTES_MIN) continue;
        cr_assert_eq(quipui_directory_open(&options, &directory, NULL), QUIPU_INVALID);
    }
    options.segment_bytes = JOURNAL_SEGMENT_BYTES_MAX + JOURNAL_BLOCK_BYTES;
    cr_assert_eq(quipui_directory_open(&options, &directory, NULL), QUIPU_INVALID);
    cr_assert_eq(open_as(NULL, true, false), QUIPU_INVALID);
    cr_assert_eq(open_as("", true, false), QUIPU_INVALID);
    (void)memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    cr_assert_eq(open_as(longest, true, false), QUIPU_INVALID);
}

/* D3: processes that start at once; each says whether it made the ledger. */
Test(directory, is_made_once)
{
    enum { CHILDREN = 8 };
    char path[300];

    (void)snprintf(path, sizeof path, "%s/raced", folder.path);
    for (int round = 0; round < 20; round++) {
        pid_t children[CHILDREN];
        int start[2], made = 0;

        cr_assert_eq(pipe(start), 0);
        for (int i = 0; i < CHILDREN; i++) {
            children[i] = child_fork();
            if (children[i] == 0) {
                quipu_status status;
                char byte;

                (void)close(start[1]);
                (void)read(start[0], &byte, 1); /* until all are there */
                status = open_as(path, true, false);
                child_claim(status == QUIPU_OK || status == QUIPU_BUSY);
                child_end(status == QUIPU_OK && directory->made ? 200 : 0);
            }
        }
        (void)close(start[0]);
        (void)close(start[1]);
        for (int i = 0; i < CHILDREN; i++) {
            int said = child_wait(children[i]);

            cr_assert(said == 0 || said == 200, "child said %d", said);
            if (said == 200) made++;
        }
        cr_assert_eq(made, 1, "%d made it", made);
        folder_empty(path, 0);
    }
}

/* D5 */
Test(directory, lock_does_not_stay_with_a_child)
{
    struct ledger_facts facts;
    int ends[2];
    pid_t child;

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_OK);
    child = child_fork();
    if (child == 0) {
        char byte;

        (void)close(ends[1]);
        child_claim(directory->forked && directory->lock == -1 && directory->handle == -1);
        child_claim(quipui_directory_change(directory, NULL, NULL, NULL) == QUIPU_FENCED);
        quipui_directory_facts(directory, &facts);
        child_claim(facts.segment_bytes == JOURNAL_SEGMENT_BYTES);
        (void)read(ends[0], &byte, 1); /* until the parent is through */
        quipui_directory_close(directory);
        child_end(0);
    }
    cr_assert(!directory->forked);
    quipui_directory_close(directory);
    cr_assert_eq(open_as(folder.path, false, false), QUIPU_OK, "the child is still there");
    quipui_directory_close(directory);
    (void)close(ends[1]);
    cr_assert_eq(child_wait(child), 0);
}

static void note(struct ledger_facts *facts, void *context)
{
    facts->notes[3] = *(uint64_t *)context;
}

/* X1, D4 */
Test(directory, facts_change_as_a_whole)
{
    struct directory_options options = {.path = "/ledger", .create = true};
    struct disk *disk = disk_new(1);
    struct ledger_facts facts;

    options.files = disk_files(disk);
    cr_assert_eq(quipui_directory_open(&options, &directory, NULL), QUIPU_OK);
    for (uint64_t i = 1; i <= 3; i++)
        cr_assert_eq(quipui_directory_change(directory, note, &i, NULL), QUIPU_OK);
    quipui_directory_close(directory);
    for (uint64_t call = 1; call <= 7; call++) {
        uint64_t next = call + 10, before;

        cr_assert_eq(quipui_directory_open(&options, &directory, NULL), QUIPU_OK);
        quipui_directory_facts(directory, &facts);
        before = facts.notes[3];
        disk_set_plan(disk, (struct disk_plan){
                                .at = disk_calls(disk) + call, .fault = DISK_ERROR, .error = EIO});
        cr_assert_eq(quipui_directory_change(directory, note, &next, &diagnosis), QUIPU_IO);
        quipui_directory_facts(directory, &facts);
        cr_assert_eq(facts.notes[3], before);
        cr_assert_eq(quipui_directory_change(directory, note, &next, &diagnosis), QUIPU_IO,
                     "a disk that failed has failed");
        quipui_directory_close(directory);
        disk_crash(disk);
        cr_assert_eq(quipui_directory_open(&options, &directory, NULL), QUIPU_OK);
        quipui_directory_facts(directory, &facts);
        cr_assert(facts.notes[3] == before || facts.notes[3] == next);
        quipui_directory_close(directory);
    }
    disk_free(disk);
}

Test(directory, change_without_room_can_be_tried_again)
{
    struct directory_options options = {.path = "/ledger", .create = true};
    struct disk *disk = disk_new(1);
    struct ledger_facts facts;
    uint64_t next = 5;

    options.files = disk_files(disk);
    cr_assert_eq(quipui_directory_open(&options, &directory, NULL), QUIPU_OK);
    disk_set_room(disk, 5000);
    cr_assert_eq(quipui_directory_change(directory, note, &next, &diagnosis), QUIPU_NO_SPACE);
    disk_set_room(disk, 0);
    cr_assert_eq(quipui_directory_change(directory, note, &next, &diagnosis), QUIPU_OK);
    quipui_directory_facts(directory, &facts);
    cr_assert_eq(facts.notes[3], 5);
    quipui_directory_close(directory);
    disk_free(disk);
}

/* X2 */
Test(directory, facts_of_other_forms)
{
    static const struct {
        int at;
        unsigned char byte[4];
        size_t count;
        quipu_status status;
    } forms[] = {{12, {FACTS_VERSION + 1, 0, 0, 0}, FACTS_BYTES, QUIPU_UNSUPPORTED},
                 {12, {0, 0, 0, 0}, FACTS_BYTES, QUIPU_CORRUPT},
                 {8, {4, 3, 2, 1}, FACTS_BYTES, QUIPU_UNSUPPORTED},
                 {8, {4, 3, 2, 2}, FACTS_BYTES, QUIPU_CORRUPT},
                 {0, {'q', 'u', 'i', 'p'}, FACTS_BYTES, QUIPU_CORRUPT},
                 {8, {1, 2, 3, 4}, FACTS_BYTES - 1, QUIPU_CORRUPT},
                 {8, {1, 2, 3, 4}, FACTS_BYTES + 1, QUIPU_CORRUPT},
                 {8, {1, 2, 3, 4}, 10, QUIPU_CORRUPT},
                 {8, {1, 2, 3, 4}, 0, QUIPU_CORRUPT}};
    unsigned char bytes[FACTS_BYTES + 1] = {0};
    struct ledger_facts facts = {.changes = 1, .first_segment = 1};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        facts.segment_bytes = JOURNAL_SEGMENT_BYTES;
        quipui_facts_encode(&facts, bytes);
        (void)memcpy(bytes + forms[i].at, forms[i].byte, 4);
        write_file("quipu.ledger", bytes, forms[i].count);
        cr_assert_eq(open_as(folder.path, true, false), forms[i].status, "form %zu", i);
        cr_assert_str_eq(diagnosis.file, "quipu.ledger");
    }
    facts.segment_bytes = 5;
    quipui_facts_encode(&facts, bytes);
    write_file("quipu.ledger", bytes, FACTS_BYTES);
    cr_assert_eq(open_as(folder.path, true, false), QUIPU_CORRUPT);
    cr_assert_not_null(strstr(diagnosis.words, "contradict"));
}

static uint64_t allowed;

static bool refuse(void)
{
    return allowed == 0 || allowed-- == 0;
}

Test(directory, without_memory)
{
    quipu_status status = QUIPU_NO_MEMORY;

    for (uint64_t n = 0; status != QUIPU_OK; n++) {
        allowed = n;
        quipui_memory_refuse = refuse;
        status = open_as(folder.path, true, false);
        quipui_memory_refuse = NULL;
        cr_assert(status == QUIPU_OK || status == QUIPU_NO_MEMORY, "status %d", (int)status);
        cr_assert_lt(n, 20);
    }
    quipui_directory_close(directory);
}
