/* reads.c - scenes of threads that read while others write. */
#include <sched.h>

#include "machines/mutants/scenes.h"

#define WRITERS 2
#define READERS 2
#define PAIRS 8

static bool is_writer(unsigned index)
{
    return index < WRITERS;
}

/* --- lookups: a reader that finds a transfer by its id finds all of it (`whole`) --- */

#define LOOKUPS 1500

static unsigned look_up(struct scene *scene, unsigned index)
{
    quipu_transfer found;

    for (quipu_uint128 id = index % 2 + 1; id <= LOOKUPS; id += 2) {
        if (is_writer(index)) {
            (void)post(scene, a_transfer(id, 2 * index + 1, 2 * index + 2, id, 0));
            continue;
        }
        do {
            promise("call",
                    quipu_lookup_transfers(scene->ledger, &id, 1, &found, NULL) == QUIPU_OK);
        } while (found.id == 0 && scene_goes_on(scene));
        promise("whole", found.id == 0 || (found.amount == id && found.timestamp != 0));
    }
    return 0;
}

void play_lookups(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2 * WRITERS, 0);
    scene_play(scene, WRITERS, WRITERS + READERS, look_up);
    scene_close(scene);
}

/* --- openings: the same of accounts --- */

#define OPENINGS 1000

static unsigned open_account(struct scene *scene, unsigned index)
{
    quipu_account found;

    for (quipu_uint128 id = index % 2 + 1; id <= OPENINGS; id += 2) {
        if (is_writer(index)) {
            make_accounts(scene, id, 1, 0);
            continue;
        }
        do {
            promise("call", quipu_lookup_accounts(scene->ledger, &id, 1, &found, NULL) == QUIPU_OK);
        } while (found.id == 0 && scene_goes_on(scene));
        promise("whole", found.id == 0 || (found.code == 1 && found.timestamp != 0));
    }
    return 0;
}

void play_openings(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    scene_play(scene, WRITERS, WRITERS + READERS, open_account);
    scene_close(scene);
}

/* --- early: a transfer that fails is never found, even by lookups meanwhile (`early`) --- */

#define FAILURES 200

static unsigned look_early(struct scene *scene, unsigned index)
{
    quipu_transfer found;

    for (unsigned i = 0; index == 0 && i < FAILURES; i++) {
        quipu_transfer legs[2] = {a_transfer(2 * i + 1, 1, 2, 1, QUIPU_TRANSFER_LINKED),
                                  a_transfer(2 * i + 2, 3, 1, 1, 0)};
        quipu_result results[2];

        post_all(scene, legs, 2, results);
        promise("chain", results[0].status == QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED);
        (void)scene_next(scene, i);
    }
    while (index != 0 && scene_goes_on(scene)) {
        quipu_uint128 id = 2 * scene_next(scene, NOTHING) + 1;

        promise("call", quipu_lookup_transfers(scene->ledger, &id, 1, &found, NULL) == QUIPU_OK);
        promise("early", found.id == 0);
    }
    return 0;
}

void play_early(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2, 0);
    make_accounts(scene, 3, 1, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    scene_play(scene, 1, 1 + READERS, look_early);
    scene_close(scene);
}

/* --- halves: the amounts have two like halves, so a copy whose halves differ is not whole, and one
 * whose version differs is of two instants (`torn`) --- */

#define ADDITIONS 500
#define LIKE_HALVES ((quipu_uint128)1 << 64 | 1)

static bool is_like(quipu_uint128 total)
{
    return (uint64_t)total == (uint64_t)(total >> 64);
}

static unsigned add_halves(struct scene *scene, unsigned index)
{
    for (unsigned i = 1; is_writer(index) && i <= ADDITIONS; i++) {
        quipu_uint128 id = ((quipu_uint128)index + 1) << 32 | i;

        (void)post(scene, a_transfer(id, 1, 2, LIKE_HALVES, 0));
    }
    while (!is_writer(index) && scene_goes_on(scene)) {
        uint64_t version;
        quipu_account account = read_account(scene, 2, &version);

        promise("torn", is_like(account.credits_posted) && is_like(account.credits_pending));
        promise("torn",
                scene->protocol == QUIPU_CAS || version == (uint64_t)account.credits_posted + 1);
    }
    return 0;
}

void play_halves(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2, 0);
    scene_play(scene, WRITERS, WRITERS + READERS, add_halves);
    scene_close(scene);
}

/* --- histories: what a head leads to is all there (`whole`). A hold is opened and voided: of a
 * void, no total of its account tells before its thread does. Then a plain transfer: in cas it may
 * get its timestamp after its links were written, which a page reads before the record --- */

