/* decisions.c - scenes of decisions that rest on several accounts at one instant. */
#include "machines/mutants/scenes.h"

#define DECIDERS 2

static quipu_uint128 id_for(unsigned thread, unsigned i)
{
    return ((quipu_uint128)thread + 1) << 32 | (i + 1);
}

/* --- skew: of each pair of accounts two threads debit one each, both expecting that nobody has
 * touched either; so one of them at most is right (`skew`) --- */

#define SIDES 10 /* the first pair's id */
#define DECISIONS 500

static unsigned commit_to_one(struct scene *scene, unsigned index)
{
    unsigned created = 0;

    for (unsigned i = scene_next(scene, NOTHING); i < DECISIONS; i = scene_next(scene, i)) {
        quipu_uint128 pair = SIDES + 2 * i;
        quipu_expectation both[2] = {{.account_id = pair, .version = 1},
                                     {.account_id = pair + 1, .version = 1}};
        quipu_transfer event = a_transfer(id_for(index, i), pair + index, index + 1, 1, 0);
        quipu_result result;
        quipu_status status = quipu_commit(scene->ledger, both, 2, &event, 1, &result, NULL);

        promise("call", status == QUIPU_OK || status == QUIPU_CONFLICT);
        created += status == QUIPU_OK && result.status == QUIPU_CREATED;
    }
    return created;
}

void play_skew(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, DECIDERS, 0);
    make_accounts(scene, SIDES, 2 * DECISIONS, 0);
    scene_play(scene, DECIDERS, DECIDERS, commit_to_one);
    promise("skew", scene->created <= DECISIONS);
    scene_close(scene);
}

/* --- verdicts: two accounts are filled together and emptied together. So a thread that cannot
 * empty both is refused for the first: at no instant did it have what the second had not
 * (`verdict`) --- */

#define FILLINGS 1000

static void move_both(struct scene *scene, unsigned index, unsigned i, bool fill,
                      quipu_result results[2])
{
    quipu_transfer legs[2];

    for (unsigned leg = 0; leg < 2; leg++) {
        quipu_uint128 id = id_for(index, 2 * i + leg), account = leg + 1;

        legs[leg] = a_transfer(id, fill ? 3 : account, fill ? account : 3, 1,
                               leg == 0 ? QUIPU_TRANSFER_LINKED : 0);
    }
    post_all(scene, legs, 2, results);
}

static unsigned fill_and_empty(struct scene *scene, unsigned index)
{
    quipu_result results[2];

    for (unsigned i = 0; index == 0 ? i < FILLINGS : scene_goes_on(scene); i++) {
        move_both(scene, index, i, index == 0 && i % 2 == 0, results);
        promise("verdict", results[0].status == QUIPU_CREATED ||
                               results[0].status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS);
    }
    return 0;
}

void play_verdicts(struct scene *scene)
{
    scene_open(scene, SCENE_PLAIN);
    make_accounts(scene, 1, 2, QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS);
    make_accounts(scene, 3, 1, 0);
    scene_play(scene, 1, 1 + DECIDERS, fill_and_empty);
    scene_close(scene);
}
