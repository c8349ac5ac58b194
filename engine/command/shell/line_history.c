/* line_history.c - the folders, and the mode. */
#define _POSIX_C_SOURCE 200809L
#include "command/shell/line_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Make the folders of a path, each for its user alone. */
static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        bool is_made;

        *slash = '\0';
        is_made = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!is_made) return false;
    }
    return true;
}

bool line_history_path(char path[static HISTORY_PATH_BYTES])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;

    /* A path that is not absolute is no place, says the specification. */
    if (state != NULL && state[0] == '/') {
        length = snprintf(path, HISTORY_PATH_BYTES, "%s/quipu/history", state);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(path, HISTORY_PATH_BYTES, "%s/.local/state/quipu/history", home);
    }
    return length > 0 && length < HISTORY_PATH_BYTES && make_folders(path);
}

FILE *line_history_write(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *stream;

    if (file < 0) return NULL;
    stream = fchmod(file, 0600) == 0 && ftruncate(file, 0) == 0 ? fdopen(file, "w") : NULL;
    if (stream == NULL) (void)close(file);
    return stream;
}
