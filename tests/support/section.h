/* section.h - read sections of tests that go around the public calls: a thread joins first. */
#ifndef QUIPU_TESTS_SECTION_H
#define QUIPU_TESTS_SECTION_H

#include <criterion/criterion.h>

#include "base/grace.h"

static inline void section_enter(void)
{
    cr_assert(grace_join());
    quipui_grace_enter();
}

static inline void section_leave(void)
{
    quipui_grace_leave();
}

#endif
