/* test_watchers.c - queues that wait for a horizon, and the one that shows it: each rule by itself.
 *
 *   T1  a watcher counts as one call that waits, until the most that it needs is served (Y1)
 *   T2  it is told when the least that it needs is served, once, and not before (Y2, Y3)
 *   T3  one that goes to sleep is told of what is there already (Y4)
 *   T4  one that needs what was served, or never will be, is not taken in (Y5)
 *   T5  a failure is told, too (Y3)
 *   T6  the least that is waited for is what a frame is worth being written for */
#include "journal/watchers.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>

#include "base/event.h"
#include "support/threads.h"

static struct waiters waiters;
static struct watcher watcher;
static int event;
static uint64_t woken;

static void wake(void *context)
{
    (void)context;
    shared_add(&woken, 1);
}

static void begin(void)
{
    memset(&waiters, 0, sizeof waiters);
    waiters.awake_at = 1;
    woken = 0;
    event = quipui_event_open();
    cr_assert_geq(event, 0);
    quipui_watchers_join(&waiters, &watcher, event);
}

static void end(void)
{
    quipui_watchers_leave(&waiters, &watcher);
    cr_assert_null(waiters.watchers);
    cr_assert_eq(waiters.count, 0);
    quipui_event_close(event);
}

static bool expect(uint64_t horizon)
{
    return quipui_watcher_expect(&waiters, &watcher, horizon, wake, NULL);
}

static bool is_readable(void)
{
    struct pollfd poll_of = {.fd = event, .events = POLLIN};

    return poll(&poll_of, 1, 0) == 1;
}

/* T1, T2, T6 */
Test(watchers, wait_from_the_least_to_the_most)
{
    uint64_t least;

    begin();
    cr_assert_not(quipui_waiters_gather(&waiters, &least));
    cr_assert(expect(5));
    cr_assert_eq(woken, 1, "the flusher slept");
    cr_assert(expect(9));
    cr_assert(expect(7));
    cr_assert_eq(woken, 1, "it is awake");
    cr_assert_eq(waiters.count, 1, "one queue is one call");
    cr_assert(quipui_waiters_gather(&waiters, &least));
    cr_assert_eq(least, 4, "the horizon above it is 5");

    cr_assert_eq(quipui_waiters_serve(&waiters, 4), 0);
    cr_assert_not(is_readable());
    cr_assert_eq(quipui_waiters_serve(&waiters, 6), 0);
    cr_assert(is_readable());
    cr_assert(quipui_waiters_gather(&waiters, &least), "it waits for more");
    cr_assert_eq(least, 8, "what it waits for between is not known: for its last");
    cr_assert_eq(quipui_waiters_sleep_until(&waiters, 2), 1);
    cr_assert_not(quipui_watcher_sleeps(&waiters, &watcher, 7));
    cr_assert_not(is_readable());
    cr_assert(quipui_waiters_gather(&waiters, &least));
    cr_assert_eq(least, 6, "it has looked");
    cr_assert_eq(quipui_waiters_serve(&waiters, 9), 1);
    cr_assert(is_readable());
    cr_assert_not(quipui_waiters_gather(&waiters, &least));
    cr_assert_eq(waiters.count, 0);
    end();
}

/* T2 */
Test(watchers, are_told_once)
{
    uint64_t count = 0;

    begin();
    cr_assert(expect(5));
    cr_assert(expect(9));
    (void)quipui_waiters_serve(&waiters, 5);
    (void)quipui_waiters_serve(&waiters, 9);
    (void)quipui_waiters_serve(&waiters, 12);
    quipui_watcher_tell_itself(&waiters, &watcher);
    while (quipui_event_clear(event))
        count++;
    cr_assert_eq(count, 1);
    quipui_event_set(event);
    cr_assert_not(quipui_watcher_sleeps(&waiters, &watcher, WATCHER_NOTHING));
    cr_assert_not(is_readable());
    (void)quipui_waiters_serve(&waiters, 20);
    cr_assert_not(is_readable(), "it needs nothing");
    quipui_watcher_tell_itself(&waiters, &watcher);
    cr_assert(is_readable());
    end();
}

/* T3 */
Test(watchers, look_before_they_sleep)
{
    begin();
    cr_assert(expect(5));
    (void)quipui_waiters_serve(&waiters, 5);
    cr_assert(quipui_watcher_sleeps(&waiters, &watcher, 5), "it is there");
    cr_assert(is_readable());
    cr_assert_not(quipui_watcher_sleeps(&waiters, &watcher, 6));
    cr_assert_not(is_readable());
    cr_assert(quipui_watcher_sleeps(&waiters, &watcher, 5));
    end();
}

/* T3: the flusher has told it, and has not written yet. */
Test(watchers, sleep_as_told_while_a_write_is_on_its_way)
{
    begin();
    cr_assert(expect(5));
    watcher.told = true;
    cr_assert_not(quipui_watcher_sleeps(&waiters, &watcher, 5));
    cr_assert(watcher.told);
    quipui_event_set(event);
    cr_assert_not(quipui_watcher_sleeps(&waiters, &watcher, 5));
    cr_assert_not(watcher.told);
    end();
}

/* T4, T5 */
Test(watchers, are_not_taken_in_when_it_is_settled)
{
    uint64_t least;

    begin();
    (void)quipui_waiters_serve(&waiters, 7);
    cr_assert_not(expect(7));
    cr_assert_not(expect(3));
    cr_assert_not(quipui_waiters_gather(&waiters, &least));
    cr_assert(expect(8));
    quipui_waiters_fail(&waiters, QUIPU_IO);
    cr_assert(is_readable());
    cr_assert_eq(waiters.count, 0);
    cr_assert_not(expect(9));
    cr_assert(quipui_watcher_sleeps(&waiters, &watcher, 8), "it has failed");
    cr_assert_not(quipui_watcher_sleeps(&waiters, &watcher, WATCHER_NOTHING));
    end();
}

/* T1: calls that wait and watchers are counted together. */
Test(watchers, of_several_each_is_told_of_its_own)
{
    struct watcher other;
    int its_event = quipui_event_open();
    struct pollfd poll_of = {.fd = its_event, .events = POLLIN};

    begin();
    quipui_watchers_join(&waiters, &other, its_event);
    cr_assert_eq(quipui_waiters_sleep_until(&waiters, 2), 0);
    cr_assert(expect(5));
    cr_assert_eq(woken, 0, "one is not two");
    cr_assert(quipui_watcher_expect(&waiters, &other, 8, wake, NULL));
    cr_assert_eq(woken, 1);
    cr_assert_eq(quipui_waiters_serve(&waiters, 5), 1);
    cr_assert(is_readable());
    cr_assert_eq(poll(&poll_of, 1, 0), 0);
    cr_assert_eq(quipui_waiters_serve(&waiters, 8), 1);
    cr_assert_eq(poll(&poll_of, 1, 0), 1);
    quipui_watchers_leave(&waiters, &other);
    quipui_event_close(its_event);
    end();
}
