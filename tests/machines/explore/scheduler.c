/* scheduler.c - fibers, points and waits; see scheduler.h. */
#include "machines/explore/scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "machines/explore/arena.h"
#include "machines/explore/fiber.h"
#include "machines/explore/points.h"

#define STACK_BYTES ((size_t)256 << 10)
#define LOCALS_MAX 128

/* A fiber spins so often although no other writes: it may only need another round. */
#define ROUNDS_MAX 100

/* A fiber that spun so few steps ago is waiting. */
#define ROUND_STEPS 1000

struct fiber {
    enum fiber_state state;
    const volatile void *awaits; /* blocked: NULL for any address */
    struct place at;
    uint32_t steps, stops_at;
    uint64_t wrote;       /* writes of its own */
    uint64_t others_seen; /* writes of others at its last spin() */
    uint64_t relaxed_at;  /* all writes at its last relax() */
    bool repeats;         /* nothing was written between its last two relax() */
    struct place spun;    /* where it spun last, */
    uint32_t spun_at;     /* and at which step */
    bool spins;           /* blocked in spin(): its next round may do without the others */
    uint32_t rounds;      /* that it went in vain */
    uint32_t ran;         /* a bit per other fiber that took a step since its last spin() */
    uint32_t yields_to;   /* and of those that did not, and must before it goes on */
    struct context context;
    char locals[LOCALS_MAX];
};

static _Alignas(64) char stacks[FIBERS_MAX][STACK_BYTES];
static struct fiber fibers[FIBERS_MAX];
static uint32_t fiber_count, blocked_count;
static struct fiber *current; /* NULL: no schedule runs */
static struct context outside;
static uint64_t writes, ticks;
static struct schedule schedule;
static uint32_t steps_max;
static uint64_t steps_before; /* in earlier schedules */
static strategy_choose choose;
static void (*fiber_body)(void *, uint32_t);
static void *fiber_context;

/* --- a fiber's own variables --- */

/* The linker knows where they are; in a program without any, the names are weak. */
extern char __start_fiber_local[] __attribute__((weak)); // NOLINT
extern char __stop_fiber_local[] __attribute__((weak));  // NOLINT

static size_t locals_bytes(void)
{
    size_t bytes = (size_t)(__stop_fiber_local - __start_fiber_local);

    if (bytes > LOCALS_MAX) abort();
    return bytes;
}

static void swap_locals(struct fiber *from, struct fiber *to)
{
    if (from != NULL) memcpy(from->locals, __start_fiber_local, locals_bytes());
    if (to != NULL) memcpy(__start_fiber_local, to->locals, locals_bytes());
}

/* --- which addresses matter --- */

/* Per eight bytes of the arena: its readers (8 bits), its writers (8), is it frozen as shared. */
#define WRITERS_SHIFT 8
#define SHARED ((uint32_t)1 << 16)
static uint32_t touched[ARENA_BYTES / 8];
static uint32_t touched_list[1 << 16];
static size_t touched_count;

void scheduler_forget(void)
{
    for (size_t i = 0; i < touched_count; i++)
        touched[touched_list[i]] = 0;
    touched_count = 0;
}

static bool is_shared(uint32_t seen)
{
    uint32_t writers = seen >> WRITERS_SHIFT & 0xFF, all = (seen & 0xFF) | writers;

    return writers != 0 && (all & (all - 1)) != 0;
}

bool scheduler_freeze(void)
{
    bool grown = false;

    for (size_t i = 0; i < touched_count; i++) {
        uint32_t *seen = &touched[touched_list[i]];

        if ((*seen & SHARED) != 0 || !is_shared(*seen)) continue;
        *seen |= SHARED;
        grown = true;
    }
    return grown;
}

/* Note that this fiber touches it. Is it known that others do? */
static bool note(const volatile void *address, bool writing)
{
    size_t offset = arena_offset(address);
    uint32_t bit, *seen;

    if (offset == ARENA_BYTES) return true;
    seen = &touched[offset / 8];
    if (*seen == 0) {
        if (touched_count == sizeof touched_list / sizeof *touched_list) return true;
        touched_list[touched_count++] = (uint32_t)(offset / 8);
    }
    bit = (uint32_t)1 << (current - fibers);
    *seen |= writing ? bit << WRITERS_SHIFT : bit;
    return (*seen & SHARED) != 0;
}

/* --- which fiber runs --- */

static bool anyone_yields;

