/* file_system.c - the kernel behind the table of file.h: one system call each, more or less. */
#define _GNU_SOURCE /* OFD locks */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/tsan.h"

/* What a call gave, as file.h wants it. */
static int error_of(bool failed, int saved)
{
    int error = failed ? errno : 0;

    errno = saved;
    return error;
}

static int make_directory(struct files *files, const char *path)
{
    int saved = errno;

    (void)files;
    return error_of(mkdir(path, 0700) != 0, saved);
}

static int open_directory(struct files *files, const char *path, int *directory)
{
    int saved = errno;

    (void)files;
    *directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return error_of(*directory < 0, saved);
}

static int sync_directory(struct files *files, int directory)
{
    int saved = errno;

    (void)files;
    return error_of(fsync(directory) != 0, saved);
}

static int list(struct files *files, int directory, file_visit *visit, void *context)
{
    int saved = errno, own, error;
    const struct dirent *entry;
    DIR *stream;

    (void)files;
    /* A handle of its own: what is read moves on with it. */
    own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0) return error_of(true, saved);
    stream = quipui_memory_is_refused() ? NULL : fdopendir(own);
    if (stream == NULL) {
        (void)close(own);
        errno = saved;
        return ENOMEM;
    }
    for (errno = 0; (entry = readdir(stream)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        visit(context, entry->d_name);
    }
    error = errno;
    (void)closedir(stream);
    errno = saved;
    return error;
}

static int rename_file(struct files *files, int directory, const char *from, const char *to)
{
    int saved = errno;

    (void)files;
    return error_of(renameat(directory, from, directory, to) != 0, saved);
}

static int remove_file(struct files *files, int directory, const char *name)
{
    int saved = errno;

    (void)files;
    return error_of(unlinkat(directory, name, 0) != 0, saved);
}

static int flags_of(enum file_mode mode)
{
    switch (mode) {
    case FILE_READ: return O_RDONLY;
    case FILE_WRITE: return O_RDWR;
    case FILE_CREATE: return O_RDWR | O_CREAT;
    case FILE_CREATE_NEW: return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

static int open_file(struct files *files, int directory, const char *name, enum file_mode mode,
                     int *file)
{
    int saved = errno, error;
    struct stat about;

    (void)files;
    *file = openat(directory, name, flags_of(mode) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                   0600);
    if (*file < 0) return error_of(true, saved);
    error = error_of(fstat(*file, &about) != 0, saved);
    if (error == 0 && S_ISREG(about.st_mode)) return 0;
    (void)close(*file);
    *file = -1;
    errno = saved;
    return error != 0 ? error : EINVAL;
}

static int close_handle(struct files *files, int handle)
{
    int saved = errno;

    (void)files;
    return error_of(close(handle) != 0, saved);
}

static int size(struct files *files, int file, uint64_t *bytes)
{
    int saved = errno, error;
    struct stat about;

    (void)files;
    error = error_of(fstat(file, &about) != 0, saved);
    if (error == 0) *bytes = (uint64_t)about.st_size;
    return error;
}

/* The kernel sends SIGXFSZ to the thread whose write is beyond RLIMIT_FSIZE, and its default is to
 * end the process. Hold it back, and take it if it came. */
static void hold_back(sigset_t *held, sigset_t *before)
{
    (void)sigemptyset(held);
    (void)sigaddset(held, SIGXFSZ);
    (void)pthread_sigmask(SIG_BLOCK, held, before);
}

static void let_through(const sigset_t *held, const sigset_t *before, bool came)
{
    static const struct timespec now;

    if (came) (void)sigtimedwait(held, NULL, &now);
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

static int resize(struct files *files, int file, uint64_t bytes)
{
    int saved = errno, error;
    sigset_t held, before;

    (void)files;
    hold_back(&held, &before);
    error = ftruncate(file, (off_t)bytes) != 0 ? errno : 0;
    let_through(&held, &before, error == EFBIG);
    errno = saved;
    return error;
}

static int read_bytes(struct files *files, int file, void *bytes, size_t count, uint64_t offset,
                      size_t *done)
{
    int saved = errno;
    ssize_t got = pread(file, bytes, count, (off_t)offset);

    (void)files;
    *done = got > 0 ? (size_t)got : 0;
    return error_of(got < 0, saved);
}

static int write_parts(struct files *files, int file, const struct iovec *parts, int part_count,
                       uint64_t offset, size_t *done)
{
    int saved = errno, error;
    sigset_t held, before;
    ssize_t put;

    (void)files;
    hold_back(&held, &before);
    put = pwritev(file, parts, part_count, (off_t)offset);
    error = put < 0 ? errno : 0;
    let_through(&held, &before, error == EFBIG);
    *done = put > 0 ? (size_t)put : 0;
    errno = saved;
    return error;
}

static int sync_file(struct files *files, int file)
{
    int saved = errno;

    (void)files;
    return error_of(fdatasync(file) != 0, saved);
}

static int forget(struct files *files, int file, uint64_t offset, uint64_t bytes)
{
    (void)files;
    return posix_fadvise(file, (off_t)offset, (off_t)bytes, POSIX_FADV_DONTNEED);
}

static int lock(struct files *files, int file, enum file_lock wanted)
{
    static const short types[] = {
        [FILE_UNLOCKED] = F_UNLCK, [FILE_SHARED] = F_RDLCK, [FILE_EXCLUSIVE] = F_WRLCK};
    struct flock whole = {.l_type = types[wanted], .l_whence = SEEK_SET};
    int saved = errno, error;

    (void)files;
    error = error_of(fcntl(file, F_OFD_SETLK, &whole) != 0, saved);
    return error == EACCES ? EAGAIN : error;
}

static int map(struct files *files, int file, uint64_t offset, size_t bytes, void *address)
{
    int saved = errno;
    const void *mapped;

    (void)files;
    if (quipui_memory_is_refused()) return ENOMEM;
#ifdef QUIPU_UNDER_TSAN
    /* ThreadSanitizer takes mmap() for a write to all of it. Here the bytes stay as they were. */
    mapped = (const void *)syscall(SYS_mmap, address, bytes, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file, (off_t)offset);
#else
    mapped = mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
                  file, (off_t)offset);
#endif
    if (mapped == MAP_FAILED) return error_of(true, saved);
    /* Read here and there: a page that is read ahead would only push others out. */
    (void)madvise(address, bytes, MADV_RANDOM);
    errno = saved;
    return 0;
}

#ifdef QUIPU_TESTING
struct files *quipui_files_of_tests;
#endif

static const struct file_calls calls = {
    .make_directory = make_directory,
    .open_directory = open_directory,
    .sync_directory = sync_directory,
    .list = list,
    .rename = rename_file,
    .remove = remove_file,
    .open = open_file,
    .close = close_handle,
    .size = size,
    .resize = resize,
    .read = read_bytes,
    .write = write_parts,
    .sync = sync_file,
    .forget = forget,
    .lock = lock,
    .map = map,
};

struct files quipui_file_system = {.calls = &calls};
