/* test_file.c - the kernel behind base/file.h, and what the engine asks of any file system.
 *
 *   F1  errors are returned, errno stays
 *   F2  what is not a regular file is not opened, and nothing hangs
 *   F3  handles are closed by exec()
 *   F4  a limit of file sizes is EFBIG, no signal, whoever blocks it
 *   X1  a lock excludes another handle of the same process; it ends with its handle
 *   X2  a transfer that is interrupted or short is finished; one that is short twice is EIO
 *   X3  a replaced file is whole under its name, and no other name is left */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/disk.h"
#include "support/folder.h"

#define SYSTEM (&quipui_file_system)
#define CALL(name) (quipui_file_system.calls->name)

static struct folder folder;
static int directory;

static void enter(void)
{
    folder_make(&folder);
    cr_assert_eq(CALL(open_directory)(SYSTEM, folder.path, &directory), 0);
}

static void leave(void)
{
    (void)CALL(close)(SYSTEM, directory);
    folder_remove(&folder);
}

TestSuite(file, .init = enter, .fini = leave, .timeout = 60);

static int new_file(const char *name)
{
    int file = -1;

    cr_assert_eq(CALL(open)(SYSTEM, directory, name, FILE_CREATE_NEW, &file), 0);
    return file;
}

Test(file, is_read_as_it_was_written)
{
    char one[] = "one", two[] = "twothree", bytes[20] = "";
    struct iovec parts[3] = {{one, 3}, {one, 0}, {two, 8}};
    int file = new_file("a");
    uint64_t size = 0;
    size_t done = 0;

    cr_assert_eq(quipui_file_write(SYSTEM, file, parts, 3, 5), 0);
    cr_assert_eq(CALL(size)(SYSTEM, file, &size), 0);
    cr_assert_eq(size, 16);
    cr_assert_eq(quipui_file_read(SYSTEM, file, bytes, sizeof bytes, 5, &done), 0);
    cr_assert_eq(done, 11, "the file ends there");
    cr_assert_eq(memcmp(bytes, "onetwothree", 11), 0);
    cr_assert_eq(CALL(sync)(SYSTEM, file), 0);
    cr_assert_eq(CALL(forget)(SYSTEM, file, 0, 16), 0);
    cr_assert_eq(CALL(resize)(SYSTEM, file, 6), 0);
    cr_assert_eq(quipui_file_read(SYSTEM, file, bytes, sizeof bytes, 5, &done), 0);
    cr_assert_eq(done, 1);
    cr_assert_eq(CALL(close)(SYSTEM, file), 0);
}

/* F1 */
Test(file, errors_are_returned)
{
    int file = -1;
    size_t done;

    errno = EDOM;
    cr_assert_eq(CALL(open)(SYSTEM, directory, "none", FILE_READ, &file), ENOENT);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "none", FILE_WRITE, &file), ENOENT);
    cr_assert_eq(CALL(rename)(SYSTEM, directory, "none", "other"), ENOENT);
    cr_assert_eq(CALL(remove)(SYSTEM, directory, "none"), ENOENT);
    cr_assert_eq(CALL(make_directory)(SYSTEM, folder.path), EEXIST);
    cr_assert_eq(CALL(open_directory)(SYSTEM, folder_path(&folder, "none"), &file), ENOENT);
    cr_assert_eq(CALL(read)(SYSTEM, -1, &done, 1, 0, &done), EBADF);
    cr_assert_eq(CALL(sync)(SYSTEM, -1), EBADF);
    cr_assert_eq(CALL(close)(SYSTEM, -1), EBADF);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "new", FILE_CREATE_NEW, &file), 0);
    cr_assert_eq(CALL(close)(SYSTEM, file), 0);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "new", FILE_CREATE_NEW, &file), EEXIST);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "new", FILE_CREATE, &file), 0);
    cr_assert_eq(CALL(close)(SYSTEM, file), 0);
    cr_assert_eq(errno, EDOM, "errno is the caller's");
}

