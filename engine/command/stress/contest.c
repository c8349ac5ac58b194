/* contest.c - players and a referee take turns, in rounds, at one barrier.
 *
 *   1  the referee opens a ledger if there is none, and creates funded accounts
 *   2  the players withdraw and deposit, all at once, and note what the ledger answers
 *   3  the referee compares the answers with the accounts; if the ledger is full, it is closed
 *
 * Players and referee never run at the same time, so what they share, except the ledger, is
 * plain. */
#define _POSIX_C_SOURCE 200809L
#include "command/stress/contest.h"

#include <pthread.h>
#include <stdlib.h>

#include "command/common/exit_code.h"
#include "command/common/stopwatch.h"
#include "command/load/scratch_directory.h"
#include "command/terminal/complain.h"
#include "command/terminal/progress.h"

/* Few, so that all players meet; more than one, so that a round lasts longer than it takes to wake
 * the threads. */
#define ACCOUNTS_A_ROUND 32

/* After so many transfers there is a new ledger, so a long race needs no more memory than a short
 * one. */
#define TRANSFERS_A_LEDGER 1000000

enum { SINK = 1, SOURCE, POT, FIRST_ACCOUNT };

struct player {
    struct contest *contest;
    uint64_t number, transfer_count;
    bool told[ACCOUNTS_A_ROUND]; /* the withdrawals of this round that succeeded */
    uint64_t deposits_told;      /* in this ledger */
    quipu_status status;
    pthread_t thread;
};

struct contest {
    const struct contest_order *order;
    struct contest_score *score;
    quipu_ledger *ledger;
    struct scratch_directory scratch; /* of the ledger, if it is kept */
    quipu_uint128 first_account;      /* of this round */
    uint64_t round_of_ledger;
    bool over;
    quipu_status status; /* of the referee's calls */
    pthread_barrier_t step;
    struct player players[];
};

static bool create(quipu_ledger *ledger, const quipu_transfer *transfer, quipu_status *status)
{
    quipu_result result = {0};
    quipu_status answer = quipu_create_transfers(ledger, transfer, 1, &result);

    if (answer != QUIPU_OK && *status == QUIPU_OK) *status = answer;
    return answer == QUIPU_OK && result.status == QUIPU_CREATED;
}

static void play_round(struct player *player)
{
    struct contest *contest = player->contest;

    for (unsigned i = 0; i < ACCOUNTS_A_ROUND; i++) {
        quipu_transfer transfer = {
            .id = (quipu_uint128)(player->number + 1) << 64 | ++player->transfer_count,
            .debit_account_id = contest->first_account + i,
            .credit_account_id = SINK,
            .amount = CONTEST_WITHDRAWAL,
            .ledger = 1,
            .code = 1,
        };

        player->told[i] = create(contest->ledger, &transfer, &player->status);
        transfer.id++;
        player->transfer_count++;
        transfer.debit_account_id = SOURCE;
        transfer.credit_account_id = POT;
        transfer.amount = 1;
        player->deposits_told += create(contest->ledger, &transfer, &player->status);
    }
}

static void *play(void *context)
{
    struct player *player = context;

    for (;;) {
        (void)pthread_barrier_wait(&player->contest->step); /* the round begins */
        if (player->contest->over) return NULL;
        play_round(player);
        (void)pthread_barrier_wait(&player->contest->step); /* it ends */
    }
}

