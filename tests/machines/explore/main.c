/* main.c - the explorer: chosen interleavings of small programs under each protocol.
 *
 * Exit: 0 every schedule was as promised (and `unsafe` was convicted), 1 one was not, 2 wrong
 * usage, 3 no memory. */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "machines/explore/explorer.h"
#include "machines/explore/faults.h"
#include "machines/explore/judge.h"

static const struct {
    const char *name;
    quipu_protocol protocol;
    uint32_t bit;
} protocols[] = {
    {"optimistic", QUIPU_OPTIMISTIC, ON_OPTIMISTIC},
    {"cas", QUIPU_CAS, ON_CAS},
    {"mutex", QUIPU_MUTEX, ON_MUTEX},
    {"rcu", QUIPU_RCU, ON_RCU},
    {"unsafe", QUIPU_UNSAFE, ON_UNSAFE},
};
/* A strategy runs so many schedules if nothing is said. */
#define BY_CHANCE 5000
#define EXHAUSTIVE 60000

/* Nobody gets to so many preemptions in a time that is given. */
#define DEEPEST 8

#define PROTOCOLS (sizeof protocols / sizeof *protocols)

static const char *const hows[] = {"random", "pct", "exhaustive"};

struct request {
    const struct program *program; /* NULL: all */
    size_t protocol;               /* PROTOCOLS: all */
    int how;                       /* -1: all */
    bool replays, faults, preempts;
    struct plan plan;
};

static struct switch_at given[SWITCHES_MAX];

/* What is being explored, for say_where(). */
static const char *program_name, *protocol_name;

static void usage(FILE *to)
{
    (void)fputs("usage: explore [--program P] [--protocol X] [--strategy random|pct|exhaustive]\n"
                "               [--schedules N] [--seconds S] [--preemptions N] [--seed N]\n"
                "               [--schedule STEP:FIBER,...] [--faults] [--list]\n"
                "\n"
                "  --schedules    at most so many by each strategy (5000; exhaustive 60000)\n"
                "  --seconds      as many as fit into so much processor time, in all\n"
                "  --preemptions  exhaustive: at most so many (each program has its own; with\n"
                "                 --seconds as many as it comes to)\n"
                "  --seed         of the first random schedule; schedule n has seed + n (1)\n"
                "  --schedule     run this one and show it; an empty one never preempts\n"
                "  --faults       stop each fiber at each of its steps: who waits for it?\n"
                "  --list         say which programs there are\n",
                to);
}

static void print_switches(const struct switch_at *switches, size_t count, FILE *to)
{
    for (size_t i = 0; i < count; i++)
        (void)fprintf(to, "%s%u:%u", i > 0 ? "," : "", switches[i].step, switches[i].fiber);
}

static void print_how_to_replay(const struct switch_at *switches, size_t count)
{
    (void)printf("  explore --program %s --protocol %s --schedule '", program_name, protocol_name);
    print_switches(switches, count, stdout);
    (void)printf("'\n");
}

/* The engine stopped itself, or fell: say where, as far as one can by now. */
static void say_where(int signal_number)
{
    const struct schedule *schedule = scheduler_schedule();

    (void)printf("FAILED %s %s: %s (signal %d)\n", program_name, protocol_name,
                 signal_number == SIGVTALRM ? "livelock: a loop without a point" : "it fell",
                 signal_number);
    print_how_to_replay(schedule->switches, schedule->switch_count < SWITCHES_MAX
                                                ? schedule->switch_count
                                                : SWITCHES_MAX);
    (void)fflush(stdout);
    _exit(1);
}

/* Once per second of processor time. A loop without any point never comes back to the scheduler:
 * then no step was taken since. */
static void watch(int signal_number)
{
    static uint64_t steps_before;
    uint64_t steps = scheduler_all_steps();

    if (steps == steps_before) say_where(signal_number);
    steps_before = steps;
}

