/* recording.c - tapes that grow. */
#include "checker/recording.h"

#include <stdlib.h>
#include <string.h>

bool history_open(struct history *history, size_t tape_count)
{
    memset(history, 0, sizeof *history);
    history->tapes = calloc(tape_count, sizeof *history->tapes);
    if (history->tapes == NULL) return false;
    history->tape_count = tape_count;
    return true;
}

void history_close(struct history *history)
{
    for (size_t i = 0; i < history->tape_count; i++) {
        free(history->tapes[i].calls);
        free(history->tapes[i].steps);
    }
    free(history->tapes);
    memset(history, 0, sizeof *history);
}

void history_clear(struct history *history)
{
    for (size_t i = 0; i < history->tape_count; i++) {
        history->tapes[i].call_count = 0;
        history->tapes[i].step_count = 0;
    }
}

/* Make room for `count` objects of `size` bytes. It doubles, so that an append costs O(1). */
static bool reserve(void **array, size_t *capacity, size_t count, size_t size)
{
    size_t larger = *capacity > 0 ? *capacity : 64;
    void *moved;

    if (count <= *capacity) return true;
    while (larger < count) {
        if (larger > SIZE_MAX / 2) return false;
        larger *= 2;
    }
    if (larger > SIZE_MAX / size) return false;
    moved = realloc(*array, larger * size);
    if (moved == NULL) return false;
    *array = moved;
    *capacity = larger;
    return true;
}

static bool reserve_calls(struct tape *tape, size_t more)
{
    void *calls = tape->calls;
    bool done = reserve(&calls, &tape->call_capacity, tape->call_count + more, sizeof *tape->calls);

    tape->calls = calls;
    return done;
}

static bool reserve_steps(struct tape *tape, size_t more)
{
    void *steps = tape->steps;
    bool done = reserve(&steps, &tape->step_capacity, tape->step_count + more, sizeof *tape->steps);

    tape->steps = steps;
    return done;
}

bool tape_reserve(struct tape *tape, size_t calls, size_t steps)
{
    return reserve_calls(tape, calls) && reserve_steps(tape, steps);
}

struct history_call *tape_call(struct tape *tape, uint64_t begin, uint64_t end)
{
    struct history_call *call;

    if (!reserve_calls(tape, 1)) return NULL;
    call = &tape->calls[tape->call_count++];
    *call = (struct history_call){
        .begin = begin, .end = end, .status = QUIPU_OK, .first_step = tape->step_count};
    return call;
}

struct history_step *tape_step(struct tape *tape, enum history_kind kind)
{
    struct history_step *step;

    if (tape->call_count == 0 || !reserve_steps(tape, 1)) return NULL;
    step = &tape->steps[tape->step_count++];
    memset(step, 0, sizeof *step);
    step->kind = kind;
    tape->calls[tape->call_count - 1].step_count++;
    return step;
}
