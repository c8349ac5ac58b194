/* file.h - the one door to the file system: every system call of the journal.
 *
 * `struct file_calls` has one function per system call, so that a simulated disk can stand in for
 * the kernel in tests; quipui_file_system is the kernel. The engine calls the functions below the
 * table: they repeat a call that a signal interrupted, and finish a transfer that was cut short.
 *
 *   F1  every function returns 0 or an errno value (ENOENT, EIO ...); errno itself stays as it was
 *   F2  only regular files are opened: a fifo, a device, a symbolic link or a directory is
 *       EINVAL or ELOOP, and opening one never waits
 *   F3  handles are closed by exec(); a child of fork() has them until it closes them
 *   F4  a limit of file sizes (RLIMIT_FSIZE) is EFBIG, never a signal
 *   F5  an error of sync() is final: after it, nobody knows what is on disk, and a second call
 *       that succeeds proves nothing */
#ifndef QUIPU_BASE_FILE_H
#define QUIPU_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct files;

enum file_mode {
    FILE_READ,      /* is there */
    FILE_WRITE,     /* is there; read and write */
    FILE_CREATE,    /* is there or is made; read and write */
    FILE_CREATE_NEW /* EEXIST if it is there; read and write */
};

enum file_lock { FILE_UNLOCKED, FILE_SHARED, FILE_EXCLUSIVE };

/* The most parts of one write. */
#define FILE_PARTS_MAX 4

typedef void file_visit(void *context, const char *name);

/* Offsets and sizes in bytes. `directory` is a handle of open_directory(), `file` of open(); a
 * `name` has no slash. Of read() and write(), *done says how much was transferred; less than asked
 * for is no error. */
struct file_calls {
    int (*make_directory)(struct files *files, const char *path);
    int (*open_directory)(struct files *files, const char *path, int *directory);
    int (*sync_directory)(struct files *files, int directory);
    int (*list)(struct files *files, int directory, file_visit *visit, void *context);
    int (*rename)(struct files *files, int directory, const char *from, const char *to);
    int (*remove)(struct files *files, int directory, const char *name);
    int (*open)(struct files *files, int directory, const char *name, enum file_mode mode,
                int *file);
    int (*close)(struct files *files, int handle);
    int (*size)(struct files *files, int file, uint64_t *bytes);
    int (*resize)(struct files *files, int file, uint64_t bytes);
    int (*read)(struct files *files, int file, void *bytes, size_t count, uint64_t offset,
                size_t *done);
    int (*write)(struct files *files, int file, const struct iovec *parts, int part_count,
                 uint64_t offset, size_t *done);
    int (*sync)(struct files *files, int file);
    /* Drop what memory keeps of these bytes, if it is on disk: the next read asks the disk. */
    int (*forget)(struct files *files, int file, uint64_t offset, uint64_t bytes);
    /* EAGAIN: another handle has a lock that excludes this one, in this process or another. */
    int (*lock)(struct files *files, int file, enum file_lock lock);
    /* Put the bytes of a file at `address` in place of what is mapped there; what is written there
     * goes to no file. All of it at whole pages. */
    int (*map)(struct files *files, int file, uint64_t offset, size_t bytes, void *address);
};

/* A file system. A simulated one has its state behind this. */
struct files {
    const struct file_calls *calls;
};

extern struct files quipui_file_system;

#ifdef QUIPU_TESTING
/* If it is set, ledgers that are opened are there, and not in the kernel's file system. */
extern struct files *quipui_files_of_tests;
#endif

/* Where ledgers are. */
static inline struct files *files_of_ledgers(void)
{
#ifdef QUIPU_TESTING
    if (quipui_files_of_tests != NULL) return quipui_files_of_tests;
#endif
    return &quipui_file_system;
}

/* Have the name of a directory, or of what `path` says, on disk. */
int quipui_file_sync_parent(struct files *files, const char *path);

/* Read `count` bytes. *done is less only where the file ends. */
int quipui_file_read(struct files *files, int file, void *bytes, size_t count, uint64_t offset,
                     size_t *done);

/* Write all parts, one behind the other. EIO: the disk wrote less than asked for, twice. */
int quipui_file_write(struct files *files, int file, const struct iovec *parts, int part_count,
                      uint64_t offset);
int quipui_file_write_bytes(struct files *files, int file, const void *bytes, size_t count,
                            uint64_t offset);

/* Write a whole file as `spare`, sync it, rename it to `name`, and sync the directory. After a
 * crash `name` is what it was before, or all of this. */
int quipui_file_replace(struct files *files, int directory, const char *name, const char *spare,
                        const void *bytes, size_t count);

/* Make a file of `bytes` zeros that are written, not only promised, sync it, rename it from `spare`
 * to `name` and sync the directory. `stop`, if given, is asked now and then: true gives up with
 * ECANCELED. */
int quipui_file_make_zeroed(struct files *files, int directory, const char *name, const char *spare,
                            uint64_t bytes, bool (*stop)(void *context), void *context);

#endif