/* Fairness (Musuvathi and Qadeer, "Fair stateless model checking", 2008): a fiber that loops in a
 * wait yields to those that could have run meanwhile. */
static uint32_t without_yielding(uint32_t ready)
{
    uint32_t rest = ready;

    anyone_yields = false;
    for (uint32_t i = 0; i < fiber_count; i++) {
        fibers[i].yields_to &= ready;
        if (fibers[i].yields_to == 0) continue;
        anyone_yields = true;
        rest &= ~((uint32_t)1 << i);
    }
    return rest != 0 ? rest : ready;
}

static uint32_t ready_fibers(void)
{
    uint32_t ready = 0;

    for (uint32_t i = 0; i < fiber_count; i++)
        ready |= (uint32_t)(fibers[i].state == FIBER_READY) << i;
    return anyone_yields ? without_yielding(ready) : ready;
}

/* This fiber takes a step: that is what others yielded for. */
static void take_step(uint32_t fiber)
{
    for (uint32_t i = 0; i < fiber_count; i++) {
        fibers[i].ran |= (uint32_t)1 << fiber;
        fibers[i].yields_to &= ~((uint32_t)1 << fiber);
    }
}

static void leave_schedule(enum ending ending)
{
    struct fiber *from = current;

    schedule.ending = ending;
    swap_locals(from, NULL);
    current = NULL;
    context_switch(&from->context, &outside);
}

static void switch_to(struct fiber *to)
{
    struct fiber *from = current;

    if (from == to) return;
    swap_locals(from, to);
    current = to;
    context_switch(&from->context, &to->context);
}

static void wake(struct fiber *fiber)
{
    fiber->state = FIBER_READY;
    blocked_count--;
}

/* Only fibers that spin can go on. */
static uint32_t wake_spinning(void)
{
    for (uint32_t i = 0; i < fiber_count; i++) {
        struct fiber *fiber = &fibers[i];

        if (fiber->state != FIBER_BLOCKED || !fiber->spins || fiber->rounds >= ROUNDS_MAX) continue;
        fiber->rounds++;
        wake(fiber);
    }
    return ready_fibers();
}

static void decide(bool matters)
{
    uint32_t ready = ready_fibers();
    struct question question = {.step = schedule.steps++,
                                .ready = ready != 0 ? ready : wake_spinning(),
                                .current = (uint32_t)(current - fibers),
                                .matters = matters};
    uint32_t next;

    if (question.ready == 0) {
        leave_schedule(ENDING_BLOCKED);
        return;
    }
    if (schedule.steps > steps_max) {
        leave_schedule(ENDING_ENDLESS);
        return;
    }
    question.may_stay = (question.ready >> question.current & 1) != 0;
    question.by_default =
        question.may_stay ? question.current : (uint32_t)__builtin_ctz(question.ready);
    next = choose(&question);
    if (next != question.by_default) {
        if (schedule.switch_count < SWITCHES_MAX) {
            schedule.switches[schedule.switch_count] = (struct switch_at){question.step, next};
            schedule.left[schedule.switch_count] = current->at;
        }
        schedule.switch_count++;
    }
    take_step(next);
    switch_to(&fibers[next]);
}

/* --- what the engine calls --- */

void explore_point(const volatile void *address, bool writing, const char *function, int line)
{
    bool matters;

    if (current == NULL) return;
    current->at.function = function;
    current->at.line = line;
    current->at.address = address;
    if (++current->steps == current->stops_at) {
        current->state = FIBER_STOPPED;
        decide(true);
        return;
    }
    matters = note(address, writing);
    if (current->repeats) {
        current->repeats = writes == current->relaxed_at;
        matters = matters && !current->repeats;
    }
    decide(matters);
}

void explore_wrote(const volatile void *address)
{
    if (current == NULL) return;
    writes++;
    current->wrote++;
    if (blocked_count == 0) return;
    for (uint32_t i = 0; i < fiber_count; i++) {
        struct fiber *fiber = &fibers[i];

        if (fiber->state != FIBER_BLOCKED) continue;
        if (fiber->awaits != NULL && fiber->awaits != address) continue;
        wake(fiber);
    }
}

void explore_await(const volatile void *address, const char *function)
{
    if (current == NULL) abort(); /* nobody else can end this wait */
    current->state = FIBER_BLOCKED;
    current->awaits = address;
    current->at = (struct place){current->at.fiber, function, 0, address};
    blocked_count++;
    decide(true);
}

