/* lines.c - what a shared cache line costs on this machine: the numbers that scaling.py reckons
 * with. Nothing of Quipu is in it.
 *
 *   own       a thread by itself, on a line that nobody else wants
 *   shared    two threads at once on one line: ns of one of them by its own count
 *   handover  a line goes to and fro between two cores, each waiting for it: ns one way
 *   many      512 lines that the other core wrote last, read one after the other without waiting
 *   record    100 or 8190 records of 128 bytes that the other core wrote last are copied, or this
 *             one wrote: what a daemon pays at least for a transfer of a call
 *   counter   transfers of so many ns of private work, two threads: by themselves, with one shared
 *             counter drawn from for each, and drawn from once for 8190
 *
 * Each figure is a median over many short windows, which both threads begin at once: what else the
 * machine does adds to a few of them, and in a few one side is by itself. */
#define _GNU_SOURCE
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_FINE, EXIT_USAGE = 2, EXIT_SYSTEM };

#define LINE 64
#define WINDOWS_MAX 2000
#define LINES_MANY 512
#define BATCH 8190
#define WORK_NS 200 /* of private work a transfer, about */

__extension__ typedef unsigned __int128 wide;

/* The adjacent line comes along when a line is fetched: a pair for each. */
struct line {
    _Alignas(2 * LINE) _Atomic uint64_t word;
    _Alignas(16) wide pair;
};

struct record {
    _Alignas(2 * LINE) uint64_t words[16];
};

static struct line shared, turn, gate, counter, own[2], many[LINES_MANY];
static struct record records[BATCH], copies[BATCH];

struct task {
    const struct figure *figure;
    unsigned side; /* 0 or 1 */
    int processor;
    uint64_t windows, rounds;
    double ns[WINDOWS_MAX]; /* an operation, of side 0 */
    uint64_t done;
};

/* One window: `rounds` operations; returns ns an operation. */
typedef double measure(struct task *task);