static void catch_signals(void)
{
    const struct itimerval second = {{1, 0}, {1, 0}};
    static char stack[65536];
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = say_where, .sa_flags = SA_ONSTACK};

    (void)sigaltstack(&other, NULL);
    (void)sigaction(SIGVTALRM,
                    &(struct sigaction){.sa_handler = watch, .sa_flags = SA_ONSTACK | SA_RESTART},
                    NULL);
    (void)setitimer(ITIMER_VIRTUAL, &second, NULL);
    (void)sigaction(SIGABRT, &action, NULL);
    (void)sigaction(SIGSEGV, &action, NULL);
    (void)sigaction(SIGBUS, &action, NULL);
    (void)sigaction(SIGFPE, &action, NULL);
}

/* Run a schedule once more, and show it. */
static const char *show(struct stage *stage, const struct switch_at *switches, size_t count)
{
    const struct schedule *schedule;
    const char *wrong;

    strategy_replay(switches, count);
    wrong = explore_once(stage, choose_replay);
    schedule = scheduler_schedule();
    print_how_to_replay(switches, count);
    for (size_t i = 0; i < schedule->switch_count && i < SWITCHES_MAX; i++) {
        const struct place *left = &schedule->left[i];

        (void)printf("  step %u: fiber %u stops in %s (line %d), fiber %u goes on\n",
                     schedule->switches[i].step, left->fiber, left->function, left->line,
                     schedule->switches[i].fiber);
    }
    judge_print(stage, stdout);
    return wrong;
}

static void print_row(const char *how, const struct findings *findings)
{
    (void)printf("%-11s %-11s %-10s %9" PRIu64 " schedules %5.1f steps %8.0f/s%s\n", program_name,
                 protocol_name, how, findings->schedules,
                 (double)findings->steps / (double)findings->schedules,
                 findings->seconds > 0 ? (double)findings->schedules / findings->seconds : 0.0,
                 findings->failed     ? ", found"
                 : findings->complete ? ", complete"
                                      : "");
}

/* Returns false if it found what must not be, or did not find what must be. */
static bool run_plan(struct stage *stage, const struct plan *plan, bool must_fail)
{
    static struct findings findings;
    const char *how = hows[plan->how];

    explore(stage, plan, &findings);
    print_row(how, &findings);
    if (!findings.failed) {
        if (must_fail) (void)printf("FAILED %s %s: not convicted\n", program_name, protocol_name);
        return !must_fail;
    }
    explore_shrink(stage, &findings);
    if (must_fail) {
        (void)printf("  convicted: %s\n", findings.what);
        return true;
    }
    (void)printf("FAILED %s %s: %s\n", program_name, protocol_name, findings.what);
    if (plan->how != HOW_EXHAUSTIVE) (void)printf("  seed %" PRIu64 "\n", findings.seed);
    (void)show(stage, findings.switches, findings.switch_count);
    return false;
}

static bool is_wanted(const struct request *request, size_t program, size_t protocol)
{
    if (request->program != NULL && request->program != &programs[program]) return false;
    if (request->protocol != PROTOCOLS && request->protocol != protocol) return false;
    return (programs[program].protocols & protocols[protocol].bit) != 0;
}

/* Into how many parts the time is divided; `unsafe` needs next to none. */
static unsigned count_explorations(const struct request *request)
{
    unsigned count = 0;

    for (size_t p = 0; p < program_count; p++) {
        for (size_t x = 0; x < PROTOCOLS; x++)
            count += is_wanted(request, p, x) && protocols[x].bit != ON_UNSAFE;
    }
    if (request->how < 0) count *= 3;
    return count > 0 ? count : 1;
}

static bool run_stage(struct stage *stage, const struct request *request, quipu_protocol protocol)
{
    bool must_fail = protocol == QUIPU_UNSAFE;
    struct plan plan = request->plan;
    bool fine = true;

    if (request->replays) {
        const char *wrong = show(stage, given, plan.switch_count);

        (void)printf("%s\n", wrong != NULL ? wrong : "as promised");
        return wrong == NULL;
    }
    if (request->faults) return must_fail || faults(stage, protocol, protocol_name, stdout);
    if (!request->preempts && plan.seconds > 0) plan.preemptions = DEEPEST;
    if (!request->preempts && plan.seconds == 0) plan.preemptions = stage->program->preemptions;
    if (plan.seconds > 0) plan.seconds /= count_explorations(request);
    for (int how = 0; how < 3; how++) {
        if (request->how >= 0 && request->how != how) continue;
        plan.how = (enum how)how;
        plan.most = request->plan.most;
        if (plan.most == 0 && plan.seconds == 0)
            plan.most = how == HOW_EXHAUSTIVE ? EXHAUSTIVE : BY_CHANCE;
        fine = run_plan(stage, &plan, must_fail) && fine;
        (void)fflush(stdout);
    }
    return fine;
}

