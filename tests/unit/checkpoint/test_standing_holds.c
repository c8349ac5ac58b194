/* test_standing_holds.c - a few holds that stand do not keep their piece from becoming a file.
 *
 *   S1  what becomes of them later is told, before and after openings, with and without checkpoints
 *       in between: posted, voided, expired, still open
 *   S2  a piece in which more stand waits until enough of them are decided
 *   S3  a backup tells the same */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "history/piece.h"
#include "support/ledger.h"
#include "support/scratch.h"

enum { BATCH = 2048, HOLDS = PIECE_ITEMS + BATCH, EACH = BATCH, SHORT = 3000, LONG = 9000 };

/* Every so many holds one is left to stand, in turn of these kinds. */
enum kind { FOR_EVER, TO_BE_POSTED, TO_BE_VOIDED, FALLS_DUE, FALLS_DUE_LATER, KINDS };
enum { STANDING = HOLDS / EACH };

struct scene {
    char path[SCRATCH_PATH], file[SCRATCH_PATH * 2];
    quipu_ledger *ledger;
    uint64_t now;
    uint32_t state[STANDING]; /* QUIPU_HOLD_... */
    quipu_uint128 next;
};

static void open_scene(struct scene *scene, int protocol_index)
{
    const quipu_options options = {.protocol = protocols[protocol_index % PROTOCOL_COUNT],
                                   .path = scene->path,
                                   .account_capacity = 1 << 10,
                                   .transfer_capacity = 1 << 20,
                                   .durability = QUIPU_BUFFERED,
                                   .checkpoint_bytes = UINT64_MAX,
                                   .clock = ledger_clock,
                                   .clock_context = &scene->now};

    cr_assert_eq(quipu_open(&options, &scene->ledger), QUIPU_OK);
}

static void post_all(struct scene *scene, const quipu_transfer *events, size_t count)
{
    static quipu_result results[BATCH];

    scene->now += SECOND;
    cr_assert_eq(quipu_create_transfers(scene->ledger, events, count, results), QUIPU_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED, "%s",
                     quipu_create_transfer_text(results[i].status));
}

static bool stands(uint64_t n, unsigned each)
{
    return n % each == each / 2;
}

static enum kind kind_of(uint64_t n)
{
    return (enum kind)(n / EACH % KINDS);
}

/* Holds 1, 2, ..., of 1 each; all are voided or posted but for one in EACH, and one in `each`. */
static void begin(struct scene *scene, int protocol_index, unsigned each)
{
    static quipu_transfer events[BATCH];
    static const uint32_t timeouts[KINDS] = {[FALLS_DUE] = SHORT, [FALLS_DUE_LATER] = LONG};
    const quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_result results[2];
    size_t count;

    memset(scene, 0, sizeof *scene);
    scene->now = NOON;
    scene->next = HOLDS + 1;
    scratch_make(scene->path);
    (void)snprintf(scene->file, sizeof scene->file, "%s/holds.000000000000", scene->path);
    open_scene(scene, protocol_index);
    cr_assert_eq(quipu_create_accounts(scene->ledger, accounts, 2, results), QUIPU_OK);
    for (uint64_t n = 0; n < HOLDS; n += BATCH) {
        for (uint64_t i = 0; i < BATCH; i++)
            events[i] =
                a_hold(n + i + 1, 1, 2, 1, stands(n + i, EACH) ? timeouts[kind_of(n + i)] : 0);
        post_all(scene, events, BATCH);
        count = 0;
        for (uint64_t i = 0; i < BATCH; i++) {
            if (stands(n + i, each) || stands(n + i, EACH)) continue;
            events[count++] = i % 2 == 0 ? a_void(scene->next, n + i + 1)
                                         : a_post(scene->next, n + i + 1, QUIPU_AMOUNT_MAX);
            scene->next++;
        }
        post_all(scene, events, count);
    }
    for (unsigned i = 0; i < STANDING; i++)
        scene->state[i] = QUIPU_HOLD_OPEN;
}

static void end(struct scene *scene)
{
    ledger_close(scene->ledger);
    scratch_remove(scene->path);
}

static quipu_uint128 standing_id(unsigned i)
{
    return (quipu_uint128)i * EACH + EACH / 2 + 1;
}

