/* import_files.c - see import_files.h; stands in for engine/command/terminal/complain.c. */
#define _GNU_SOURCE
#include "machines/fuzz/import_files.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command/terminal/complain.h"
#include "machines/fuzz/claim.h"
#include "quipu/quipu.h"

unsigned long complaint_count;

const char *file_write(int file, const void *data, size_t size)
{
    static int descriptors[FILE_COUNT];
    static char paths[FILE_COUNT][64];

    if (descriptors[file] == 0) {
        descriptors[file] = memfd_create("fuzz", MFD_CLOEXEC);
        claim(descriptors[file] > 0);
        (void)snprintf(paths[file], sizeof paths[file], "/proc/self/fd/%d", descriptors[file]);
    }
    claim(ftruncate(descriptors[file], 0) == 0);
    claim(pwrite(descriptors[file], data, size, 0) == (ssize_t)size);
    return paths[file];
}

__attribute__((format(printf, 1, 0))) static void swallow(const char *format, va_list arguments)
{
    char text[4096];
    int length = vsnprintf(text, sizeof text, format, arguments);

    claim(length > 0 && (size_t)length < sizeof text, "a complaint of %d bytes", length);
    complaint_count++;
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    swallow(format, arguments);
    va_end(arguments);
}

void complain_at(const char *path, unsigned long long line, unsigned long long column,
                 const char *format, ...)
{
    va_list arguments;

    claim(path[0] == '/' && line >= 1, "a complaint of line %llu, column %llu", line, column);
    va_start(arguments, format);
    swallow(format, arguments);
    va_end(arguments);
}

void complain_of_status(const char *call, quipu_status status)
{
    complain("%s: %s", call, quipu_status_text(status));
}
