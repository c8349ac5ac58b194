/* pages.c - what random memory costs on this machine, and how much of it work can hide: why a
 * ledger is as far from the limit as it is. Nothing of Quipu is in it.
 *
 *   dense       a dependent load from 512 KiB in a row: all in a second-level cache
 *   sparse      the same lines, spread over all the memory: what is more is the walk to the page
 *   fetch       a transfer that prefetches five random lines in bursts of 8 transfers, 40 before
 *               they are used, and uses them
 *   work        a transfer of so many instructions, and no memory
 *   both        the same instructions between the uses
 *   both_two    both, in bursts of 2 transfers, as the engine does it
 *   both_single both, where each transfer prefetches for one other, 24 ahead
 *   both_even   both, where the prefetches are spread over the instructions
 *
 * If prefetches went on while the processor works, `both` would be the larger of `fetch` and
 * `work`. Where they wait for the walk to their page, it is the sum; where they find no buffer, it
 * is more. Each figure is the best of `--rounds` in turns: what else the machine does only adds. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { EXIT_FINE, EXIT_USAGE = 2, EXIT_SYSTEM };

#define LINE 64
#define HUGE_PAGE ((size_t)2 << 20)
#define LINES_OF_CACHE 8192
#define TRANSFERS 400000
#define LOADS 1000000
#define RING 64
#define PAGES 5 /* of a transfer: index, two index lines of accounts, two accounts */

static char *memory;
static uint64_t line_mask, drawn = 88172645463325252u;
static char *ring[RING][PAGES];

static double now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline uint64_t draw(void)
{
    drawn ^= drawn << 13;
    drawn ^= drawn >> 7;
    drawn ^= drawn << 17;
    return drawn;
}

/* --- loads that wait for each other --- */

/* A ring of lines in random order, one in each `stride` bytes. Returns ns a load. */
static double chase(size_t stride)
{
    static uint32_t order[LINES_OF_CACHE];
    const char *at;
    double started;

    for (uint32_t i = 0; i < LINES_OF_CACHE; i++)
        order[i] = i;
    for (uint32_t i = LINES_OF_CACHE - 1; i > 0; i--) {
        uint32_t other = (uint32_t)(draw() % (i + 1)), was = order[i];

        order[i] = order[other];
        order[other] = was;
    }
    for (uint32_t i = 0; i < LINES_OF_CACHE; i++) {
        /* Not always the same line of a page: those would share a set of the cache. */
        size_t from = order[i], to = order[(i + 1) % LINES_OF_CACHE];
        char *line = memory + from * stride + from * LINE % stride;

        *(char **)(void *)line = memory + to * stride + to * LINE % stride;
    }
    at = memory + order[0] * stride + order[0] * LINE % stride;
    started = now_ns();
    for (int i = 0; i < LOADS; i++)
        at = *(const char *const *)(const void *)at;
    __asm__ __volatile__("" : : "r"(at));
    return (now_ns() - started) / LOADS;
}

static double dense(uint64_t instructions)
{
    (void)instructions;
    return chase(LINE);
}

static double sparse(uint64_t instructions)
{
    (void)instructions;
    return chase((size_t)(line_mask + LINE) / LINES_OF_CACHE);
}

/* --- transfers --- */

struct manner {
    bool fetches;
    unsigned burst, ahead; /* burst 0: one prefetch at a time, among the work */
};

/* Eight instructions a turn, four of which may go at once. */
static inline void work(uint64_t state[4], uint64_t instructions)
{
    uint64_t a = state[0], b = state[1], c = state[2], d = state[3];

    for (uint64_t i = 0; i < instructions; i += 8) {
        a += i, b += i, c += i, d += i;
        __asm__ __volatile__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
        a ^= i, b ^= i, c ^= i, d ^= i;
        __asm__ __volatile__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    }
    state[0] = a, state[1] = b, state[2] = c, state[3] = d;
}

static inline void prefetch(const char *line)
{
    __builtin_prefetch(line, 1, 3);
}

static inline void draw_lines(uint64_t transfer, bool fetches)
{
    for (unsigned i = 0; i < PAGES; i++) {
        ring[transfer % RING][i] = memory + (draw() & line_mask);
        if (fetches) prefetch(ring[transfer % RING][i]);
    }
}

static inline void use(char *line)
{
    ++*(uint64_t *)(void *)line;
}