/* S1. The totals first: a lookup of a hold that is due waits until it has expired. */
static void check(struct scene *scene)
{
    quipu_account account;
    unsigned open = 0;
    quipu_uint128 id = 1;

    for (unsigned i = 0; i < STANDING; i++)
        open += scene->state[i] == QUIPU_HOLD_OPEN;
    cr_assert_eq(quipu_lookup_accounts(scene->ledger, &id, 1, &account, NULL), QUIPU_OK);
    cr_assert_eq(account.debits_pending, open, "S1");
    for (unsigned i = 0; i < STANDING; i++) {
        quipu_hold hold;

        id = standing_id(i);
        cr_assert_eq(quipu_lookup_holds(scene->ledger, &id, 1, &hold), QUIPU_OK);
        cr_assert_eq(hold.state, scene->state[i], "S1: hold %u is %u, not %u", i, hold.state,
                     scene->state[i]);
    }
}

/* Half of those that are to be posted or voided are: the first, or the second. */
static void decide(struct scene *scene, unsigned half)
{
    for (unsigned i = half * (STANDING / 2); i < (half + 1) * (STANDING / 2); i++) {
        enum kind kind = kind_of((uint64_t)i * EACH);
        quipu_transfer event = kind == TO_BE_VOIDED
                                   ? a_void(scene->next, standing_id(i))
                                   : a_post(scene->next, standing_id(i), QUIPU_AMOUNT_MAX);

        if (kind != TO_BE_POSTED && kind != TO_BE_VOIDED) continue;
        scene->next++;
        post_all(scene, &event, 1);
        scene->state[i] = kind == TO_BE_VOIDED ? QUIPU_HOLD_VOIDED : QUIPU_HOLD_POSTED;
    }
}

static void pass(struct scene *scene, uint64_t seconds, enum kind falls_due)
{
    scene->now += seconds * SECOND;
    for (unsigned i = 0; i < STANDING; i++) {
        if (kind_of((uint64_t)i * EACH) == falls_due) scene->state[i] = QUIPU_HOLD_EXPIRED;
    }
}

/* S1 */
EVERY_PROTOCOL(standing_holds, s1_are_told_as_they_are, .timeout = 300)
{
    for (unsigned checkpoints = 0; checkpoints < 2; checkpoints++) {
        struct scene scene;

        begin(&scene, *protocol_index, EACH);
        cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
        cr_assert_eq(access(scene.file, F_OK), 0);
        check(&scene);
        decide(&scene, 0);
        pass(&scene, SHORT, FALLS_DUE);
        check(&scene);
        for (int hop = 1; hop <= 3; hop++) {
            if (checkpoints > 0) cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
            ledger_close(scene.ledger);
            open_scene(&scene, *protocol_index + hop);
            check(&scene);
            if (hop == 1) decide(&scene, 1);
            if (hop == 2) pass(&scene, LONG, FALLS_DUE_LATER);
            check(&scene);
        }
        end(&scene);
    }
}

/* S3 */
static void back_up(struct scene *scene)
{
    struct scene copy = *scene;

    scratch_make(copy.path);
    cr_assert_eq(quipu_backup(scene->ledger, copy.path), QUIPU_OK);
    open_scene(&copy, 1);
    check(&copy);
    decide(&copy, 1);
    check(&copy);
    end(&copy);
}

/* S2, S3 */
Test(standing_holds, s2_are_few, .timeout = 300)
{
    const unsigned each = PIECE_ITEMS / (PIECE_OPEN_HOLDS_MAX + 32);
    struct scene scene;
    quipu_transfer event;

    begin(&scene, 0, each);
    cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
    cr_assert_neq(access(scene.file, F_OK), 0, "S2");
    for (uint64_t n = 0; n < HOLDS; n++) {
        if (!stands(n, each) || stands(n, EACH)) continue;
        event = a_void(scene.next++, n + 1);
        post_all(&scene, &event, 1);
    }
    cr_assert_eq(quipu_checkpoint(scene.ledger), QUIPU_OK);
    cr_assert_eq(access(scene.file, F_OK), 0, "S2");
    check(&scene);
    decide(&scene, 0);
    back_up(&scene);
    end(&scene);
}