struct figure {
    const char *name, *text;
    measure *one;
    unsigned threads;
    uint64_t rounds;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double since(uint64_t started_ns, uint64_t count)
{
    return (double)(now_ns() - started_ns) / (double)count;
}

/* Wait for a word to be `value`: it is about to, unless the other side is not running. */
static void await(_Atomic uint64_t *word, uint64_t value)
{
    for (unsigned spins = 1; atomic_load_explicit(word, memory_order_acquire) != value; spins++)
        if (spins % 4096 == 0) (void)sched_yield();
}

/* Both sides begin a window at once, or it would measure one by itself. */
static void meet(struct task *task)
{
    uint64_t number = task->done++;

    if (task->figure->threads == 1) return;
    if (task->side == 0) {
        await(&gate.word, 2 * number + 1);
        atomic_store_explicit(&gate.word, 2 * number + 2, memory_order_release);
    } else {
        atomic_store_explicit(&gate.word, 2 * number + 1, memory_order_release);
        await(&gate.word, 2 * number + 2);
    }
}

/* --- one line --- */

static double add(struct task *task, struct line *line)
{
    uint64_t started_ns = now_ns();

    for (uint64_t i = 0; i < task->rounds; i++)
        (void)atomic_fetch_add_explicit(&line->word, 1, memory_order_acq_rel);
    return since(started_ns, task->rounds);
}

static double add_own(struct task *task)
{
    return add(task, &own[task->side]);
}

static double add_shared(struct task *task)
{
    return add(task, &shared);
}

/* `lock cmpxchg16b` where there is one: gcc makes a call into libatomic of the builtin. */
static bool swap(wide *pair, wide *seen, wide next)
{
#if defined(__x86_64__)
    uint64_t low = (uint64_t)*seen, high = (uint64_t)(*seen >> 64);
    bool done;

    __asm__ __volatile__("lock cmpxchg16b %1"
                         : "=@ccz"(done), "+m"(*pair), "+a"(low), "+d"(high)
                         : "b"((uint64_t)next), "c"((uint64_t)(next >> 64))
                         : "memory");
    *seen = (wide)high << 64 | low;
    return done;
#else
    return __atomic_compare_exchange_n(pair, seen, next, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
#endif
}

static double swap_on(struct task *task, struct line *line)
{
    uint64_t started_ns = now_ns();
    wide seen = 0;

    for (uint64_t i = 0; i < task->rounds; i++) {
        while (!swap(&line->pair, &seen, seen + 1))
            continue;
        seen++;
    }
    return since(started_ns, task->rounds);
}

static double swap_own(struct task *task)
{
    return swap_on(task, &own[task->side]);
}

static double swap_shared(struct task *task)
{
    return swap_on(task, &shared);
}

static double handover(struct task *task)
{
    uint64_t started_ns = now_ns();

    /* Where `turn` stands after the windows before this one. */
    for (uint64_t i = 0, at = (task->done - 1) * task->rounds * 2; i < task->rounds; i++, at += 2) {
        await(&turn.word, at + task->side);
        atomic_store_explicit(&turn.word, at + task->side + 1, memory_order_release);
    }
    return since(started_ns, task->rounds * 2);
}

/* --- many lines --- */

/* Side 1 writes them, then side 0 does: nothing in between waits for a line before it. */
static double handover_many(struct task *task)
{
    uint64_t started_ns, number = task->done;

    if (task->side == 1) {
        for (size_t i = 0; i < LINES_MANY; i++)
            atomic_store_explicit(&many[i].word, number, memory_order_relaxed);
        atomic_store_explicit(&turn.word, 2 * number + 1, memory_order_release);
        await(&turn.word, 2 * number + 2);
        return 0;
    }
    await(&turn.word, 2 * number + 1);
    started_ns = now_ns();
    /* Its neighbours in the array come in no order that a prefetcher could know. */
    for (size_t i = 0; i < LINES_MANY; i++)
        atomic_store_explicit(&many[i * 167 % LINES_MANY].word, 0, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&own[0].word, 1, memory_order_seq_cst); /* all are written */
    started_ns = (uint64_t)(since(started_ns, 1) * 1000);
    atomic_store_explicit(&turn.word, 2 * number + 2, memory_order_release);
    return (double)started_ns / 1000 / LINES_MANY;
}

/* --- many records --- */

static void write_records(const struct task *task, uint64_t number)
{
    for (size_t i = 0; i < task->rounds; i++)
        for (size_t word = 0; word < 16; word++)
            records[i].words[word] = number + i;
}

static double copy_records(const struct task *task)
{
    uint64_t started_ns = now_ns();

    memcpy(copies, records, task->rounds * sizeof *records);
    __asm__ __volatile__("" : : "r"(copies) : "memory"); /* it is read, as far as gcc can know */
    return since(started_ns, task->rounds);
}

static double record_own(struct task *task)
{
    write_records(task, task->done);
    return copy_records(task);
}

/* Side 1 writes, side 0 copies. */
static double record_handover(struct task *task)
{
    uint64_t number = task->done;
    double ns;

    if (task->side == 1) {
        write_records(task, number);
        atomic_store_explicit(&turn.word, 2 * number + 1, memory_order_release);
        await(&turn.word, 2 * number + 2);
        return 0;
    }
    await(&turn.word, 2 * number + 1);
    ns = copy_records(task);
    atomic_store_explicit(&turn.word, 2 * number + 2, memory_order_release);
    return ns;
}

/* --- a counter --- */

/* About WORK_NS that no other thread can slow down. */
static void work(uint64_t *state)
{
    for (int i = 0; i < WORK_NS / 2; i++)
        *state = *state * 6364136223846793005u + 1442695040888963407u;
}

/* `every` 0: no counter. */
static double transfers(struct task *task, uint64_t every)
{
    uint64_t started_ns = now_ns(), state = task->side;

    for (uint64_t i = 0, at = task->done * task->rounds; i < task->rounds; i++, at++) {
        if (every != 0 && at % every == 0) /* the work needs what it drew, as a timestamp is */
            state ^= atomic_fetch_add_explicit(&counter.word, every, memory_order_acq_rel);
        work(&state);
    }
    own[task->side].pair = state; /* or the work is left out */
    return since(started_ns, task->rounds);
}

static double counter_none(struct task *task)
{
    return transfers(task, 0);
}

static double counter_transfer(struct task *task)
{
    return transfers(task, 1);
}

static double counter_batch(struct task *task)
{
    return transfers(task, BATCH);
}

/* --- all of them --- */

static const struct figure figures[] = {
    {"add_own", "atomic add, a line of its own", add_own, 1, 2000},
    {"add_shared", "atomic add, a line shared by 2 threads", add_shared, 2, 2000},
    {"swap_own", "16-byte compare-and-swap, own line", swap_own, 1, 2000},
    {"swap_shared", "the same until it succeeds, shared line", swap_shared, 2, 2000},
    {"handover", "contended line, one way between cores", handover, 2, 200},
    {"handover_many", "many such lines at once, each", handover_many, 2, 1},
    {"record_own", "copy of 8190 records of 128 bytes, each", record_own, 1, BATCH},
    {"record_handover", "the same, that the other core wrote", record_handover, 2, BATCH},
    {"few_own", "copy of 100 records, each", record_own, 1, 100},
    {"few_handover", "the same, that the other core wrote", record_handover, 2, 100},
    {"transfer", "transfer of private work only, 2 threads", counter_none, 2, 512},
    {"counter_transfer", "the same, shared counter each transfer", counter_transfer, 2, 512},
    {"counter_batch", "the same, shared counter once in 8190", counter_batch, 2, 512},
};

#define FIGURE_COUNT (sizeof figures / sizeof *figures)

static void *run(void *context)
{
    struct task *task = context;
    cpu_set_t only;

    CPU_ZERO(&only);
    CPU_SET(task->processor, &only);
    (void)pthread_setaffinity_np(pthread_self(), sizeof only, &only);
    for (uint64_t i = 0; i < task->windows; i++) {
        meet(task);
        task->ns[i] = task->figure->one(task);
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Two processors that this process may run on. */
static bool find_processors(int found[2])
{
    cpu_set_t all;
    int count = 0;

    if (sched_getaffinity(0, sizeof all, &all) != 0) return false;
    for (int i = 0; i < CPU_SETSIZE && count < 2; i++)
        if (CPU_ISSET(i, &all)) found[count++] = i;
    return count == 2;
}

static bool measure_figure(const struct figure *figure, const int processors[2], uint64_t windows,
                           struct task tasks[2])
{
    pthread_t threads[2];

    atomic_store_explicit(&turn.word, 0, memory_order_relaxed);
    atomic_store_explicit(&gate.word, 0, memory_order_relaxed);
    for (unsigned side = 0; side < figure->threads; side++) {
        tasks[side] = (struct task){.figure = figure,
                                    .side = side,
                                    .processor = processors[side],
                                    .windows = windows,
                                    .rounds = figure->rounds};
        if (pthread_create(&threads[side], NULL, run, &tasks[side]) != 0) return false;
    }
    for (unsigned side = 0; side < figure->threads; side++)
        (void)pthread_join(threads[side], NULL);
    qsort(tasks[0].ns, windows, sizeof *tasks[0].ns, by_size);
    return true;
}

static void print(const struct figure *figure, const struct task *task, bool json, bool last)
{
    double middle = task->ns[task->windows / 2];

    if (json) {
        (void)printf("\"%s_ns\": %.2f%s", figure->name, middle, last ? "}\n" : ", ");
    } else {
        (void)printf("%-42s %9.1f %9.1f %9.1f\n", figure->text, middle, task->ns[task->windows / 4],
                     task->ns[0]);
    }
    (void)fflush(stdout);
}

static int usage(FILE *out, int code)
{
    (void)fputs("usage: bench_lines [--windows N] [--format text|json]\n"
                "\n"
                "  --windows N   how often each is measured, 4 to 2000 (1000); the median counts\n"
                "  --format F    text, or one line of JSON, which bench/scaling.py reads (text)\n"
                "\n"
                "All in ns. Exit: 0 fine, 2 usage, 3 fewer than two processors.\n",
                out);
    return code;
}

static int measure_all(uint64_t windows, bool json)
{
    static struct task tasks[2];
    int processors[2];

    if (!find_processors(processors)) {
        (void)fputs("bench_lines: it needs two processors\n", stderr);
        return EXIT_SYSTEM;
    }
    if (json) {
        (void)printf("{\"name\": \"lines\", ");
    } else {
        (void)printf("%-42s %9s %9s %9s\n", "ns", "median", "quartile", "least");
    }
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        if (!measure_figure(&figures[i], processors, windows, tasks)) return EXIT_SYSTEM;
        print(&figures[i], &tasks[0], json, i + 1 == FIGURE_COUNT);
    }
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"windows", 1, NULL, 'w'},
        {"format", 1, NULL, 'f'},
        {"help", 0, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint64_t windows = 1000;
    bool json = false;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'h': return usage(stdout, EXIT_FINE);
        case 'w': windows = strtoull(optarg, NULL, 10); break;
        case 'f':
            json = strcmp(optarg, "json") == 0;
            if (!json && strcmp(optarg, "text") != 0) return usage(stderr, EXIT_USAGE);
            break;
        default: return usage(stderr, EXIT_USAGE);
        }
    }
    if (optind < argc || windows < 4 || windows > WINDOWS_MAX) return usage(stderr, EXIT_USAGE);
    return measure_all(windows, json);
}
