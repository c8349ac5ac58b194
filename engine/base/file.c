/* file.c - what the engine asks of a file system, over one table of calls; see file.h. */
#include "base/file.h"

#include <errno.h>
#include <string.h>

/* Zeros to write: as much as one call takes. */
#define ZERO_BYTES ((size_t)256 << 10)

/* A segment is synced in pieces: one sync of all of it would hold up those of the journal. */
#define SYNC_PIECE_BYTES ((uint64_t)8 << 20)

static const unsigned char zeros[ZERO_BYTES];

int quipui_file_sync_parent(struct files *files, const char *path)
{
    char parent[4096];
    size_t length = strlen(path);
    int directory, error;

    if (length >= sizeof parent) return ENAMETOOLONG;
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    (void)memcpy(parent, path, length);
    if (length == 0) parent[length++] = '.';
    parent[length] = '\0';

    error = files->calls->open_directory(files, parent, &directory);
    if (error != 0) return error;
    error = files->calls->sync_directory(files, directory);
    (void)files->calls->close(files, directory);
    return error;
}

int quipui_file_read(struct files *files, int file, void *bytes, size_t count, uint64_t offset,
                     size_t *done)
{
    *done = 0;
    while (*done < count) {
        size_t got = 0;
        int error = files->calls->read(files, file, (char *)bytes + *done, count - *done,
                                       offset + *done, &got);

        if (error == EINTR) continue;
        if (error != 0) return error;
        if (got == 0) break;
        *done += got;
    }
    return 0;
}

/* The parts behind the first `done` bytes; returns how many there are. */
static int rest_of(struct iovec *rest, const struct iovec *parts, int part_count, size_t done)
{
    int count = 0;

    for (int i = 0; i < part_count; i++) {
        size_t skipped = done < parts[i].iov_len ? done : parts[i].iov_len;

        done -= skipped;
        if (skipped == parts[i].iov_len) continue;
        rest[count].iov_base = (char *)parts[i].iov_base + skipped;
        rest[count].iov_len = parts[i].iov_len - skipped;
        count++;
    }
    return count;
}

int quipui_file_write(struct files *files, int file, const struct iovec *parts, int part_count,
                      uint64_t offset)
{
    struct iovec rest[FILE_PARTS_MAX];
    bool was_short = false;
    size_t written = 0;
    int count;

    if (part_count > FILE_PARTS_MAX) return EINVAL;
    while ((count = rest_of(rest, parts, part_count, written)) > 0) {
        size_t done = 0, asked = 0;
        int error = files->calls->write(files, file, rest, count, offset + written, &done);

        if (error == EINTR) continue;
        if (error != 0) return error;
        for (int i = 0; i < count; i++)
            asked += rest[i].iov_len;
        if (done < asked && was_short) return EIO;
        was_short = done < asked;
        written += done;
    }
    return 0;
}

int quipui_file_write_bytes(struct files *files, int file, const void *bytes, size_t count,
                            uint64_t offset)
{
    /* An iovec has no const. */
    union {
        const void *from;
        void *to;
    } base = {.from = bytes};
    struct iovec part = {.iov_base = base.to, .iov_len = count};

    return quipui_file_write(files, file, &part, 1, offset);
}

/* Open a new file. After a crash that kept half of a rename the spare's name may lead to the file
 * that is in use: the name goes, the bytes stay. */
static int open_spare(struct files *files, int directory, const char *spare, int *file)
{
    int error = files->calls->remove(files, directory, spare);

    if (error != 0 && error != ENOENT) return error;
    return files->calls->open(files, directory, spare, FILE_CREATE_NEW, file);
}

/* Close a new file; give it its name if nothing has failed yet. */
static int finish(struct files *files, int directory, int file, int error, const char *name,
                  const char *spare)
{
    int closed = files->calls->close(files, file);

    if (error == 0) error = closed;
    if (error == 0) error = files->calls->rename(files, directory, spare, name);
    if (error == 0) return files->calls->sync_directory(files, directory);
    (void)files->calls->remove(files, directory, spare); /* the first failure is the one told */
    return error;
}

int quipui_file_replace(struct files *files, int directory, const char *name, const char *spare,
                        const void *bytes, size_t count)
{
    int file, error;

    error = open_spare(files, directory, spare, &file);
    if (error != 0) return error;
    error = quipui_file_write_bytes(files, file, bytes, count, 0);
    if (error == 0) error = files->calls->sync(files, file);
    return finish(files, directory, file, error, name, spare);
}

static int write_zeros(struct files *files, int file, uint64_t bytes, bool (*stop)(void *context),
                       void *context)
{
    uint64_t synced = 0;
    int error = 0;

    for (uint64_t at = 0; at < bytes && error == 0;) {
        size_t count = bytes - at < ZERO_BYTES ? (size_t)(bytes - at) : ZERO_BYTES;

        if (stop != NULL && stop(context)) return ECANCELED;
        error = quipui_file_write_bytes(files, file, zeros, count, at);
        at += count;
        if (error == 0 && (at == bytes || at - synced >= SYNC_PIECE_BYTES)) {
            error = files->calls->sync(files, file);
            synced = at;
        }
    }
    return error;
}

int quipui_file_make_zeroed(struct files *files, int directory, const char *name, const char *spare,
                            uint64_t bytes, bool (*stop)(void *context), void *context)
{
    int file, error;

    error = open_spare(files, directory, spare, &file);
    if (error != 0) return error;
    error = write_zeros(files, file, bytes, stop, context);
    return finish(files, directory, file, error, name, spare);
}
