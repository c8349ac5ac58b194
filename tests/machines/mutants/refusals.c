/* refusals.c - scenes of one thread: what must be refused, just not, or no longer. */
#include "base/memory.h"
#include "machines/mutants/scenes.h"

/* An account may spend all it has, and no more (`limit`). */
static void spend_all(struct scene *scene)
{
    make_accounts(scene, 1, 1, 0);
    make_accounts(scene, 2, 1, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    promise("limit", post(scene, a_transfer(1, 1, 2, 100, 0)) == QUIPU_CREATED);
    promise("limit", post(scene, a_transfer(2, 2, 1, 100, 0)) == QUIPU_CREATED);
    promise("limit",
            post(scene, a_transfer(3, 2, 1, 1, 0)) == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
}

/* What was refused for want of funds has burnt its id (`burnt`). */
static void try_again(struct scene *scene)
{
    promise("limit", post(scene, a_transfer(4, 1, 2, 1, 0)) == QUIPU_CREATED);
    promise("burnt",
            post(scene, a_transfer(3, 2, 1, 1, 0)) == QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED);
}

/* A chain that fails leaves its accounts as they were (`chain`), and what came before is on their
 * strands (`history`). */
static void break_chain(struct scene *scene)
{
    quipu_transfer legs[2] = {a_transfer(11, 1, 2, 1, QUIPU_TRANSFER_LINKED),
                              a_transfer(12, 2, 1, 1000, 0)};
    uint64_t before, after;
    quipu_account was = read_account(scene, 1, &before), is;
    quipu_result results[2];

    post_all(scene, legs, 2, results);
    promise("chain", results[0].status == QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED);
    promise("chain", results[1].status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    is = read_account(scene, 1, &after);
    promise("chain", before == after && is.debits_posted == was.debits_posted);
    check_history(scene, 1);
    check_history(scene, 2);
}

/* Pending and posted together fit (`overflow`). */
static void overflow(struct scene *scene)
{
    make_accounts(scene, 3, 4, 0);
    promise("overflow", post(scene, a_transfer(21, 3, 4, QUIPU_AMOUNT_MAX, 0)) == QUIPU_CREATED);
    promise("overflow", post(scene, a_transfer(22, 3, 5, 1, QUIPU_TRANSFER_PENDING)) ==
                            QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED);
    promise("overflow", post(scene, a_transfer(23, 5, 6, QUIPU_AMOUNT_MAX - 1,
                                               QUIPU_TRANSFER_PENDING)) == QUIPU_CREATED);
    promise("overflow",
            post(scene, a_transfer(24, 5, 1, 2, 0)) == QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS);
}

/* At its due time, and not before, a hold is gone (`due`). */
static void fall_due(struct scene *scene)
{
    quipu_transfer hold = a_transfer(31, 1, 2, 7, QUIPU_TRANSFER_PENDING);
    quipu_uint128 pending = read_account(scene, 1, NULL).debits_pending;
    quipu_result result;

    hold.timeout = 1;
    scene->now += SECOND;
    post_all(scene, &hold, 1, &result);
    scene->now = result.timestamp + SECOND - 1;
    promise("due", read_account(scene, 1, NULL).debits_pending == pending + 7);
    scene->now = result.timestamp + SECOND;
    promise("due", read_account(scene, 1, NULL).debits_pending == pending);
}

/* Each timestamp is later than all before it, whatever the clock says (`clock`). The accounts are
 * others each time: those of one would be put in order by it. */
static void keep_time(struct scene *scene)
{
    quipu_transfer events[3] = {a_transfer(41, 1, 2, 1, 0), a_transfer(42, 1, 2, 1, 0),
                                a_transfer(43, 7, 8, 1, 0)};
    quipu_result results[3];

    make_accounts(scene, 7, 2, 0);
    scene->now += 2 * SECOND;
    post_all(scene, events, 2, results);
    scene->now -= SECOND;
    post_all(scene, events + 2, 1, results + 2);
    promise("clock", results[0].timestamp < results[1].timestamp);
    promise("clock", results[1].timestamp < results[2].timestamp);
}

void play_refusals(struct scene *scene)
{
    scene_open(scene, SCENE_OWN_CLOCK);
    spend_all(scene);
    try_again(scene);
    break_chain(scene);
    overflow(scene);
    fall_due(scene);
    keep_time(scene);
    scene_close(scene);
}

/* --- scarce: a chain that finds no memory, at each place where it asks for some, has changed
 * nothing: it is posted when there is some again (`scarce`). A call that left an id claimed waits
 * for itself (`deadlock`) --- */

#define LONG_CHAIN 4000 /* ids enough that their index grows within it, */
#define BEFORE 6000     /* these being there */

static unsigned asked, refuse_at;

static bool refuse(void)
{
    return asked++ == refuse_at;
}

/* Refuse it the n-th time. Was it asked as often? */
static bool post_long_chain(struct scene *scene, unsigned n)
{
    static quipu_transfer legs[BEFORE];
    static quipu_result results[BEFORE];
    quipu_status status;

    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2, 0);
    for (unsigned i = 0; i < BEFORE; i++)
        legs[i] = a_transfer(LONG_CHAIN + i + 1, 1, 2, 1, 0);
    post_all(scene, legs, BEFORE, results);
    for (unsigned i = 0; i < LONG_CHAIN; i++) {
        legs[i] = a_transfer(i + 1, 1, 2, 1, i < LONG_CHAIN - 1 ? QUIPU_TRANSFER_LINKED : 0);
    }
    asked = 0;
    refuse_at = n;
    quipui_memory_refuse = refuse;
    status = quipu_create_transfers(scene->ledger, legs, LONG_CHAIN, results);
    quipui_memory_refuse = NULL;
    promise("scarce", status == QUIPU_OK || (status == QUIPU_NO_MEMORY && asked > n));
    if (status == QUIPU_NO_MEMORY) post_all(scene, legs, LONG_CHAIN, results);
    promise("scarce", results[LONG_CHAIN - 1].status == QUIPU_CREATED);
    check_sums(scene, 1, 2, BEFORE + LONG_CHAIN);
    scene_close(scene);
    return asked > n;
}

void play_scarce(struct scene *scene)
{
    for (unsigned n = 0; post_long_chain(scene, n); n++)
        continue;
}
