/* output.c - writes a file under another name, syncs it, and renames it.
 *
 * If a step fails, the other file is removed and the old one stays as it was. */
#define _GNU_SOURCE
#include "command/terminal/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/terminal/complain.h"
#include "quipu/quipu.h"

static bool complain_of(const char *path)
{
    complain("cannot write %s: %s; check the folder and the space on its disk", path,
             strerror(errno));
    return false;
}

/* The name until the file is whole: `.NAME.XXXXXXXX.part`, in the same folder. */
static bool name_part(struct output *output)
{
    const char *slash = strrchr(output->path, '/');
    int folder = slash != NULL ? (int)(slash - output->path) + 1 : 0;
    int length = snprintf(output->part, sizeof output->part, "%.*s.%s.%08x.part", folder,
                          output->path, output->path + folder, (unsigned)quipu_id());

    if (length < (int)sizeof output->part) return true;
    errno = ENAMETOOLONG;
    return false;
}

/* Open the part. Returns a descriptor, or -1. */
static int open_aside(struct output *output, mode_t mode)
{
    int file = -1;

    for (int tries = 0; file < 0 && tries < 16; tries++) {
        if (!name_part(output)) return -1;
        file = open(output->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (file < 0 && errno != EEXIST) return -1;
    }
    return file;
}

static int open_file(struct output *output)
{
    struct stat there;
    bool is_there = lstat(output->path, &there) == 0;
    int file;

    if (!is_there && errno != ENOENT) return -1;
    if (is_there && !S_ISREG(there.st_mode)) /* O3; open() refuses a folder */
        return open(output->path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    output->renames = true;
    file = open_aside(output, 0666);
    if (file >= 0 && is_there) (void)fchmod(file, there.st_mode & 0777); /* keep its mode */
    return file;
}

bool output_open(struct output *output, const char *path)
{
    struct stat there;
    int file;

    output->stream = NULL;
    output->renames = false;
    errno = ENAMETOOLONG;
    if (snprintf(output->path, sizeof output->path, "%s", path) >= (int)sizeof output->path)
        return complain_of(path);
    if (lstat(path, &there) == 0 && S_ISLNK(there.st_mode)) { /* O2 */
        complain("cannot write %s: it is a symbolic link, and they are not followed; name the file "
                 "itself, or remove the link",
                 path);
        return false;
    }
    file = open_file(output);
    if (file < 0) return complain_of(path);
    output->stream = fdopen(file, "w");
    if (output->stream != NULL) return true;
    (void)complain_of(path);
    (void)close(file);
    if (output->renames) (void)unlink(output->part);
    return false;
}

/* The folder holds the name, so the folder is synced, too. */
static void sync_folder(const struct output *output)
{
    char folder[OUTPUT_PATH_BYTES];
    char *slash;
    int opened;

    (void)memcpy(folder, output->path, sizeof folder);
    slash = strrchr(folder, '/');
    if (slash != NULL) slash[1] = '\0';
    opened = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return; /* the folder may be writable and not readable */
    (void)fsync(opened);
    (void)close(opened);
}

/* Sync. Some file systems and devices cannot, and say EINVAL. */
static bool is_whole(FILE *stream)
{
    if (fflush(stream) != 0 || ferror(stream)) return false;
    return fsync(fileno(stream)) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

bool output_close(struct output *output)
{
    bool whole = is_whole(output->stream);
    int error = errno;

    if (fclose(output->stream) != 0 && whole) {
        whole = false;
        error = errno;
    }
    output->stream = NULL;
    if (whole && output->renames && rename(output->part, output->path) != 0) {
        whole = false;
        error = errno;
    }
    if (whole) {
        if (output->renames) sync_folder(output);
        return true;
    }
    if (output->renames) (void)unlink(output->part);
    errno = error;
    return complain_of(output->path);
}

void output_drop(struct output *output)
{
    if (output->stream == NULL) return;
    (void)fclose(output->stream);
    output->stream = NULL;
    if (output->renames) (void)unlink(output->part);
}

bool output_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    complain("cannot write to standard output: %s", strerror(errno));
    return false;
}
