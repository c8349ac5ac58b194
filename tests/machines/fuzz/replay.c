/* replay.c - gives a fuzz target the inputs of a folder, each once: what was found stays fixed. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "machines/fuzz/target.h"

enum { PATH_BYTES = 4096 };

/* Returns false if it cannot be read. */
static bool replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0, capacity = 0, read;

    if (file == NULL) return false;
    do {
        if (size == capacity) {
            uint8_t *more = realloc(data, capacity += 65536);

            if (more == NULL) abort();
            data = more;
        }
        read = fread(data + size, 1, capacity - size, file);
        size += read;
    } while (read > 0);
    (void)fclose(file);

    /* Said before: what comes next may be the end. */
    (void)printf("%s, %zu bytes\n", path, size);
    (void)fflush(stdout);
    /* Not a byte more than there is: what reads behind it is seen by AddressSanitizer. */
    data = realloc(data, size > 0 ? size : 1);
    if (data == NULL) abort();
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return true;
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count, failed = 0;

    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    count = scandir(argv[1], &entries, is_input, alphasort);
    if (count <= 0) {
        (void)fprintf(stderr, "%s: there are no inputs in %s\n", argv[0], argv[1]);
        return 3;
    }
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES];
        int length = snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);

        if (length < 0 || length >= PATH_BYTES || !replay(path)) {
            (void)fprintf(stderr, "%s: cannot read %s\n", argv[0], entries[i]->d_name);
            failed++;
        }
        free(entries[i]);
    }
    free(entries);
    (void)printf("%d inputs\n", count);
    return failed > 0 ? 3 : 0;
}
