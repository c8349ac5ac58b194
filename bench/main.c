/* main.c - all contenders of this program, in turns, over some batches and threads; medians.
 *
 * The unit of comparison is a group: one distribution, one batch. Its contenders run one after the
 * other, and then all again, round after round, so that what else the machine does hits all alike.
 * Every figure is also printed as a share of the limit's, which is of the same group.
 *
 * Durable figures have no limit of that kind. They are printed beside what the disk does in the
 * same rounds, a block at a time, and relative to the fastest engine that a program can embed. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cell.h"
#include "medium.h"

#define CHOICES_MAX 8
#define CELLS_MAX 128
#define ROUNDS_MAX 99

enum { EXIT_FINE, EXIT_WRONG_BOOKS, EXIT_USAGE, EXIT_SYSTEM };

struct choices {
    uint64_t values[CHOICES_MAX];
    size_t count;
};

struct order {
    const char *only; /* names, with commas between; NULL: all */
    struct choices threads, batches;
    struct choices long_threads; /* of batches above 1 */
    enum distribution distributions[DISTRIBUTION_COUNT];
    size_t distribution_count;
    uint64_t accounts, transfers, rounds;
    double seconds;
    bool answered;      /* a client has each answer before it goes on */
    const char *folder; /* durable: in there; NULL: in memory */
    char medium[MEDIUM_NAME_BYTES];
    FILE *json;
};

/* One contender with so many threads; its rounds. */
struct cell {
    const struct peer *peer;
    unsigned threads;
    uint64_t transfers;
    double per_second[ROUNDS_MAX];
    double cpu_ns[ROUNDS_MAX]; /* a transfer */
    size_t rounds;
    bool broken; /* not tried again */
};

struct group {
    enum distribution distribution;
    uint64_t batch;
    struct cell cells[CELLS_MAX];
    size_t count;
    double syncs[ROUNDS_MAX]; /* a second, raw, of each round; durable */
    size_t sync_rounds;
};

static const char usage_text[] =
    "usage: %s [OPTION...]\n"
    "\n"
    "  --only LIST          these contenders (all): %s\n"
    "  --threads LIST       1,2\n"
    "  --batch LIST         transfers a call, 1 to 8190 (1,8190)\n"
    "  --accounts N         1000000\n"
    "  --distribution LIST  uniform, zipf, hot (uniform)\n"
    "  --transfers N        the most a run of one contender (4000000)\n"
    "  --seconds S          the most a run, in calls (3)\n"
    "  --rounds N           all in turns so many times; the median counts (5)\n"
    "  --json FILE          a line for each figure, added to the file\n"
    "  --answered           a client has each answer before it goes on; nothing is pipelined\n"
    "  --durable            on disk: what was answered outlives a loss of power. Contenders that\n"
    "                       can; of Quipu optimistic, unless --only says more. Other defaults:\n"
    "                       batch 1 with 1 and 64 threads, batch 1000 with 1; --accounts 100000,\n"
    "                       --transfers 2000000, --seconds 1, --rounds 3: a few minutes.\n"
    "                       A client has each answer before it goes on; nothing is pipelined\n"
    "  --folder DIR         where the files go with --durable, and are removed (.); not in memory\n"
    "\n"
    "Exit: 0 fine, 1 money does not add up, 2 usage, 3 system or a contender failed.\n";

/* --- which contenders --- */

static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);

    while (list != NULL) {
        if (strncmp(list, name, length) == 0 && (list[length] == ',' || list[length] == '\0'))
            return true;
        list = strchr(list, ',');
        if (list != NULL) list++;
    }
    return false;
}

static bool is_wanted(const struct order *order, const char *name)
{
    return order->only == NULL || is_listed(order->only, name);
}

/* Durable, the protocols differ by less than the disk does from one moment to the next. */
static bool is_measured(const struct order *order, const struct peer *peer)
{
    if (!is_wanted(order, peer->name)) return false;
    if (order->folder == NULL) return true;
    if (order->only == NULL && peer->kind == PEER_QUIPU && peer != &peer_optimistic) return false;
    return peer->durable != NULL;
}

static const struct choices *threads_of(const struct order *order, const struct group *group)
{
    return group->batch > 1 ? &order->long_threads : &order->threads;
}