/* F2 */
Test(file, what_is_no_file_is_not_opened)
{
    int file = -1;

    cr_assert_eq(mkfifo(folder_path(&folder, "fifo"), 0600), 0);
    cr_assert_eq(symlink("fifo", folder_path(&folder, "link")), 0);
    cr_assert_eq(symlink("/dev/null", folder_path(&folder, "device")), 0);
    cr_assert_eq(mkdir(folder_path(&folder, "folder"), 0700), 0);
    for (enum file_mode mode = FILE_READ; mode <= FILE_CREATE_NEW; mode++) {
        int exists = mode == FILE_CREATE_NEW ? EEXIST : 0;

        cr_assert_eq(CALL(open)(SYSTEM, directory, "fifo", mode, &file), exists ? exists : EINVAL);
        cr_assert_eq(CALL(open)(SYSTEM, directory, "link", mode, &file), exists ? exists : ELOOP);
        cr_assert_eq(CALL(open)(SYSTEM, directory, "device", mode, &file), exists ? exists : ELOOP);
        cr_assert_neq(CALL(open)(SYSTEM, directory, "folder", mode, &file), 0);
    }
    (void)CALL(close)(SYSTEM, directory);
    cr_assert_eq(CALL(open_directory)(SYSTEM, "/dev", &directory), 0);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "null", FILE_WRITE, &file), EINVAL);
}

/* F3 */
Test(file, handles_are_closed_by_exec)
{
    int file = new_file("a");

    cr_assert(fcntl(file, F_GETFD) & FD_CLOEXEC);
    cr_assert(fcntl(directory, F_GETFD) & FD_CLOEXEC);
    (void)CALL(close)(SYSTEM, file);
}

static volatile sig_atomic_t signals;

static void count(int number)
{
    (void)number;
    signals++;
}

/* F4 */
Test(file, size_limit_is_an_error)
{
    struct rlimit limit = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
    struct sigaction action = {.sa_handler = count};
    int file = new_file("a");
    static char bytes[8192];
    sigset_t set;
    size_t done;

    cr_assert_eq(sigaction(SIGXFSZ, &action, NULL), 0);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_eq(CALL(write)(SYSTEM, file, &(struct iovec){bytes, 8192}, 1, 0, &done), 0);
    cr_assert_eq(done, 4096, "the kernel writes as far as it may");
    cr_assert_eq(quipui_file_write_bytes(SYSTEM, file, bytes, 8192, 0), EFBIG);
    cr_assert_eq(CALL(resize)(SYSTEM, file, 8192), EFBIG);
    cr_assert_eq(signals, 0);

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGXFSZ);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    cr_assert_eq(quipui_file_write_bytes(SYSTEM, file, bytes, 10, 4096), EFBIG);
    (void)sigpending(&set);
    cr_assert(!sigismember(&set, SIGXFSZ), "no signal is left behind");
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
    cr_assert_eq(signals, 0);
    (void)CALL(close)(SYSTEM, file);
}

/* X1 */
Test(file, locks_exclude)
{
    int first = new_file("lock"), second = -1, third = -1;

    cr_assert_eq(CALL(open)(SYSTEM, directory, "lock", FILE_CREATE, &second), 0);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "lock", FILE_READ, &third), 0);
    cr_assert_eq(CALL(lock)(SYSTEM, first, FILE_EXCLUSIVE), 0);
    cr_assert_eq(CALL(lock)(SYSTEM, second, FILE_EXCLUSIVE), EAGAIN);
    cr_assert_eq(CALL(lock)(SYSTEM, third, FILE_SHARED), EAGAIN);
    cr_assert_eq(CALL(lock)(SYSTEM, first, FILE_UNLOCKED), 0);
    cr_assert_eq(CALL(lock)(SYSTEM, third, FILE_SHARED), 0);
    cr_assert_eq(CALL(lock)(SYSTEM, second, FILE_EXCLUSIVE), EAGAIN);
    cr_assert_eq(CALL(lock)(SYSTEM, second, FILE_SHARED), 0);
    cr_assert_eq(CALL(close)(SYSTEM, third), 0);
    cr_assert_eq(CALL(close)(SYSTEM, second), 0);
    cr_assert_eq(CALL(lock)(SYSTEM, first, FILE_EXCLUSIVE), 0);
    cr_assert_eq(CALL(close)(SYSTEM, first), 0);
}

static void see(void *context, const char *name)
{
    char *names = context;

    (void)strcat(strcat(names, name), " ");
}

