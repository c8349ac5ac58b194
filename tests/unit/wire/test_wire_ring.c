/* test_wire_ring.c - a ring between two sides that do not trust each other.
 *
 *   T1  bytes come out as they went in, also where the ring ends between
 *   T2  there is room for what a ring has, and again for what was given back
 *   T3  M1: a position that makes no sense is found, whatever it is
 *   T4  M5: a side that lies down is rung for once; one that is awake is not
 *   T5  two threads pass everything on */
#include "wire/wire_ring.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"
#include "support/threads.h"

static struct wire_shared *shared_new(void)
{
    struct wire_shared *shared = aligned_alloc(4096, WIRE_SHARED_BYTES);

    cr_assert_not_null(shared);
    memset(shared, 0, WIRE_SHARED_BYTES);
    return shared;
}

Test(wire_ring, t1_bytes_come_out_as_they_went_in)
{
    struct wire_shared *shared = shared_new();
    struct wire_end in = wire_requests(shared), out = wire_requests(shared);
    static unsigned char bytes[WIRE_REQUESTS_BYTES / 3 / WIRE_UNIT * WIRE_UNIT], back[sizeof bytes];

    for (unsigned lap = 0; lap < 10; lap++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)(i * 31 + lap);
        cr_assert_eq(wire_has_room(&in, sizeof bytes), WIRE_YES);
        quipui_wire_put(&in, bytes, sizeof bytes);
        cr_assert_eq(wire_see(&out), WIRE_NO, "it is not published");
        wire_publish(&in);
        cr_assert_eq(wire_see(&out), WIRE_YES);
        cr_assert_eq(wire_seen(&out), sizeof bytes);
        quipui_wire_take(&out, back, sizeof bytes);
        wire_give_back(&out);
        cr_assert_eq(memcmp(bytes, back, sizeof bytes), 0);
    }
    free(shared);
}

Test(wire_ring, t2_there_is_room_for_what_was_given_back)
{
    struct wire_shared *shared = shared_new();
    struct wire_end in = wire_answers(shared), out = wire_answers(shared);

    cr_assert_eq(wire_has_room(&in, WIRE_ANSWERS_BYTES), WIRE_YES);
    wire_skip(&in, WIRE_ANSWERS_BYTES);
    wire_publish(&in);
    cr_assert_eq(wire_has_room(&in, WIRE_UNIT), WIRE_NO);
    cr_assert_eq(wire_see(&out), WIRE_YES);
    wire_skip(&out, 3 * WIRE_UNIT);
    cr_assert_eq(wire_has_room(&in, WIRE_UNIT), WIRE_NO, "it was not given back");
    wire_give_back(&out);
    cr_assert_eq(wire_has_room(&in, 4 * WIRE_UNIT), WIRE_NO);
    cr_assert_eq(wire_has_room(&in, 3 * WIRE_UNIT), WIRE_YES);
    free(shared);
}

Test(wire_ring, t3_positions_that_make_no_sense_are_found)
{
    static const uint64_t wrong[] = {
        1, 63, 65, WIRE_ANSWERS_BYTES + WIRE_UNIT, UINT64_MAX, (uint64_t)1 << 63};
    struct wire_shared *shared = shared_new();

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct wire_end in = wire_answers(shared), out = wire_answers(shared);

        in.mine = out.mine = in.theirs = 5 * WIRE_UNIT;
        store_relaxed(&shared->answers.tail, 5 * WIRE_UNIT + wrong[i]); /* relaxed: one thread */
        cr_expect_eq(wire_see(&out), WIRE_BROKEN, "%llu", (unsigned long long)wrong[i]);
        wire_skip(&in, WIRE_ANSWERS_BYTES);
        store_relaxed(&shared->answers.head, in.mine + wrong[i]); /* relaxed: one thread */
        cr_expect_eq(wire_has_room(&in, WIRE_UNIT), WIRE_BROKEN, "%llu",
                     (unsigned long long)wrong[i]);
    }
    free(shared);
}

Test(wire_ring, t4_a_sleeper_is_rung_for_once)
{
    struct wire_shared *shared = shared_new();

    cr_assert_not(wire_must_ring(&shared->server_sleeps));
    cr_assert(wire_lie_down(&shared->server_sleeps));
    cr_assert_not(wire_lie_down(&shared->server_sleeps), "it was not rung for");
    cr_assert(wire_must_ring(&shared->server_sleeps));
    cr_assert_not(wire_must_ring(&shared->server_sleeps));
    cr_assert(wire_lie_down(&shared->server_sleeps));
    wire_get_up(&shared->server_sleeps);
    cr_assert_not(wire_must_ring(&shared->server_sleeps));
    free(shared);
}

struct pass {
    struct wire_shared *shared;
    uint64_t lines; /* each of WIRE_UNIT bytes, all of which are its number */
};

static void produce(const struct pass *pass)
{
    struct wire_end end = wire_requests(pass->shared);
    uint64_t line[WIRE_UNIT / sizeof(uint64_t)];

    for (uint64_t i = 0; i < pass->lines;) {
        uint64_t together = i % 7 + 1;

        while (wire_has_room(&end, together * WIRE_UNIT) != WIRE_YES)
            sched_yield();
        for (uint64_t j = 0; j < together; j++, i++) {
            for (size_t k = 0; k < sizeof line / sizeof *line; k++)
                line[k] = i;
            quipui_wire_put(&end, line, sizeof line);
        }
        wire_publish(&end);
    }
}

static void consume(const struct pass *pass)
{
    struct wire_end end = wire_requests(pass->shared);
    uint64_t line[WIRE_UNIT / sizeof(uint64_t)];

    for (uint64_t i = 0; i < pass->lines;) {
        if (wire_see(&end) != WIRE_YES) sched_yield();
        for (; wire_seen(&end) > 0; i++) {
            quipui_wire_take(&end, line, sizeof line);
            for (size_t k = 0; k < sizeof line / sizeof *line; k++)
                cr_assert_eq(line[k], i);
        }
        wire_give_back(&end);
    }
}

static void pass_on(void *context, unsigned index)
{
    if (index == 0) {
        produce(context);
    } else {
        consume(context);
    }
}

Test(wire_ring, t5_everything_is_passed_on)
{
    struct pass pass = {shared_new(), threads_work(8) * WIRE_REQUESTS_BYTES / WIRE_UNIT};

    threads_run(2, pass_on, &pass);
    free(pass.shared);
}