static void usage(const char *program, FILE *out)
{
    char names[512] = "";

    for (size_t i = 0; peer_list[i] != NULL; i++) {
        size_t used = strlen(names);

        (void)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? "," : "",
                       peer_list[i]->name);
    }
    (void)fprintf(out, usage_text, program, names);
}

/* --- figures --- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double middle_of(const double *values, size_t count)
{
    double sorted[ROUNDS_MAX];
    size_t middle = count / 2;

    if (count == 0) return 0;
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    return count % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

static double median(const struct cell *cell)
{
    return middle_of(cell->per_second, cell->rounds);
}

/* The least (-1) or the most (1) of them. */
static double extreme_of(const double *values, size_t count, int sign)
{
    double found = values[0];

    for (size_t i = 1; i < count; i++)
        if ((values[i] - found) * sign > 0) found = values[i];
    return found;
}

static double extreme(const struct cell *cell, int sign)
{
    return extreme_of(cell->per_second, cell->rounds, sign);
}

/* Of the best of a kind with so many threads; NULL: there is none. */
static const struct cell *best_of(const struct group *group, enum peer_kind kind, unsigned threads,
                                  bool embeddable)
{
    const struct cell *best = NULL;

    for (size_t i = 0; i < group->count; i++) {
        const struct cell *cell = &group->cells[i];

        if (cell->peer->kind != kind || cell->threads != threads || cell->rounds == 0) continue;
        if (embeddable && cell->peer->is_server) continue;
        if (best == NULL || median(cell) > median(best)) best = cell;
    }
    return best;
}

/* What ends the line of a figure. */
static void print_json_end(const struct order *order, const struct group *group,
                           const struct cell *cell, double of)
{
    double syncs = middle_of(group->syncs, group->sync_rounds);

    if (order->folder == NULL) {
        if (of > 0) (void)fprintf(order->json, "\"share_of_limit\": %.4f, ", median(cell) / of);
        (void)fprintf(order->json, "\"durability\": \"memory\", \"settings\": \"%s\"}\n",
                      cell->peer->settings);
        return;
    }
    if (of > 0) (void)fprintf(order->json, "\"of_embeddable\": %.3f, ", median(cell) / of);
    (void)fprintf(order->json,
                  "\"server\": %s, \"medium\": \"%s\", \"raw_syncs_per_second\": %.0f, "
                  "\"durability\": \"synced\", \"settings\": \"%s\"}\n",
                  cell->peer->is_server ? "true" : "false", order->medium, syncs,
                  cell->peer->durable);
}

static void print_json(const struct order *order, const struct group *group,
                       const struct cell *cell, double of)
{
    static const char *const kinds[] = {"limit", "quipu", "engine", "method"};
    double middle = median(cell);

    (void)fprintf(
        order->json,
        "{\"name\": \"%s\", \"kind\": \"%s\", \"threads\": %u, \"accounts\": %llu, "
        "\"distribution\": \"%s\", \"batch\": %llu, \"rounds\": %zu, "
        "\"transfers\": %llu, \"transfers_per_second\": %.0f, \"least_per_second\": %.0f, "
        "\"most_per_second\": %.0f, \"ns_per_transfer\": %.1f, "
        "\"cpu_ns_per_transfer\": %.1f, ",
        cell->peer->name, kinds[cell->peer->kind], cell->threads,
        (unsigned long long)order->accounts, distribution_names[group->distribution],
        (unsigned long long)group->batch, cell->rounds, (unsigned long long)cell->transfers, middle,
        extreme(cell, -1), extreme(cell, 1), 1e9 / middle, middle_of(cell->cpu_ns, cell->rounds));
    print_json_end(order, group, cell, of);
}

static void print_ratio(const struct group *group, unsigned threads, enum peer_kind kind,
                        bool embeddable, const char *text)
{
    const struct cell *ours = best_of(group, PEER_QUIPU, threads, false);
    const struct cell *theirs = best_of(group, kind, threads, embeddable);

    if (ours == NULL || theirs == NULL) return;
    (void)printf("%u thread%s: %s is %.1f times %s, %s\n", threads, threads == 1 ? "" : "s",
                 ours->peer->name, median(ours) / median(theirs), text, theirs->peer->name);
}

/* What a figure is compared with, or 0: the limit, or the fastest engine that can be embedded. */
static double yardstick(const struct order *order, const struct group *group, unsigned threads)
{
    bool durable = order->folder != NULL;
    const struct cell *best =
        best_of(group, durable ? PEER_ENGINE : PEER_LIMIT, durable ? threads : 1, durable);

    return best != NULL ? median(best) : 0;
}

