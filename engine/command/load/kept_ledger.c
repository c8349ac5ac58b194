/* kept_ledger.c - opening, closing, and what is wrong. */
#define _POSIX_C_SOURCE 200809L
#include "command/load/kept_ledger.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/load/kept_owner.h"
#include "command/terminal/complain.h"
#include "command/terminal/pulse.h"

/* Longer than a diagnosis. */
#define WORDS_BYTES 1024

/* Has the directory an entry beside `.` and `..`? */
static enum kept_place look_inside(DIR *directory)
{
    const struct dirent *entry;

    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return KEPT_SOMETHING;
    }
    return KEPT_NOTHING;
}

enum kept_place kept_look(const char *path)
{
    DIR *directory = opendir(path);
    enum kept_place place;

    if (directory == NULL) {
        if (errno == ENOENT) return KEPT_NOTHING;
        if (errno == ENOTDIR) return KEPT_SOMETHING;
        complain("cannot look into %s: %s", path, strerror(errno));
        return KEPT_UNREADABLE;
    }
    place = look_inside(directory);
    (void)closedir(directory);
    return place;
}

bool kept_is_there(const char *path)
{
    enum kept_place place = kept_look(path);

    if (place == KEPT_NOTHING) complain("there is no ledger in %s; `quipu init` makes one", path);
    return place == KEPT_SOMETHING;
}

void kept_complain_busy(const char *path)
{
    char words[KEPT_OWNER_BYTES];
    const char *owner = kept_owner(path, words);

    if (strcmp(owner, "another process") == 0) {
        complain("another process has %s: a ledger is open in one process at a time", path);
    } else {
        complain("another process has %s, %s: a ledger is open in one process at a time", path,
                 owner);
    }
}

static enum command_exit complain_of_opening(const char *path, quipu_status status)
{
    char words[WORDS_BYTES];

    if (status == QUIPU_BUSY) {
        kept_complain_busy(path);
        return COMMAND_SYSTEM;
    }
    if (status == QUIPU_NO_SPACE) {
        complain("opening %s: the disk is full, or more is kept there than --accounts-max or "
                 "--transfers-max",
                 path);
        return COMMAND_SYSTEM;
    }
    if (status == QUIPU_NO_MEMORY || quipu_diagnose(NULL, path, words, sizeof words) == QUIPU_OK) {
        complain_of_status("opening the ledger", status);
        return COMMAND_SYSTEM;
    }
    if (status == QUIPU_CORRUPT) {
        complain("%s is damaged: %s", path, words);
        return COMMAND_REFUSED;
    }
    complain("cannot open a ledger: %s", words);
    return COMMAND_SYSTEM;
}

enum command_exit kept_open(const quipu_options *options, quipu_ledger **ledger)
{
    struct pulse pulse;
    quipu_status status;

    pulse_begin(&pulse, "opening");
    status = quipu_open(options, ledger);
    pulse_end(&pulse);
    if (status == QUIPU_OK) return COMMAND_FINE;
    if (options->path != NULL) return complain_of_opening(options->path, status);
    complain_of_status("opening a ledger", status);
    return COMMAND_SYSTEM;
}

enum command_exit kept_reach(const quipu_options *options, quipu_ledger **ledger, bool *is_served)
{
    struct pulse pulse;
    quipu_status status;

    *is_served = false;
    if (options->path == NULL) return kept_open(options, ledger);
    pulse_begin(&pulse, "opening");
    status = quipu_open(options, ledger);
    pulse_end(&pulse);
    if (status == QUIPU_OK) return COMMAND_FINE;
    if (status == QUIPU_BUSY) {
        *ledger = kept_connect(options->path);
        *is_served = *ledger != NULL;
        if (*is_served) return COMMAND_FINE;
    }
    return complain_of_opening(options->path, status);
}

enum command_exit kept_complain(quipu_ledger *ledger, const char *call, quipu_status status)
{
    char words[WORDS_BYTES];

    if (ledger != NULL && (status == QUIPU_IO || status == QUIPU_NO_SPACE) &&
        quipu_diagnose(ledger, NULL, words, sizeof words) != QUIPU_OK) {
        complain("%s: %s", call, words);
    } else {
        complain_of_status(call, status);
    }
    return COMMAND_SYSTEM;
}

enum command_exit kept_close(quipu_ledger *ledger)
{
    quipu_status status;

    if (ledger == NULL) return COMMAND_FINE;
    status = quipu_close(ledger);
    return status == QUIPU_OK ? COMMAND_FINE : kept_complain(NULL, "closing the ledger", status);
}

struct arg_file *kept_option(void)
{
    return arg_file0(NULL, "ledger", "DIR", "the ledger that is kept there (QUIPU_LEDGER)");
}

const char *kept_path(const struct arg_file *option)
{
    const char *path = option->count > 0 ? option->filename[0] : getenv("QUIPU_LEDGER");

    return path != NULL && path[0] != '\0' ? path : NULL;
}
