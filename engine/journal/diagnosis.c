/* diagnosis.c - failures, written down; see diagnosis.h. */
#include "journal/diagnosis.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The end of a name says more than its start. */
static void set_file(struct diagnosis *diagnosis, const char *file)
{
    size_t length = file == NULL ? 0 : strlen(file);
    size_t room = sizeof diagnosis->file - 1;
    size_t skipped = length > room ? length - room : 0;

    (void)memset(diagnosis->file, 0, sizeof diagnosis->file);
    if (length > 0) (void)memcpy(diagnosis->file, file + skipped, length - skipped);
}

quipu_status quipui_diagnose(struct diagnosis *diagnosis, quipu_status status, const char *file,
                             uint64_t offset, const char *format, ...)
{
    va_list arguments;

    if (diagnosis == NULL) return status;
    set_file(diagnosis, file);
    diagnosis->offset = offset;
    diagnosis->error = 0;
    va_start(arguments, format);
    (void)vsnprintf(diagnosis->words, sizeof diagnosis->words, format, arguments);
    va_end(arguments);
    return status;
}

quipu_status quipui_diagnose_error(struct diagnosis *diagnosis, int error, const char *file,
                                   uint64_t offset, const char *what)
{
    char buffer[128] = "";

    if (diagnosis == NULL) return quipui_status_of(error);
    set_file(diagnosis, file);
    diagnosis->offset = offset;
    diagnosis->error = error;
    if (strerror_r(error, buffer, sizeof buffer) != 0) {
        (void)snprintf(buffer, sizeof buffer, "error %d", error);
    }
    (void)snprintf(diagnosis->words, sizeof diagnosis->words, "cannot %s: %s", what,
                   error == EINVAL && strcmp(what, "open") == 0 ? "not a regular file" : buffer);
    return quipui_status_of(error);
}

void quipui_diagnosis_text(const struct diagnosis *diagnosis, const char *otherwise, char *text,
                           size_t capacity)
{
    const char *words = diagnosis->words[0] != 0 ? diagnosis->words : otherwise;

    if (diagnosis->file[0] == 0) {
        (void)snprintf(text, capacity, "%s", words);
    } else if (diagnosis->offset == DIAGNOSIS_NOWHERE) {
        (void)snprintf(text, capacity, "%s: %s", diagnosis->file, words);
    } else {
        (void)snprintf(text, capacity, "%s at byte %llu: %s", diagnosis->file,
                       (unsigned long long)diagnosis->offset, words);
    }
}

quipu_status quipui_status_of(int error)
{
    switch (error) {
    case 0: return QUIPU_OK;
    case EAGAIN: return QUIPU_BUSY;
    case ENOMEM:
    case EMFILE:
    case ENFILE: return QUIPU_NO_MEMORY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return QUIPU_NO_SPACE;
    default: return QUIPU_IO;
    }
}