static void print_head(const struct order *order, const struct group *group)
{
    (void)printf("\n%llu accounts, %s, batch %llu, %s; median of %llu\n",
                 (unsigned long long)order->accounts, distribution_names[group->distribution],
                 (unsigned long long)group->batch,
                 order->folder != NULL ? order->medium : "in memory",
                 (unsigned long long)order->rounds);
    if (order->folder != NULL)
        (void)printf("raw: 4 KiB written and synced %.0f times a second (%.0f-%.0f)\n",
                     middle_of(group->syncs, group->sync_rounds),
                     extreme_of(group->syncs, group->sync_rounds, -1),
                     extreme_of(group->syncs, group->sync_rounds, 1));
    (void)printf("%-22s %7s %12s %12s %8s %8s %17s\n", "", "threads", "transfers/s", "ns/transfer",
                 "cpu ns", order->folder != NULL ? "of best" : "of limit", "least-most (M/s)");
}

static void print_group(const struct order *order, const struct group *group)
{
    const struct choices *threads = threads_of(order, group);
    bool durable = order->folder != NULL;

    print_head(order, group);
    for (size_t i = 0; i < group->count; i++) {
        const struct cell *cell = &group->cells[i];
        double middle = median(cell), of = yardstick(order, group, cell->threads);

        if (cell->rounds == 0) continue;
        (void)printf("%-22s %7u %12.0f %12.1f %8.1f ", cell->peer->name, cell->threads, middle,
                     1e9 / middle, middle_of(cell->cpu_ns, cell->rounds));
        if (of > 0) {
            (void)printf("%8.3f", middle / of);
        } else {
            (void)printf("%8s", "-");
        }
        (void)printf(" %8.3f-%-8.3f\n", extreme(cell, -1) / 1e6, extreme(cell, 1) / 1e6);
        if (order->json != NULL) print_json(order, group, cell, of);
    }
    for (size_t i = 0; i < threads->count; i++) {
        unsigned count = (unsigned)threads->values[i];

        print_ratio(group, count, PEER_ENGINE, durable,
                    durable ? "the fastest embeddable peer" : "the fastest peer");
        print_ratio(group, count, PEER_METHOD, false, "a bare table under another method");
    }
    (void)fflush(NULL);
}

/* --- running --- */

static void group_make(struct group *group, const struct order *order)
{
    const struct choices *choices = threads_of(order, group);

    group->count = group->sync_rounds = 0;
    for (size_t p = 0; peer_list[p] != NULL; p++) {
        if (!is_measured(order, peer_list[p])) continue;
        for (size_t t = 0; t < choices->count && group->count < CELLS_MAX; t++) {
            unsigned threads = (unsigned)choices->values[t];

            if (peer_list[p]->thread_max != 0 && threads > peer_list[p]->thread_max) continue;
            group->cells[group->count++] = (struct cell){.peer = peer_list[p], .threads = threads};
        }
    }
}

static int measure_once(const struct order *order, const struct workload *workload,
                        const struct group *group, struct cell *cell)
{
    const struct drive_plan plan = {
        .peer = cell->peer,
        .workload = workload,
        .thread_count = cell->threads,
        .batch = group->batch,
        .transfers_max = order->transfers,
        .seconds = order->seconds,
        .folder = order->folder,
        .answered = order->answered,
    };
    struct drive_figures figures;

    cell_measure(&plan, &figures);
    if (figures.end == DRIVE_FINE) {
        cell->transfers = figures.transfers;
        cell->cpu_ns[cell->rounds] = figures.cpu_seconds * 1e9 / (double)figures.transfers;
        cell->per_second[cell->rounds++] = figures.per_second;
        return EXIT_FINE;
    }
    if (cell_interrupted()) return EXIT_SYSTEM;
    cell->broken = true;
    cell->rounds = 0;
    (void)peer_fail("%s, %u threads, batch %llu: %s", cell->peer->name, cell->threads,
                    (unsigned long long)group->batch,
                    figures.end == DRIVE_NOT_OPEN      ? "skipped: cannot be opened here"
                    : figures.end == DRIVE_WRONG_BOOKS ? "its books are wrong: no figure"
                                                       : "it failed: no figure");
    if (figures.end == DRIVE_NOT_OPEN) return EXIT_FINE;
    return figures.end == DRIVE_WRONG_BOOKS ? EXIT_WRONG_BOOKS : EXIT_SYSTEM;
}

