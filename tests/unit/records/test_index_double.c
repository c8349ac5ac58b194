/* test_index_double.c - a thread that wants a shard which doubles sleeps until it has doubled, and
 * no longer.
 *
 *   T1  it sleeps where the thread that doubles the shard wakes it, not for a time of its own
 *       choosing: no wait sleeps so (base/wait.h counts those)
 *   T2  it is woken, and claims its id in the table of the new size
 *
 * The test stops the shard in the middle: the region of the tables has to grow, and asks for memory
 * there. Nothing is bound to time. */
#include "unit/records/index_fixture.h"

#include <sched.h>

#include "base/wait.h"

enum { SHARD = 5, IDS = 64, ROUNDS = 20 };

static struct {
    quipu_uint128 ids[IDS + 1];
    uint64_t inside, claims, taken, sleeps;
} scene;

static struct index_shard *shard(void)
{
    return &fixture_index->shards[SHARD];
}

/* Memory for the doubled table is wanted: hold on until the other thread sleeps, in either way. */
static bool hold_on(void)
{
    if (shared_read(&scene.inside) > 0 || load_relaxed(&shard()->doubling) == DOUBLING_NOT)
        return false; /* it is for something else */
    (void)shared_add(&scene.inside, 1);
    while (load_relaxed(&shard()->doubling) != DOUBLING_AWAITED &&
           load_relaxed(&quipui_wait_sleeps) == 0)
        (void)sched_yield();
    /* Later ones are not meant: the latch is held a while after the shard has doubled. */
    scene.sleeps = load_relaxed(&quipui_wait_sleeps);
    return false;
}

static void claim(unsigned i)
{
    uint64_t found;

    fixture_ids[i] = scene.ids[i];
    (void)shared_add(&scene.claims, 1);
    if (fixture_claim(scene.ids[i], i, &found) == CLAIM_TAKEN) (void)shared_add(&scene.taken, 1);
    fixture_settle(i);
}

static void double_or_want(void *context, unsigned thread)
{
    (void)context;
    if (thread == 1) {
        while (shared_read(&scene.inside) == 0)
            (void)sched_yield();
        claim(IDS);
        return;
    }
    for (unsigned i = 0; i < IDS && shared_read(&scene.inside) == 0; i++)
        claim(i);
}

Test(index_double, is_slept_through_by_none, .timeout = 120)
{
    for (int round = 0; round < ROUNDS; round++) {
        fixture_open(7, 1000);
        for (unsigned i = 0; i <= IDS; i++)
            scene.ids[i] = fixture_colliding(i == 0 ? 0 : scene.ids[i - 1], SHARD, 1, 0);
        scene.inside = scene.claims = scene.taken = scene.sleeps = 0;
        store_relaxed(&quipui_wait_sleeps, 0);
        quipui_memory_refuse = hold_on;
        threads_run(2, double_or_want, NULL);
        quipui_memory_refuse = NULL;

        cr_assert_eq(scene.inside, 1);
        cr_assert_eq(scene.taken, scene.claims);
        cr_assert_eq(scene.sleeps, 0, "a wait slept for a time");
        cr_assert_eq(load_relaxed(&shard()->doubling), DOUBLING_NOT);
        fixture_close();
    }
}