/* With a complaint, or the contest's status. */
static bool open_ledger(struct contest *contest)
{
    const char *folder = contest->order->folder;
    /* There is room for more: the last round runs to its end, and each worker of the ledger takes
     * places for a whole call. */
    const quipu_options options = {
        .protocol = contest->order->protocol,
        .path = folder == NULL ? NULL : contest->scratch.path,
        .account_capacity = TRANSFERS_A_LEDGER, /* fewer than transfers, one of which funds each */
        .transfer_capacity =
            2 * TRANSFERS_A_LEDGER + (2 * contest->order->thread_count + 2) * QUIPU_BATCH_MAX,
    };
    quipu_account accounts[3] = {{.id = SINK}, {.id = SOURCE}, {.id = POT}};
    quipu_result results[3];

    for (int i = 0; i < 3; i++)
        accounts[i].ledger = accounts[i].code = 1;
    contest->round_of_ledger = 0;
    if (folder != NULL && !scratch_make(&contest->scratch, folder)) {
        contest->status = QUIPU_IO;
        return false;
    }
    contest->status = quipu_open(&options, &contest->ledger);
    if (contest->status != QUIPU_OK) return false;
    contest->status = quipu_create_accounts(contest->ledger, accounts, 3, results);
    return contest->status == QUIPU_OK;
}

/* Create new accounts, and fund each. */
static bool prepare(struct contest *contest)
{
    quipu_account accounts[ACCOUNTS_A_ROUND];
    quipu_transfer funds[ACCOUNTS_A_ROUND];
    quipu_result results[ACCOUNTS_A_ROUND];

    contest->first_account = FIRST_ACCOUNT + contest->round_of_ledger++ * ACCOUNTS_A_ROUND;
    for (unsigned i = 0; i < ACCOUNTS_A_ROUND; i++) {
        quipu_uint128 id = contest->first_account + i;

        accounts[i] = (quipu_account){
            .id = id,
            .ledger = 1,
            .code = 1,
            .flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
        };
        funds[i] = (quipu_transfer){
            .id = id, /* below 2^64; the ids of players are above */
            .debit_account_id = SOURCE,
            .credit_account_id = id,
            .amount = CONTEST_FUNDS,
            .ledger = 1,
            .code = 1,
        };
    }
    contest->status = quipu_create_accounts(contest->ledger, accounts, ACCOUNTS_A_ROUND, results);
    if (contest->status != QUIPU_OK) return false;
    contest->status = quipu_create_transfers(contest->ledger, funds, ACCOUNTS_A_ROUND, results);
    return contest->status == QUIPU_OK;
}

static void judge_account(struct contest *contest, const quipu_account *account, unsigned i)
{
    struct contest_score *score = contest->score;
    uint64_t told = 0;

    for (uint64_t p = 0; p < contest->order->thread_count; p++)
        told += contest->players[p].told[i];

    quipu_uint128 paid = (quipu_uint128)told * CONTEST_WITHDRAWAL;

    score->withdrawals_told += told;
    if (paid > account->debits_posted)
        score->lost_updates += (uint64_t)(paid - account->debits_posted) / CONTEST_WITHDRAWAL;
    if (paid <= CONTEST_FUNDS && account->debits_posted <= CONTEST_FUNDS) return;

    score->overdrafts++;
    if (score->first_overdraft.account_id != 0) return;
    score->first_overdraft.account_id = account->id;
    score->first_overdraft.withdrawals_told = told;
    score->first_overdraft.debits_posted = account->debits_posted;
}

static bool judge_round(struct contest *contest)
{
    quipu_uint128 ids[ACCOUNTS_A_ROUND];
    quipu_account accounts[ACCOUNTS_A_ROUND];

    for (unsigned i = 0; i < ACCOUNTS_A_ROUND; i++)
        ids[i] = contest->first_account + i;
    contest->status = quipu_lookup_accounts(contest->ledger, ids, ACCOUNTS_A_ROUND, accounts, NULL);
    for (uint64_t p = 0; p < contest->order->thread_count; p++) {
        if (contest->status == QUIPU_OK) contest->status = contest->players[p].status;
    }
    if (contest->status != QUIPU_OK) return false;

    for (unsigned i = 0; i < ACCOUNTS_A_ROUND; i++)
        judge_account(contest, &accounts[i], i);
    contest->score->rounds++;
    contest->score->accounts += ACCOUNTS_A_ROUND;
    contest->score->withdrawals_tried += ACCOUNTS_A_ROUND * contest->order->thread_count;
    return true;
}