static bool measure_medium(const struct order *order, struct group *group)
{
    struct medium_speed speed;

    if (order->folder == NULL || cell_interrupted()) return true;
    if (!medium_measure(order->folder, order->seconds / 4, &speed))
        return peer_fail("%s: %s", order->folder, strerror(errno));
    group->syncs[group->sync_rounds++] = speed.per_second;
    return true;
}

static int measure_group(const struct order *order, const struct workload *workload,
                         struct group *group)
{
    bool shown = isatty(STDERR_FILENO);
    int worst = EXIT_FINE;

    group_make(group, order);
    if (group->count == 0) return EXIT_FINE; /* all that is wanted is absent, and that was said */
    for (uint64_t round = 0; round < order->rounds; round++) {
        if (!measure_medium(order, group)) return EXIT_SYSTEM;
        for (size_t i = 0; i < group->count; i++) {
            struct cell *cell = &group->cells[i];
            int got;

            if (cell->broken || cell_interrupted()) continue;
            if (shown)
                (void)fprintf(stderr, "\r\033[Kround %llu, batch %llu, %s, %u threads",
                              (unsigned long long)round + 1, (unsigned long long)group->batch,
                              cell->peer->name, cell->threads);
            got = measure_once(order, workload, group, cell);
            if (worst == EXIT_FINE || got == EXIT_WRONG_BOOKS) worst = got;
        }
    }
    if (shown) (void)fputs("\r\033[K", stderr);
    print_group(order, group);
    return worst;
}

static int measure_all(const struct order *order)
{
    static struct group group;
    int worst = EXIT_FINE;

    for (size_t i = 0; peer_list_of_absent[i].name != NULL; i++) {
        if (!is_wanted(order, peer_list_of_absent[i].name)) continue;
        (void)fprintf(stderr, "bench: %s is skipped: it needs %s\n", peer_list_of_absent[i].name,
                      peer_list_of_absent[i].needs);
    }
    for (size_t d = 0; d < order->distribution_count; d++) {
        struct workload workload;

        workload_make(&workload, order->distributions[d], order->accounts);
        for (size_t b = 0; b < order->batches.count && !cell_interrupted(); b++) {
            int got;

            group.distribution = order->distributions[d];
            group.batch = order->batches.values[b];
            got = measure_group(order, &workload, &group);
            if (worst == EXIT_FINE || got == EXIT_WRONG_BOOKS) worst = got;
        }
    }
    return worst;
}

/* --- options --- */

static bool read_count(const char *name, const char *text, uint64_t most, uint64_t *value,
                       const char **rest)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    *rest = end;
    if (text[0] >= '0' && text[0] <= '9' && errno == 0 && *value >= 1 && *value <= most)
        return true;
    return peer_fail("--%s %s: it takes 1 to %llu", name, text, (unsigned long long)most);
}

static bool read_number(const char *name, const char *text, uint64_t most, uint64_t *value)
{
    const char *rest;

    if (!read_count(name, text, most, value, &rest)) return false;
    return *rest == '\0' || peer_fail("--%s %s: not a number", name, text);
}

static bool read_choices(const char *name, const char *text, uint64_t most, struct choices *choices)
{
    choices->count = 0;
    for (;;) {
        if (choices->count == CHOICES_MAX)
            return peer_fail("--%s: it takes %d values", name, CHOICES_MAX);
        if (!read_count(name, text, most, &choices->values[choices->count++], &text)) return false;
        if (*text == '\0') return true;
        if (*text++ != ',') return peer_fail("--%s: numbers with commas between", name);
    }
}

static bool read_distributions(const char *text, struct order *order)
{
    order->distribution_count = 0;
    for (int i = 0; i < DISTRIBUTION_COUNT; i++) {
        if (!is_listed(text, distribution_names[i])) continue;
        order->distributions[order->distribution_count++] = (enum distribution)i;
    }
    return order->distribution_count > 0 ||
           peer_fail("--distribution %s: it takes uniform, zipf, hot", text);
}

