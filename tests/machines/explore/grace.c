/* grace.c - base/grace.h for fibers: a wait ends when the sections that were there have ended. */
#include "base/grace.h"

#include <string.h>

#include "base/assert.h"
#include "machines/explore/arena.h"
#include "machines/explore/grace.h"
#include "machines/explore/points.h"
#include "machines/explore/scheduler.h"

static struct {
    unsigned depth;
    unsigned long number; /* of the section, from one that is not inside another */
} sections[FIBERS_MAX];

_Thread_local bool quipui_grace_joined;

/* Fibers have nothing to register, and there is nothing of theirs to mend after a fork. */
bool quipui_grace_join(void)
{
    return true;
}

void quipui_grace_before_fork(void)
{
}

void quipui_grace_after_fork_in_parent(void)
{
}

void quipui_grace_after_fork_in_child(void)
{
}

void grace_forget(void)
{
    memset(sections, 0, sizeof sections);
}

void quipui_grace_enter(void)
{
    uint32_t fiber = scheduler_current();

    if (fiber == FIBERS_MAX || sections[fiber].depth++ > 0) return;
    sections[fiber].number++;
    explore_point(arena_nowhere(OF_SECTIONS), false, __func__, __LINE__);
}

void quipui_grace_leave(void)
{
    uint32_t fiber = scheduler_current();

    if (fiber == FIBERS_MAX) return;
    invariant(sections[fiber].depth > 0);
    if (sections[fiber].depth == 1)
        explore_point(arena_nowhere(OF_SECTIONS), false, __func__, __LINE__);
    if (--sections[fiber].depth == 0) explore_wrote(arena_nowhere(OF_SECTIONS));
}

void quipui_grace_wait(void)
{
    uint32_t self = scheduler_current();
    unsigned long numbers[FIBERS_MAX];

    if (self == FIBERS_MAX) return;
    invariant(sections[self].depth == 0);
    explore_point(arena_nowhere(OF_SECTIONS), true, __func__, __LINE__);
    for (uint32_t i = 0; i < FIBERS_MAX; i++)
        numbers[i] = sections[i].depth > 0 ? sections[i].number : 0;
    for (uint32_t i = 0; i < FIBERS_MAX; i++) {
        while (numbers[i] != 0 && sections[i].depth > 0 && sections[i].number == numbers[i])
            explore_await(arena_nowhere(OF_SECTIONS), __func__);
    }
}
