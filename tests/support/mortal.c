/* mortal.c - see mortal.h. */
#include "support/mortal.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "journal/ring.h"
#include "support/threads.h"

static const struct file_calls *kernel;
static enum mortal_moment moment;
static uint64_t last, count; /* the number of the last call, and of those that began */

_Noreturn static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

/* Is this the last one? */
static bool begin(void)
{
    bool is_last = shared_add(&count, 1) + 1 == last;

    if (is_last && moment == MORTAL_BEFORE) die();
    return is_last;
}

static int end(bool is_last, int error)
{
    if (is_last) die();
    return error;
}

/* A call of the table, with its parameters and what they are called. */
#define CALL(name, parameters, arguments)                                                          \
    static int call_##name parameters                                                              \
    {                                                                                              \
        bool is_last = begin();                                                                    \
                                                                                                   \
        return end(is_last, kernel->name arguments);                                               \
    }

CALL(make_directory, (struct files * files, const char *path), (files, path))
CALL(open_directory, (struct files * files, const char *path, int *directory),
     (files, path, directory))
CALL(sync_directory, (struct files * files, int directory), (files, directory))
CALL(list, (struct files * files, int directory, file_visit *visit, void *context),
     (files, directory, visit, context))
CALL(rename, (struct files * files, int directory, const char *from, const char *to),
     (files, directory, from, to))
CALL(remove, (struct files * files, int directory, const char *name), (files, directory, name))
CALL(open, (struct files * files, int directory, const char *name, enum file_mode mode, int *file),
     (files, directory, name, mode, file))
CALL(close, (struct files * files, int handle), (files, handle))
CALL(size, (struct files * files, int file, uint64_t *bytes), (files, file, bytes))
CALL(resize, (struct files * files, int file, uint64_t bytes), (files, file, bytes))
CALL(read,
     (struct files * files, int file, void *bytes, size_t bytes_count, uint64_t offset,
      size_t *done),
     (files, file, bytes, bytes_count, offset, done))
CALL(sync, (struct files * files, int file), (files, file))
CALL(forget, (struct files * files, int file, uint64_t offset, uint64_t bytes),
     (files, file, offset, bytes))
CALL(lock, (struct files * files, int file, enum file_lock lock), (files, file, lock))
CALL(map, (struct files * files, int file, uint64_t offset, size_t bytes, void *address),
     (files, file, offset, bytes, address))

static int write_parts(struct files *files, int file, const struct iovec *parts, int part_count,
                       uint64_t offset, size_t *done)
{
    bool is_last = begin();

    if (is_last && moment == MORTAL_HALFWAY) {
        struct iovec half[FILE_PARTS_MAX];
        size_t left = 0;
        int used = 0;

        for (int i = 0; i < part_count; i++)
            left += parts[i].iov_len;
        for (left /= 2; left > 0; used++) {
            half[used] = parts[used];
            if (half[used].iov_len > left) half[used].iov_len = left;
            left -= half[used].iov_len;
        }
        return end(true, used > 0 ? kernel->write(files, file, half, used, offset, done) : 0);
    }
    return end(is_last, kernel->write(files, file, parts, part_count, offset, done));
}

static const struct file_calls mortal = {
    .make_directory = call_make_directory,
    .open_directory = call_open_directory,
    .sync_directory = call_sync_directory,
    .list = call_list,
    .rename = call_rename,
    .remove = call_remove,
    .open = call_open,
    .close = call_close,
    .size = call_size,
    .resize = call_resize,
    .read = call_read,
    .write = write_parts,
    .sync = call_sync,
    .forget = call_forget,
    .lock = call_lock,
    .map = call_map,
};

static void at_publication(bool published)
{
    if (!published) {
        (void)begin();
    } else if (shared_read(&count) >= last) {
        die();
    }
}

void mortal_at(enum mortal_place place, uint64_t number, enum mortal_moment when)
{
    moment = when;
    last = number;
    count = 0;
    if (place == MORTAL_PUBLISH) {
        quipui_ring_watch = at_publication;
        return;
    }
    kernel = quipui_file_system.calls;
    quipui_file_system.calls = &mortal;
}