static quipu_status close_ledger(struct contest *contest)
{
    quipu_status status = quipu_close(contest->ledger);

    contest->ledger = NULL;
    scratch_remove(&contest->scratch);
    return status;
}

/* Count the pot, and close the ledger. */
static bool judge_ledger(struct contest *contest)
{
    const quipu_uint128 id = POT;
    quipu_account pot;
    uint64_t told = 0, found;

    contest->status = quipu_lookup_accounts(contest->ledger, &id, 1, &pot, NULL);
    if (contest->status != QUIPU_OK) return false;
    for (uint64_t p = 0; p < contest->order->thread_count; p++) {
        told += contest->players[p].deposits_told;
        contest->players[p].deposits_told = 0;
    }
    found = (uint64_t)pot.credits_posted;
    contest->score->deposits_told += told;
    contest->score->deposits_found += found;
    if (told > found) contest->score->lost_updates += told - found;

    contest->status = close_ledger(contest);
    return contest->status == QUIPU_OK;
}

/* Hold rounds until the time is up; open a new ledger when one is full. */
static bool referee(struct contest *contest)
{
    uint64_t started_ns = stopwatch_ns();
    uint64_t wanted_ns = (uint64_t)(contest->order->seconds * 1e9);
    uint64_t rounds_a_ledger =
        TRANSFERS_A_LEDGER / (ACCOUNTS_A_ROUND * (2 * contest->order->thread_count + 1));
    struct progress progress;
    bool fine = true;

    progress_begin(&progress, "racing", wanted_ns);
    while (fine && (contest->score->ns = stopwatch_ns() - started_ns) < wanted_ns) {
        progress_tick(&progress, contest->score->ns);
        if (contest->ledger == NULL && !open_ledger(contest)) fine = false;
        if (!fine || !prepare(contest)) break;
        (void)pthread_barrier_wait(&contest->step);
        (void)pthread_barrier_wait(&contest->step);
        fine = judge_round(contest);
        if (fine && contest->round_of_ledger > rounds_a_ledger) fine = judge_ledger(contest);
    }
    if (contest->status == QUIPU_OK && contest->ledger != NULL) (void)judge_ledger(contest);
    contest->over = true;
    (void)pthread_barrier_wait(&contest->step);
    progress_end(&progress);
    return contest->status == QUIPU_OK;
}

/* If a thread cannot start, the process ends: the others would wait at the barrier for ever. */
static void start_players(struct contest *contest)
{
    for (uint64_t i = 0; i < contest->order->thread_count; i++) {
        struct player *player = &contest->players[i];

        player->contest = contest;
        player->number = i;
        player->status = QUIPU_OK;
        if (pthread_create(&player->thread, NULL, play, player) == 0) continue;
        complain("cannot start thread %llu; ask for fewer --threads", (unsigned long long)i + 1);
        exit(COMMAND_SYSTEM);
    }
}

bool contest_play(const struct contest_order *order, struct contest_score *score)
{
    struct contest *contest =
        calloc(1, sizeof *contest + order->thread_count * sizeof contest->players[0]);
    bool fine;

    *score = (struct contest_score){0};
    if (contest == NULL) {
        complain("out of memory for %llu threads", (unsigned long long)order->thread_count);
        return false;
    }
    contest->order = order;
    contest->score = score;
    contest->status = QUIPU_OK;
    (void)pthread_barrier_init(&contest->step, NULL, (unsigned)order->thread_count + 1);

    start_players(contest);
    fine = referee(contest);
    if (!fine) complain_of_status("the race", contest->status);
    for (uint64_t i = 0; i < order->thread_count; i++)
        (void)pthread_join(contest->players[i].thread, NULL);
    if (contest->ledger != NULL) (void)close_ledger(contest);
    scratch_remove(&contest->scratch);
    (void)pthread_barrier_destroy(&contest->step);
    free(contest);
    return fine;
}