#define HISTORIES 400
#define LAST 4

static unsigned walk(struct scene *scene, unsigned index)
{
    quipu_account_filter filter = {
        .account_id = 1, .limit = LAST, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_REVERSED};
    quipu_transfer found[LAST];
    size_t count;

    for (unsigned i = 1; is_writer(index) && i <= HISTORIES; i++) {
        quipu_uint128 id = ((quipu_uint128)index + 1) << 32 | (3 * i);
        quipu_transfer end = {
            .id = id + 1, .pending_id = id, .flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER};

        (void)post(scene, a_transfer(id, 1, 2, 1, QUIPU_TRANSFER_PENDING));
        (void)post(scene, end);
        (void)post(scene, a_transfer(id + 2, 1, 2, 1, 0));
    }
    while (!is_writer(index) && scene_goes_on(scene)) {
        promise("call", quipu_get_account_transfers(scene->ledger, &filter, found, LAST, &count) ==
                            QUIPU_OK);
        for (size_t i = 0; i < count; i++)
            promise("whole", found[i].amount == 1 && found[i].debit_account_id == 1);
    }
    return 0;
}

void play_histories(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2, 0);
    scene_play(scene, WRITERS, WRITERS + READERS, walk);
    check_nothing_pending(scene, 1, 2);
    scene_close(scene);
}

/* --- followers: what is told of a change is all there (`whole`), in order (`order`). Accounts are
 * walked back from their heads, and at each knot the record is read before the links --- */

#define FOLLOWED 400
#define CHANGES 8

/* Every transfer moves 1 from account 1 to account 2. */
static void check_change(const quipu_change *change)
{
    if (change->type != QUIPU_CHANGE_TRANSFER) return;
    promise("whole", change->transfer.amount == 1);
    promise("whole", change->debit.id == 1 && change->credit.id == 2);
    promise("whole", change->debit.debits_posted == change->debit_version - 1);
    promise("whole", change->credit.credits_posted == change->credit_version - 1);
}

static unsigned follow(struct scene *scene, unsigned index)
{
    quipu_change_filter filter = {.limit = CHANGES};
    quipu_change changes[CHANGES];
    size_t count;

    for (unsigned i = 1; is_writer(index) && i <= FOLLOWED; i++)
        (void)post(scene, a_transfer(((quipu_uint128)index + 1) << 32 | i, 1, 2, 1, 0));
    while (!is_writer(index) && scene_goes_on(scene)) {
        promise("call", quipu_get_changes(scene->ledger, &filter, changes, CHANGES, &count, NULL) ==
                            QUIPU_OK);
        for (size_t i = 0; i < count; i++) {
            promise("order", changes[i].timestamp > filter.after_timestamp);
            check_change(&changes[i]);
            filter.after_timestamp = changes[i].timestamp;
            filter.after_order = changes[i].order;
        }
    }
    return 0;
}

void play_followers(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2, 0);
    scene_play(scene, WRITERS, WRITERS + READERS, follow);
    scene_close(scene);
}

/* --- together, snapshots: one chain moves a unit between each two of the accounts, so at every
 * instant all have moved as many --- */

#define MOVES 400

static unsigned move_all(struct scene *scene, unsigned index)
{
    quipu_transfer legs[PAIRS];
    quipu_result results[PAIRS];
    unsigned created = 0;

    for (unsigned i = 0; i < MOVES; i++) {
        for (unsigned leg = 0; leg < PAIRS; leg++) {
            quipu_uint128 id = ((quipu_uint128)index + 1) << 32 | (i * PAIRS + leg + 1);

            legs[leg] = a_transfer(id, 2 * leg + 1, 2 * leg + 2, 1,
                                   leg < PAIRS - 1 ? QUIPU_TRANSFER_LINKED : 0);
        }
        post_all(scene, legs, PAIRS, results);
        created += results[0].status == QUIPU_CREATED;
    }
    return created;
}

static quipu_uint128 moved(const quipu_account *account)
{
    return account->debits_posted + account->credits_posted;
}

static unsigned read_together(struct scene *scene, unsigned index)
{
    quipu_uint128 ids[2 * PAIRS];
    quipu_account accounts[2 * PAIRS];

    if (is_writer(index)) return move_all(scene, index);
    for (unsigned i = 0; i < 2 * PAIRS; i++)
        ids[i] = i + 1;
    while (scene_goes_on(scene)) {
        promise("call",
                quipu_lookup_accounts(scene->ledger, ids, 2 * PAIRS, accounts, NULL) == QUIPU_OK);
        for (unsigned i = 1; i < 2 * PAIRS; i++)
            promise("together", moved(&accounts[i]) == moved(&accounts[0]));
    }
    return 0;
}