static bool read_seconds(const char *text, double *seconds)
{
    char *end;

    *seconds = strtod(text, &end);
    return (end != text && *end == '\0' && *seconds > 0 && *seconds <= 3600) ||
           peer_fail("--seconds %s: it takes more than 0, at most 3600", text);
}

static bool read_only(const char *text, struct order *order)
{
    order->only = text;
    for (size_t i = 0; peer_list[i] != NULL; i++)
        if (is_listed(text, peer_list[i]->name)) return true;
    for (size_t i = 0; peer_list_of_absent[i].name != NULL; i++)
        if (is_listed(text, peer_list_of_absent[i].name)) return true;
    return peer_fail("--only %s: none of these is there; see --help", text);
}

static bool open_json(const char *path, struct order *order)
{
    order->json = fopen(path, "a");
    return order->json != NULL || peer_fail("%s: %s", path, strerror(errno));
}

/* Servers that go to folders of their own want to know where it is. */
static bool read_folder(const char *text, struct order *order)
{
    static char path[PATH_MAX];

    order->folder = path;
    if (realpath(text, path) == NULL) return peer_fail("%s: %s", text, strerror(errno));
    if (medium_is_memory(path)) return peer_fail("--folder %s: it is in memory", text);
    medium_name(path, order->medium);
    return true;
}

static bool read_option(int option, const char *text, struct order *order)
{
    switch (option) {
    case 'o': return read_only(text, order);
    case 't':
        if (!read_choices("threads", text, 1024, &order->threads)) return false;
        order->long_threads = order->threads;
        return true;
    case 'b': return read_choices("batch", text, QUIPU_BATCH_MAX, &order->batches);
    case 'd': return read_distributions(text, order);
    case 'a':
        return read_number("accounts", text, 1000000000, &order->accounts) &&
               (order->accounts > 1 || peer_fail("--accounts: two at least"));
    case 'n': return read_number("transfers", text, 4000000000u, &order->transfers);
    case 'r': return read_number("rounds", text, ROUNDS_MAX, &order->rounds);
    case 's': return read_seconds(text, &order->seconds);
    case 'j': return open_json(text, order);
    case 'A': order->answered = true; return true;
    case 'D': return true; /* looked at before all others */
    case 'f': return read_folder(text, order);
    default: return false;
    }
}

static const struct order in_memory = {
    .threads = {{1, 2}, 2},
    .long_threads = {{1, 2}, 2},
    .batches = {{1, QUIPU_BATCH_MAX}, 2},
    .distributions = {DISTRIBUTION_UNIFORM},
    .distribution_count = 1,
    .accounts = 1000000,
    .transfers = 4000000,
    .rounds = 5,
    .seconds = 3,
};

static const struct order durable = {
    .folder = ".",
    .threads = {{1, 64}, 2},
    .long_threads = {{1}, 1},
    .batches = {{1, 1000}, 2},
    .distributions = {DISTRIBUTION_UNIFORM},
    .distribution_count = 1,
    .accounts = 100000,
    .transfers = 2000000,
    .rounds = 3,
    .seconds = 1,
};

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"only", 1, NULL, 'o'},         {"threads", 1, NULL, 't'},  {"batch", 1, NULL, 'b'},
        {"distribution", 1, NULL, 'd'}, {"accounts", 1, NULL, 'a'}, {"transfers", 1, NULL, 'n'},
        {"rounds", 1, NULL, 'r'},       {"seconds", 1, NULL, 's'},  {"json", 1, NULL, 'j'},
        {"durable", 0, NULL, 'D'},      {"folder", 1, NULL, 'f'},   {"answered", 0, NULL, 'A'},
        {"help", 0, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    struct order order = in_memory;
    bool folder_named = false;
    int option, exit;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--durable") == 0) order = durable;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') usage(argv[0], stdout);
        if (option == 'h') return EXIT_FINE;
        if (option == 'f') folder_named = true;
        if (!read_option(option, optarg, &order)) return EXIT_USAGE;
    }
    if (order.folder != NULL && !folder_named && !read_folder(order.folder, &order))
        return EXIT_USAGE;
    if (optind < argc) {
        (void)peer_fail("'%s' is not an option; see --help", argv[optind]);
        return EXIT_USAGE;
    }
    exit = measure_all(&order);
    if (order.json != NULL && fclose(order.json) != 0) {
        (void)peer_fail("the JSON file cannot be written");
        return EXIT_SYSTEM;
    }
    return exit;
}