static inline double transfers(struct manner manner, uint64_t instructions)
{
    uint64_t state[4] = {1, 2, 3, 4}, fetched = 0;
    double started = now_ns();

    while (fetched < manner.ahead)
        draw_lines(fetched++, manner.fetches);
    for (uint64_t transfer = 0; transfer < TRANSFERS; transfer++) {
        if (manner.burst > 0 && fetched <= transfer + manner.ahead - manner.burst) {
            for (unsigned i = 0; i < manner.burst; i++)
                draw_lines(fetched++, manner.fetches);
        }
        for (unsigned i = 0; i < PAGES; i++) {
            char *line = ring[transfer % RING][i];

            if (manner.burst == 0) {
                ring[fetched % RING][i] = memory + (draw() & line_mask);
                prefetch(ring[fetched % RING][i]);
            }
            if (instructions > 0) work(state, instructions / PAGES);
            if (manner.fetches) use(line);
        }
        if (manner.burst == 0) fetched++;
    }
    __asm__ __volatile__("" : : "r"(state[0] ^ state[1] ^ state[2] ^ state[3]));
    return (now_ns() - started) / TRANSFERS;
}

static double fetch(uint64_t instructions)
{
    (void)instructions;
    return transfers((struct manner){true, 8, 40}, 0);
}

static double only_work(uint64_t instructions)
{
    return transfers((struct manner){false, 8, 40}, instructions);
}

static double both(uint64_t instructions)
{
    return transfers((struct manner){true, 8, 40}, instructions);
}

static double both_two(uint64_t instructions)
{
    return transfers((struct manner){true, 2, 40}, instructions);
}

static double both_single(uint64_t instructions)
{
    return transfers((struct manner){true, 1, 24}, instructions);
}

static double both_even(uint64_t instructions)
{
    return transfers((struct manner){true, 0, 24}, instructions);
}

/* --- all of them --- */

static const struct {
    const char *name, *text;
    double (*measure)(uint64_t instructions);
} figures[] = {
    {"dense", "dependent load, 512 KiB in a row", dense},
    {"sparse", "the same lines, each in a page of its own", sparse},
    {"fetch", "transfer: five random lines, prefetched", fetch},
    {"work", "transfer: work only", only_work},
    {"both", "transfer: both, bursts of 8", both},
    {"both_two", "transfer: both, bursts of 2", both_two},
    {"both_single", "transfer: both, one transfer at a time", both_single},
    {"both_even", "transfer: both, prefetches among the work", both_even},
};

#define FIGURE_COUNT (sizeof figures / sizeof *figures)

static bool take_memory(size_t bytes)
{
    char *mapped =
        mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mapped == MAP_FAILED) return false;
    memory = mapped + (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE) % HUGE_PAGE;
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    memset(memory, 0, bytes);
    line_mask = bytes - LINE;
    return true;
}

static void measure_all(unsigned rounds, uint64_t instructions, bool json)
{
    double best[FIGURE_COUNT];

    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < FIGURE_COUNT; i++) {
            double ns = figures[i].measure(instructions);

            if (round == 0 || ns < best[i]) best[i] = ns;
        }
    }
    if (json) (void)printf("{\"name\": \"pages\", \"instructions\": %d", (int)instructions);
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        if (json) {
            (void)printf(", \"%s_ns\": %.2f", figures[i].name, best[i]);
        } else {
            (void)printf("%-44s %8.1f\n", figures[i].text, best[i]);
        }
    }
    if (json) (void)printf("}\n");
}

static int usage(FILE *out, int code)
{
    (void)fputs("usage: bench_pages [--megabytes N] [--instructions N] [--rounds N]"
                " [--format text|json]\n"
                "\n"
                "  --megabytes N     of memory, a power of two from 2 to 4096 (256)\n"
                "  --instructions N  of work in a transfer, at most 100000 (800)\n"
                "  --rounds N        the best of so many, at most 1000 (10)\n"
                "  --format F        text or one line of JSON (text)\n"
                "\n"
                "All in ns. Exit: 0 fine, 2 usage, 3 no memory.\n",
                out);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"megabytes", 1, NULL, 'm'}, {"instructions", 1, NULL, 'i'}, {"rounds", 1, NULL, 'r'},
        {"format", 1, NULL, 'f'},    {"help", 0, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    uint64_t megabytes = 256, instructions = 800, rounds = 10;
    bool json = false;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'h': return usage(stdout, EXIT_FINE);
        case 'm': megabytes = strtoull(optarg, NULL, 10); break;
        case 'i': instructions = strtoull(optarg, NULL, 10); break;
        case 'r': rounds = strtoull(optarg, NULL, 10); break;
        case 'f':
            json = strcmp(optarg, "json") == 0;
            if (!json && strcmp(optarg, "text") != 0) return usage(stderr, EXIT_USAGE);
            break;
        default: return usage(stderr, EXIT_USAGE);
        }
    }
    if (optind < argc || megabytes < 2 || megabytes > 4096 || (megabytes & (megabytes - 1)) != 0 ||
        instructions > 100000 || rounds == 0 || rounds > 1000) {
        return usage(stderr, EXIT_USAGE);
    }
    if (!take_memory((size_t)megabytes << 20)) {
        (void)fprintf(stderr, "bench_pages: no memory for %d MB\n", (int)megabytes);
        return EXIT_SYSTEM;
    }
    measure_all((unsigned)rounds, instructions, json);
    return EXIT_FINE;
}
