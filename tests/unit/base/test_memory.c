/* test_memory.c - the door to memory: small objects and regions.
 *
 *   T1  memory of a region is zero when it becomes usable, and again once forgotten
 *   T2  a region grows up to what it reserved, and what was written before stays
 *   T3  prefaulted memory is there before it is touched
 *   T4  refused memory is a plain false, and nothing changed */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "support/threads.h"

enum { PAGE = 4096, HUGE_PAGE = 2 << 20 };

static bool refuse(void)
{
    return true;
}

static bool all_zero(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

/* How many of these pages have memory behind them. */
static size_t resident(char *from, size_t bytes)
{
    static unsigned char pages[4 * HUGE_PAGE / PAGE];
    size_t count = 0;

    cr_assert_leq(bytes / PAGE, sizeof pages);
    cr_assert_eq(mincore(from, bytes, pages), 0);
    for (size_t i = 0; i < bytes / PAGE; i++)
        count += pages[i] & 1;
    return count;
}

Test(memory, of_small_objects_is_aligned)
{
    for (size_t bytes = 1; bytes < 1000; bytes = bytes * 2 + 1) {
        char *memory = quipui_memory_take(bytes);

        cr_assert_not_null(memory);
        cr_assert_eq((uintptr_t)memory % CACHE_LINE, 0, "%zu bytes at %p", bytes, (void *)memory);
        memset(memory, 0xA5, bytes);
        quipui_memory_give_back(memory);
    }
    quipui_memory_give_back(NULL);
}

Test(memory, of_huge_pages_is_aligned)
{
    char *memory = quipui_memory_take_huge(2);

    cr_assert_not_null(memory);
    cr_assert_eq((uintptr_t)memory % HUGE_PAGE, 0, "at %p", (void *)memory);
    memset(memory, 0xA5, 2 * HUGE_PAGE);
    quipui_memory_give_back(memory);
}

Test(memory, of_a_region_is_zero)
{
    struct region region;

    cr_assert(quipui_region_open(&region, HUGE_PAGE));
    cr_assert_eq((uintptr_t)region.base % HUGE_PAGE, 0, "starts at a huge page");
    cr_assert_eq(load_relaxed(&region.usable_bytes), 0, "nothing is usable yet");
    cr_assert(region_ensure(&region, 1));
    cr_assert(all_zero(region.base, load_relaxed(&region.usable_bytes)));
    memset(region.base, 0xA5, PAGE);

    cr_assert(quipui_region_grow(&region, HUGE_PAGE));
    cr_assert_eq(load_relaxed(&region.usable_bytes), HUGE_PAGE);
    for (int i = 0; i < PAGE; i++)
        cr_assert_eq((unsigned char)region.base[i], 0xA5, "byte %d was lost", i);
    cr_assert(all_zero(region.base + PAGE, HUGE_PAGE - PAGE));
    region.base[HUGE_PAGE - 1] = 1;
    quipui_region_close(&region);
    quipui_region_close(&region); /* closed already: nothing happens */
}

Test(memory, beyond_the_reservation_is_refused)
{
    struct region region;

    cr_assert(quipui_region_open(&region, HUGE_PAGE - 5)); /* by whole huge pages */
    cr_assert(!region_ensure(&region, HUGE_PAGE + 1));
    cr_assert(!quipui_region_prefault(&region, HUGE_PAGE + 1));
    cr_assert_eq(load_relaxed(&region.usable_bytes), 0);
    cr_assert(region_ensure(&region, HUGE_PAGE));
    cr_assert(!region_ensure(&region, HUGE_PAGE + 1));
    cr_assert_eq(load_relaxed(&region.usable_bytes), HUGE_PAGE);
    quipui_region_close(&region);
    cr_assert(!quipui_region_open(&region, (size_t)1 << 60), "no machine has so many addresses");
}

Test(memory, once_forgotten_is_zero)
{
    struct region region;

    cr_assert(quipui_region_open(&region, 3 * HUGE_PAGE));
    cr_assert(region_ensure(&region, 3 * HUGE_PAGE));
    memset(region.base, 0xA5, 3 * HUGE_PAGE);
    quipui_region_forget(&region, 2 * PAGE, HUGE_PAGE);
    cr_assert_eq((unsigned char)region.base[2 * PAGE - 1], 0xA5, "what is before stays");
    cr_assert_eq((unsigned char)region.base[2 * PAGE + HUGE_PAGE], 0xA5, "what is after stays");
    cr_assert_eq(resident(region.base + 2 * PAGE, HUGE_PAGE), 0, "the memory is let go of");
    cr_assert(all_zero(region.base + 2 * PAGE, HUGE_PAGE));
    region.base[2 * PAGE] = 1; /* it may be used again */
    quipui_region_close(&region);
}

Test(memory, is_there_when_prefaulted)
{
    static const size_t sizes[] = {PAGE, 64 * PAGE, HUGE_PAGE, 4 * HUGE_PAGE};
    struct region region;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cr_assert(quipui_region_open(&region, 4 * HUGE_PAGE));
        cr_assert(quipui_region_prefault(&region, sizes[i]));
        cr_assert_eq(resident(region.base, sizes[i]), sizes[i] / PAGE, "%zu bytes", sizes[i]);
        cr_assert(all_zero(region.base, sizes[i]));
        quipui_region_close(&region);
    }
}

Test(memory, may_be_refused)
{
    struct region region, other;
    size_t usable;

    cr_assert(quipui_region_open(&region, 4 * HUGE_PAGE));
    cr_assert(region_ensure(&region, PAGE));
    usable = load_relaxed(&region.usable_bytes);
    quipui_memory_refuse = refuse;
    cr_assert_null(quipui_memory_take(1));
    cr_assert_null(quipui_memory_take_huge(1));
    cr_assert(!quipui_region_open(&other, PAGE));
    cr_assert(!quipui_region_grow(&region, usable + 1));
    cr_assert(!region_ensure(&region, usable + 1));
    cr_assert(!quipui_region_prefault(&region, usable + 1));
    cr_assert_eq(load_relaxed(&region.usable_bytes), usable);
    cr_assert(region_ensure(&region, usable), "what is there needs nobody's leave");
    quipui_memory_refuse = NULL;
    cr_assert(region_ensure(&region, usable + 1));
    region.base[usable] = 1;
    quipui_region_close(&region);
}

enum { THREADS = 4 };

static void grow_and_write(void *context, unsigned thread)
{
    struct region *region = context;

    for (size_t at = thread; at < 4 * HUGE_PAGE; at += PAGE) {
        if (!region_ensure(region, at + 1)) return;
        region->base[at] = (char)(1 + thread);
    }
}

Test(memory, of_a_region_grows_under_threads)
{
    struct region region;

    cr_assert(quipui_region_open(&region, 4 * HUGE_PAGE));
    threads_run(THREADS, grow_and_write, &region);
    for (unsigned thread = 0; thread < THREADS; thread++) {
        for (size_t at = thread; at < 4 * HUGE_PAGE; at += PAGE)
            cr_assert_eq(region.base[at], (char)(1 + thread), "byte %zu", at);
    }
    quipui_region_close(&region);
}