static int run_all(const struct request *request)
{
    static struct stage stage;
    int exit_code = 0;

    for (size_t p = 0; p < program_count; p++) {
        for (size_t x = 0; x < PROTOCOLS; x++) {
            if (!is_wanted(request, p, x)) continue;
            program_name = programs[p].name;
            protocol_name = protocols[x].name;
            if (!stage_open(&stage, &programs[p], protocols[x].protocol)) {
                (void)fprintf(stderr, "explore: cannot set up %s under %s: %s\n", program_name,
                              protocol_name, stage.trouble != NULL ? stage.trouble : "no memory");
                return 3;
            }
            if (!run_stage(&stage, request, protocols[x].protocol)) exit_code = 1;
            stage_close(&stage);
        }
    }
    return exit_code;
}

static void list(void)
{
    for (size_t p = 0; p < program_count; p++)
        (void)printf("%-11s %s\n", programs[p].name, programs[p].about);
}

static bool parse_number(const char *text, uint64_t *number)
{
    char *end;

    if (*text < '0' || *text > '9') return false;
    *number = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool parse_schedule(const char *text, size_t *count)
{
    for (*count = 0; *text != '\0'; ++*count) {
        int length = 0;

        if (*count == SWITCHES_MAX) return false;
        if (sscanf(text, "%u:%u%n", &given[*count].step, &given[*count].fiber, &length) != 2 ||
            given[*count].fiber >= FIBERS_MAX) {
            return false;
        }
        text += length;
        if (*text == ',') text++;
    }
    return true;
}

static bool parse_name(struct request *request, int option, const char *name)
{
    if (option == 'p') {
        request->program = program_find(name);
        return request->program != NULL;
    }
    if (option == 'x') {
        for (request->protocol = 0; request->protocol < PROTOCOLS; request->protocol++) {
            if (strcmp(protocols[request->protocol].name, name) == 0) return true;
        }
        return false;
    }
    for (request->how = 0; request->how < 3; request->how++) {
        if (strcmp(hows[request->how], name) == 0) return true;
    }
    return false;
}

static bool parse_option(struct request *request, int option, const char *value)
{
    uint64_t number = 0;

    switch (option) {
    case 'p':
    case 'x':
    case 'h': return parse_name(request, option, value);
    case 'n': return parse_number(value, &request->plan.most);
    case 's':
        if (!parse_number(value, &number)) return false;
        request->plan.seconds = (double)number;
        return true;
    case 'b':
        if (!parse_number(value, &number) || number > 16) return false;
        request->plan.preemptions = (uint32_t)number;
        return request->preempts = true;
    case 'r': return parse_number(value, &request->plan.seed);
    case 'c': request->replays = true; return parse_schedule(value, &request->plan.switch_count);
    case 'f': return request->faults = true;
    default: return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"program", required_argument, NULL, 'p'},  {"protocol", required_argument, NULL, 'x'},
        {"strategy", required_argument, NULL, 'h'}, {"schedules", required_argument, NULL, 'n'},
        {"seconds", required_argument, NULL, 's'},  {"preemptions", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 'r'},     {"schedule", required_argument, NULL, 'c'},
        {"faults", no_argument, NULL, 'f'},         {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, '?' + 128},     {NULL, 0, NULL, 0}};
    struct request request = {.protocol = PROTOCOLS, .how = -1, .plan = {.seed = 1}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'l') {
            list();
            return 0;
        }
        if (option == '?' + 128) {
            usage(stdout);
            return 0;
        }
        if (option == '?') return 2;
        if (!parse_option(&request, option, optarg)) {
            (void)fprintf(stderr, "explore: what is '%s'? See explore --help\n",
                          optarg != NULL ? optarg : argv[optind - 1]);
            return 2;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "explore: '%s' is too much; see explore --help\n", argv[optind]);
        return 2;
    }
    catch_signals();
    return run_all(&request);
}