/* X3 */
Test(file, is_replaced_as_a_whole)
{
    char names[200] = "", bytes[10];
    int file;
    size_t done;

    cr_assert_eq(quipui_file_replace(SYSTEM, directory, "a", "spare", "first", 5), 0);
    (void)CALL(close)(SYSTEM, new_file("spare")); /* of a crash */
    cr_assert_eq(quipui_file_replace(SYSTEM, directory, "a", "spare", "2nd", 3), 0);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "a", FILE_READ, &file), 0);
    cr_assert_eq(quipui_file_read(SYSTEM, file, bytes, sizeof bytes, 0, &done), 0);
    cr_assert_eq(done, 3);
    cr_assert_eq(CALL(list)(SYSTEM, directory, see, names), 0);
    cr_assert_str_eq(names, "a ");
    (void)CALL(close)(SYSTEM, file);
    cr_assert_eq(quipui_file_sync_parent(SYSTEM, folder.path), 0);
    cr_assert_eq(quipui_file_sync_parent(SYSTEM, "plain"), 0);
    cr_assert_eq(quipui_file_sync_parent(SYSTEM, "/"), 0);
    cr_assert_eq(quipui_file_sync_parent(SYSTEM, "/none/there//"), ENOENT);
}

static bool at_once(void *context)
{
    return --*(int *)context < 0;
}

Test(file, of_zeros_is_written)
{
    uint64_t bytes = (9 << 20) + 4096;
    int patience = 3, file;
    char names[200] = "";
    struct stat about;

    cr_assert_eq(quipui_file_make_zeroed(SYSTEM, directory, "z", "s", bytes, at_once, &patience),
                 ECANCELED);
    cr_assert_eq(CALL(list)(SYSTEM, directory, see, names), 0);
    cr_assert_str_empty(names);
    cr_assert_eq(quipui_file_make_zeroed(SYSTEM, directory, "z", "s", bytes, NULL, NULL), 0);
    cr_assert_eq(CALL(open)(SYSTEM, directory, "z", FILE_READ, &file), 0);
    cr_assert_eq(fstat(file, &about), 0);
    cr_assert_eq((uint64_t)about.st_size, bytes);
    (void)CALL(close)(SYSTEM, file);
}

Test(file, is_mapped_over_memory)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int file = new_file("m");
    size_t done;
    char byte;

    cr_assert_neq(memory, MAP_FAILED);
    cr_assert_eq(CALL(resize)(SYSTEM, file, page), 0);
    cr_assert_eq(quipui_file_write_bytes(SYSTEM, file, "quipu", 5, 0), 0);
    memory[page] = 'x';
    cr_assert_eq(CALL(map)(SYSTEM, file, 0, page, memory + page), 0);
    cr_assert_eq(memcmp(memory + page, "quipu", 5), 0);
    memory[page] = 'Q';
    cr_assert_eq(quipui_file_read(SYSTEM, file, &byte, 1, 0, &done), 0);
    cr_assert_eq(byte, 'q', "what is written to memory goes to no file");
    (void)munmap(memory, 2 * page);
    (void)CALL(close)(SYSTEM, file);
}

/* X2: each way that a transfer may go, on a disk that does so. */
Test(file, transfers_are_finished)
{
    static const struct {
        enum disk_fault fault;
        uint64_t times;
        int error;
    } ways[] = {{DISK_NO_FAULT, 1, 0},
                {DISK_INTERRUPTED, 3, 0},
                {DISK_SHORT, 1, 0},
                {DISK_SHORT, 2, EIO},
                {DISK_ERROR, 1, ENOSPC}};
    char digits[] = "12345678";
    struct iovec parts[4] = {{digits, 1}, {digits + 1, 2}, {NULL, 0}, {digits + 3, 5}};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct disk *disk = disk_new(1);
        struct files *files = disk_files(disk);
        struct disk_plan plan = {.times = ways[i].times, .fault = ways[i].fault, .error = ENOSPC};
        char bytes[8] = "";
        int root, file;
        size_t done;

        cr_assert_eq(files->calls->open_directory(files, "/", &root), 0);
        cr_assert_eq(files->calls->open(files, root, "a", FILE_CREATE_NEW, &file), 0);
        plan.at = disk_calls(disk) + 1;
        disk_set_plan(disk, plan);
        cr_assert_eq(quipui_file_write(files, file, parts, 4, 0), ways[i].error, "way %zu", i);
        if (ways[i].error == 0) {
            plan.at = disk_calls(disk) + 1;
            disk_set_plan(disk, plan);
            cr_assert_eq(quipui_file_read(files, file, bytes, 8, 0, &done), 0);
            cr_assert_eq(done, 8);
            cr_assert_eq(memcmp(bytes, "12345678", 8), 0);
        }
        disk_free(disk);
    }
    cr_assert_eq(quipui_file_write(SYSTEM, directory, parts, FILE_PARTS_MAX + 1, 0), EINVAL);
}
