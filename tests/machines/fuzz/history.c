/* history.c - fuzz target: bytes are a history on disk, for the checker.
 *
 * All that can be read is judged, twice by one checker and alike. What was found is printed, to
 * nowhere. The history is the same when it is written down and read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/checker.h"
#include "checker/history_file.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/target.h"

struct text {
    char *data;
    size_t size;
};

static bool read_text(struct history *history, const void *data, size_t size)
{
    struct history_fault fault;
    FILE *file = fmemopen((void *)(uintptr_t)data, size, "r"); /* read only, despite its type */
    bool done;

    claim(file != NULL);
    done = history_read(history, file, &fault);
    claim(fclose(file) == 0);
    claim(done || (fault.line > 0 && fault.reason[0] != '\0'), "line %llu: \"%s\"",
          (unsigned long long)fault.line, fault.reason);
    return done;
}

static struct text write_text(const struct history *history)
{
    struct text text = {NULL, 0};
    FILE *file = open_memstream(&text.data, &text.size);

    claim(file != NULL);
    claim(history_write(history, file));
    claim(fclose(file) == 0);
    return text;
}

static void check_text(const struct history *history)
{
    struct text first = write_text(history), again;
    struct history copy;

    claim(read_text(&copy, first.data, first.size), "what was written cannot be read");
    again = write_text(&copy);
    claim(first.size == again.size && memcmp(first.data, again.data, first.size) == 0,
          "what was written is not what was read");
    history_close(&copy);
    free(first.data);
    free(again.data);
}

static void print(const struct checker *checker, const struct history *history)
{
    struct text text = {NULL, 0};
    FILE *file = open_memstream(&text.data, &text.size);

    claim(file != NULL);
    checker_print(checker, history, file);
    claim(fclose(file) == 0);
    free(text.data);
}

static void judge(const struct history *history)
{
    struct checker *checker = checker_new();
    struct verdict first, again;

    claim(checker != NULL);
    claim(checker_run(checker, history, &first));
    print(checker, history);
    claim(checker_run(checker, history, &again));
    claim(first.anomaly_count == again.anomaly_count && first.first == again.first &&
              first.units == again.units && first.edges == again.edges,
          "%llu anomalies, then %llu", (unsigned long long)first.anomaly_count,
          (unsigned long long)again.anomaly_count);
    claim(strcmp(anomaly_name(first.first), "unknown anomaly") != 0 || first.anomaly_count == 0);
    checker_free(checker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct history history;

    if (size == 0 || !read_text(&history, data, size)) return 0;
    check_text(&history);
    judge(&history);
    history_close(&history);
    return 0;
}