void play_together(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2 * PAIRS, 0);
    scene_play(scene, WRITERS, WRITERS + READERS, read_together);
    check_sums(scene, 1, 2 * PAIRS, (quipu_uint128)PAIRS * scene->created);
    scene_close(scene);
}

struct seen {
    quipu_uint128 moved;
    unsigned count;
};

static bool see(void *context, const quipu_account *account, uint64_t version)
{
    struct seen *seen = context;

    if (seen->count++ == 0) seen->moved = moved(account);
    promise("snapshot", moved(account) == seen->moved && version == (uint64_t)seen->moved + 1);
    return true;
}

static unsigned read_snapshots(struct scene *scene, unsigned index)
{
    if (is_writer(index)) return move_all(scene, index);
    while (scene_goes_on(scene)) {
        struct seen seen = {0, 0};

        promise("call", quipu_snapshot(scene->ledger, see, &seen) == QUIPU_OK);
        promise("snapshot", seen.count == 2 * PAIRS);
    }
    return 0;
}

void play_snapshots(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2 * PAIRS, 0);
    scene_play(scene, WRITERS, WRITERS + READERS, read_snapshots);
    scene_close(scene);
}

/* --- lasting: a snapshot that lasts is still of the instant when it began, though so much is
 * written meanwhile that versions are used again (`snapshot`). It writes itself --- */

#define LASTING 6
#define WRITTEN 5000

/* Between two other accounts before it begins: without older versions that it does not need no
 * grace period begins while it lasts. */
#define WRITTEN_BEFORE 150

struct lasting {
    struct scene *scene;
    bool written;
};

static bool write_meanwhile(void *context, const quipu_account *account, uint64_t version)
{
    struct lasting *lasting = context;

    if (!lasting->written) {
        lasting->written = true;
        (void)post(lasting->scene, a_transfer(101, 2, 3, 1, 0));
        for (unsigned i = 0; i < WRITTEN; i++)
            (void)post(lasting->scene, a_transfer(102 + i, 5, 6, 1, 0));
    }
    promise("snapshot", moved(account) == account->id && version == 2);
    return account->id < LASTING;
}

void play_lasting(struct scene *scene)
{
    struct lasting lasting = {scene, false};

    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, LASTING, 0);
    make_accounts(scene, LASTING + 1, 2, 0);
    for (unsigned i = 0; i < WRITTEN_BEFORE; i++)
        (void)post(scene, a_transfer(10000 + i, LASTING + 1, LASTING + 2, 1, 0));
    for (unsigned i = LASTING; i > 0; i--)
        (void)post(scene, a_transfer(i, i, LASTING + 1, i, 0));
    promise("call", quipu_snapshot(scene->ledger, write_meanwhile, &lasting) == QUIPU_OK);
    scene_close(scene);
}

/* --- reuse: a writer and a reader take turns, so what is read stands still; but only the grace
 * period says that it may be used again (rcu). Prefaulted, so that the index asks for none --- */

#define TURNS 6000

/* A thread goes on with the worker it had last. Two that share one are ordered by that, so each
 * has its own while both meet. */
static bool meet(void *context, const quipu_account *account, uint64_t version)
{
    (void)account;
    (void)version;
    scene_meet(context);
    return false;
}

static unsigned take_turns(struct scene *scene, unsigned index)
{
    quipu_uint128 ids[2] = {1, 2};
    quipu_account accounts[2];

    promise("call", quipu_snapshot(scene->ledger, meet, scene) == QUIPU_OK);
    for (unsigned turn = index; turn < 2 * TURNS; turn += 2) {
        while (scene_next(scene, NOTHING) != turn)
            (void)sched_yield();
        scene_watch();
        if (index == 0) {
            (void)post(scene, a_transfer(turn + 1, 1, 2, 1, 0));
        } else {
            promise("call",
                    quipu_lookup_accounts(scene->ledger, ids, 2, accounts, NULL) == QUIPU_OK);
            promise("together", moved(&accounts[0]) == moved(&accounts[1]));
        }
        (void)scene_next(scene, turn);
    }
    return 0;
}

void play_reuse(struct scene *scene)
{
    scene_open(scene, SCENE_PREFAULTED);
    make_accounts(scene, 1, 2, 0);
    scene_play(scene, 1, 2, take_turns);
    scene_close(scene);
}
