/* writes.c - scenes of threads that write. */
#include "machines/mutants/scenes.h"
#include "support/random.h"

#define WRITERS 4
#define FEW 4

static quipu_uint128 id_for(unsigned writer, unsigned i)
{
    return ((quipu_uint128)writer + 1) << 32 | (i + 1);
}

static struct random random_for(const struct scene *scene, unsigned index)
{
    return (struct random){scene->seed * WRITERS + index};
}

/* --- transfers: nothing is lost (`conservation`), all is on the strands (`history`) --- */

#define TRANSFERS 800

static unsigned transfer(struct scene *scene, unsigned index)
{
    struct random random = random_for(scene, index);
    unsigned created = 0;

    for (unsigned i = 0; i < TRANSFERS; i++) {
        unsigned debit = random_below(&random, FEW), credit = random_below(&random, FEW - 1);

        if (credit >= debit) credit++;
        created +=
            post(scene, a_transfer(id_for(index, i), debit + 1, credit + 1, 1, 0)) == QUIPU_CREATED;
    }
    return created;
}

void play_transfers(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, FEW, 0);
    scene_play(scene, WRITERS, WRITERS, transfer);
    promise("conservation", scene->created == WRITERS * TRANSFERS);
    check_sums(scene, 1, FEW, scene->created);
    for (unsigned i = 1; i <= FEW; i++)
        check_history(scene, i);
    scene_close(scene);
}

/* --- spenders: each account has one unit, and all want it (`overdraft`) --- */

#define PURSES 1000
#define PURSE 10 /* the first one's id */
#define AT_ONCE 50

/* Many at once have drawn their timestamps long before most of them are judged: so the order of
 * timestamps, which redraws, does not stand in for the check. */
static unsigned spend(struct scene *scene, unsigned index)
{
    quipu_transfer spent[AT_ONCE];
    quipu_result results[AT_ONCE];
    unsigned created = 0;

    for (unsigned i = scene_next(scene, NOTHING); i < PURSES / AT_ONCE; i = scene_next(scene, i)) {
        for (unsigned k = 0; k < AT_ONCE; k++) {
            unsigned purse = i * AT_ONCE + k;

            spent[k] = a_transfer(id_for(index, purse), PURSE + purse, 1, 1, 0);
        }
        post_all(scene, spent, AT_ONCE, results);
        for (unsigned k = 0; k < AT_ONCE; k++)
            created += results[k].status == QUIPU_CREATED;
    }
    return created;
}

void play_spenders(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 1, 0);
    make_accounts(scene, PURSE, PURSES, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    for (unsigned i = 0; i < PURSES; i++) {
        promise("call", post(scene, a_transfer(i + 1, 1, PURSE + i, 1, 0)) == QUIPU_CREATED);
    }
    scene_play(scene, WRITERS, WRITERS, spend);
    for (unsigned i = 0; i < PURSES; i++) {
        quipu_account account = read_account(scene, PURSE + i, NULL);

        promise("overdraft", account.debits_posted <= account.credits_posted);
    }
    promise("overdraft", scene->created <= PURSES);
    check_nothing_pending(scene, 1, 1);
    scene_close(scene);
}

/* --- chains: round and round among limited accounts; nothing stays reserved (`reserved`) --- */

#define CHAINS 100
#define LEGS 16
#define FUNDS 12 /* not enough for all at once */

static unsigned chain(struct scene *scene, unsigned index)
{
    quipu_transfer legs[LEGS];
    quipu_result results[LEGS];
    unsigned created = 0;

    for (unsigned i = 0; i < CHAINS; i++) {
        for (unsigned leg = 0; leg < LEGS; leg++) {
            unsigned from = (index + leg) % FEW, to = (from + 1) % FEW;

            legs[leg] = a_transfer(id_for(index, i * LEGS + leg), from + 1, to + 1, 1,
                                   leg < LEGS - 1 ? QUIPU_TRANSFER_LINKED : 0);
        }
        post_all(scene, legs, LEGS, results);
        for (unsigned leg = 0; leg < LEGS; leg++) {
            promise("chain",
                    (results[leg].status == QUIPU_CREATED) == (results[0].status == QUIPU_CREATED));
            created += results[leg].status == QUIPU_CREATED;
        }
    }
    return created;
}

void play_chains(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, FEW, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    make_accounts(scene, FEW + 1, 1, 0);
    for (unsigned i = 1; i <= FEW; i++) {
        promise("call", post(scene, a_transfer(i, FEW + 1, i, FUNDS, 0)) == QUIPU_CREATED);
    }
    scene_play(scene, WRITERS, WRITERS, chain);
    check_nothing_pending(scene, 1, FEW + 1);
    check_sums(scene, 1, FEW + 1, (quipu_uint128)FEW * FUNDS + scene->created);
    for (unsigned i = 1; i <= FEW; i++)
        check_history(scene, i);
    scene_close(scene);
}

/* --- duplicates: all threads post the same ids, each between accounts of its own (`once`) --- */

#define DUPLICATES 1000

static unsigned duplicate(struct scene *scene, unsigned index)
{
    unsigned created = 0;

    for (unsigned i = scene_next(scene, NOTHING); i < DUPLICATES; i = scene_next(scene, i)) {
        quipu_uint128 debit = 2 * index + 1;

        created += post(scene, a_transfer(i + 1, debit, debit + 1, 1, 0)) == QUIPU_CREATED;
    }
    return created;
}

void play_duplicates(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2 * WRITERS, 0);
    scene_play(scene, WRITERS, WRITERS, duplicate);
    promise("once", scene->created == DUPLICATES);
    check_sums(scene, 1, 2 * WRITERS, DUPLICATES);
    scene_close(scene);
}

/* --- holds: some post and some void the same ones; one of them wins (`resolved`) --- */

#define HOLDS 500

static unsigned resolve(struct scene *scene, unsigned index)
{
    unsigned created = 0;

    for (unsigned i = scene_next(scene, NOTHING); i < HOLDS; i = scene_next(scene, i)) {
        uint16_t flags = (index + i) % 2 == 0 ? QUIPU_TRANSFER_POST_PENDING_TRANSFER
                                              : QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
        quipu_transfer event = {.id = id_for(index, i), .pending_id = i + 1, .flags = flags};

        if (flags == QUIPU_TRANSFER_POST_PENDING_TRANSFER) event.amount = QUIPU_AMOUNT_MAX;
        created += post(scene, event) == QUIPU_CREATED;
    }
    return created;
}

void play_holds(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, FEW, 0);
    for (unsigned i = 0; i < HOLDS; i++) {
        quipu_transfer hold =
            a_transfer(i + 1, i % FEW + 1, (i + 1) % FEW + 1, 1, QUIPU_TRANSFER_PENDING);

        promise("call", post(scene, hold) == QUIPU_CREATED);
    }
    scene_play(scene, WRITERS, WRITERS, resolve);
    promise("resolved", scene->created == HOLDS);
    check_nothing_pending(scene, 1, FEW);
    scene_close(scene);
}