void explore_spin(unsigned *spins, const char *function)
{
    struct fiber *fiber = current;

    if (fiber == NULL) {
        if (++*spins > 1000000) abort(); /* the same */
        return;
    }
    if (++*spins == 1) fiber->rounds = 0; /* another wait */
    if (*spins > 2) {
        fiber->yields_to |= ~(fiber->ran | (uint32_t)1 << (fiber - fibers));
        anyone_yields = true;
    }
    fiber->ran = 0;
    fiber->spun = (struct place){fiber->at.fiber, function, fiber->at.line, fiber->at.address};
    fiber->spun_at = schedule.steps;
    fiber->spins = true;
    if (writes - fiber->wrote == fiber->others_seen) explore_await(NULL, function);
    if (writes - fiber->wrote != fiber->others_seen) fiber->rounds = 0;
    fiber->spins = false;
    fiber->others_seen = writes - fiber->wrote;
}

void explore_relax(void)
{
    if (current == NULL) return;
    current->repeats = current->relaxed_at == writes;
    current->relaxed_at = writes;
}

void explore_yield(void)
{
    if (current == NULL) return;
    decide(true);
}

/* --- a schedule --- */

static void fiber_main(void)
{
    fiber_body(fiber_context, (uint32_t)(current - fibers));
    current->state = FIBER_DONE;
    if (ready_fibers() == 0 && blocked_count == 0) {
        bool stopped = false;

        for (uint32_t i = 0; i < fiber_count; i++)
            stopped = stopped || fibers[i].state == FIBER_STOPPED;
        leave_schedule(stopped ? ENDING_BLOCKED : ENDING_DONE);
    }
    decide(true);
    abort(); /* a fiber that is done was chosen */
}

static const struct schedule *go_on(void)
{
    struct question question = {.step = schedule.steps++, .ready = ready_fibers(), .matters = true};
    uint32_t next;

    question.by_default = question.current = (uint32_t)__builtin_ctz(question.ready);
    next = choose(&question);
    if (next != question.by_default) {
        schedule.switches[0] = (struct switch_at){question.step, next};
        schedule.left[0] = (struct place){question.by_default, "start", 0, NULL};
        schedule.switch_count = 1;
    }
    current = &fibers[next];
    swap_locals(NULL, current);
    context_switch(&outside, &current->context);
    return &schedule;
}

const struct schedule *scheduler_run(uint32_t count, void (*body)(void *context, uint32_t fiber),
                                     void *context, strategy_choose strategy)
{
    fiber_count = count;
    blocked_count = 0;
    anyone_yields = false;
    fiber_body = body;
    fiber_context = context;
    choose = strategy;
    writes = 0;
    steps_before += schedule.steps;
    schedule.steps = 0;
    steps_max = STEPS_MAX;
    schedule.switch_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct fiber *fiber = &fibers[i];
        uint32_t stops_at = fiber->stops_at;

        memset(fiber, 0, sizeof *fiber);
        fiber->at = (struct place){i, "start", 0, NULL};
        fiber->stops_at = stops_at;
        fiber->relaxed_at = UINT64_MAX;
        context_start(&fiber->context, stacks[i], STACK_BYTES, fiber_main);
    }
    return go_on();
}

void scheduler_stop(uint32_t fiber, uint32_t at)
{
    fibers[fiber].stops_at = at;
}

const struct schedule *scheduler_continue(void)
{
    for (uint32_t i = 0; i < fiber_count; i++) {
        if (fibers[i].state == FIBER_STOPPED) fibers[i].state = FIBER_READY;
        fibers[i].stops_at = 0;
    }
    steps_max = schedule.steps + STEPS_MAX;
    return go_on();
}

enum fiber_state scheduler_state(uint32_t fiber)
{
    return fibers[fiber].state;
}

struct place scheduler_place(uint32_t fiber)
{
    return fibers[fiber].at;
}

const struct schedule *scheduler_schedule(void)
{
    return &schedule;
}

uint64_t scheduler_time(void)
{
    return ++ticks;
}

uint64_t scheduler_all_steps(void)
{
    return steps_before + schedule.steps;
}

bool scheduler_waits(uint32_t fiber, struct place *place)
{
    const struct fiber *waiting = &fibers[fiber];
    bool spins = waiting->spun.function != NULL && waiting->spun_at + ROUND_STEPS > schedule.steps;

    *place = spins ? waiting->spun : waiting->at;
    return waiting->state == FIBER_BLOCKED || spins;
}

uint32_t scheduler_current(void)
{
    return current == NULL ? FIBERS_MAX : (uint32_t)(current - fibers);
}
