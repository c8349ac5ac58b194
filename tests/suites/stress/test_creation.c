/* test_creation.c - accounts and transfers are used while others create them.
 *
 *   T1  what was created before a call began is found by it: accounts by lookups, snapshots and
 *       transfers; transfers by lookups, posts, histories
 *   T2  what is found is whole: the record that was asked for
 *   T3  a transfer to an account that is not there yet is refused once and for all
 *   T4  tables and indexes may grow under all this */
#include <string.h>

#include "support/checks.h"
#include "support/ledger.h"
#include "support/meanwhile.h"
#include "support/random.h"
#include "support/threads.h"

enum { MAKERS = 2, USERS = 2, THREADS = MAKERS + USERS, AHEAD = 4, LOOKS = 100 };

struct creation {
    quipu_ledger *ledger;
    quipu_protocol protocol;
    uint64_t made[MAKERS]; /* accounts, and a transfer for each, whose calls have returned */
    uint64_t running, used, not_found;
    uint64_t awaited; /* users that have not used enough of it */
    unsigned count;
    const char *wrong[THREADS];
};

/* The n-th account of a maker, from 1 on; its transfer has the same id. */
static quipu_uint128 id_of(unsigned maker, uint64_t n)
{
    return 2 + n * MAKERS + maker;
}

static quipu_account account_of(quipu_uint128 id)
{
    quipu_account account = an_account(id);

    account.user_data_128 = id << 64 | id;
    account.user_data_64 = (uint64_t)id * 3;
    return account;
}

static void make(struct creation *creation, unsigned maker)
{
    for (uint64_t n = 1; meanwhile_goes_on(&creation->awaited, n - 1, creation->count); n++) {
        quipu_uint128 id = id_of(maker, n);
        quipu_account account = account_of(id);
        quipu_transfer transfer = a_hold(id, 1, id, (quipu_uint128)n, 0);
        quipu_result result;

        if (quipu_create_accounts(creation->ledger, &account, 1, &result) != QUIPU_OK ||
            result.status != QUIPU_CREATED ||
            quipu_create_transfers(creation->ledger, &transfer, 1, &result) != QUIPU_OK ||
            result.status != QUIPU_CREATED) {
            creation->wrong[maker] = "it could not be created";
            break;
        }
        shared_raise(&creation->made[maker], n);
    }
    (void)shared_add(&creation->running, (uint64_t)-1);
}

static const char *use_account(struct creation *creation, quipu_uint128 id, bool made)
{
    quipu_account account, want = account_of(id);

    if (quipu_lookup_accounts(creation->ledger, &id, 1, &account, NULL) != QUIPU_OK)
        return "no call";
    if (account.id == 0) return made ? "an account is not found" : NULL;
    if (account.id != id || account.user_data_128 != want.user_data_128 ||
        account.user_data_64 != want.user_data_64 || account.ledger != want.ledger ||
        account.timestamp == 0) {
        return "an account is not whole";
    }
    return NULL;
}

static const char *use_transfer(struct creation *creation, quipu_uint128 id, uint64_t n, bool made)
{
    quipu_transfer stored;
    quipu_transfer_versions versions;

    if (quipu_lookup_transfers(creation->ledger, &id, 1, &stored, &versions) != QUIPU_OK) {
        return "no call";
    }
    if (stored.id == 0) return made ? "a transfer is not found" : NULL;
    if (stored.id != id || stored.credit_account_id != id || stored.amount != n ||
        stored.timestamp == 0 || versions.debit == 0 || versions.credit == 0) {
        return "a transfer is not whole";
    }
    return NULL;
}

/* Pay an account that may not be there yet; a thread that is refused is refused again. */
static const char *pay(struct creation *creation, quipu_uint128 id, quipu_uint128 key, bool made)
{
    quipu_transfer event = a_transfer(key, 1, id, 1);
    quipu_result result;

    if (quipu_create_transfers(creation->ledger, &event, 1, &result) != QUIPU_OK) return "no call";
    if (result.status == QUIPU_CREATED) {
        (void)shared_add(&creation->used, 1);
        return NULL;
    }
    if (result.status != QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND) return "an odd refusal";
    (void)shared_add(&creation->not_found, 1);
    if (made) return "a transfer does not find its account";
    if (quipu_create_transfers(creation->ledger, &event, 1, &result) != QUIPU_OK) return "no call";
    return result.status == QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED ? NULL : "an outcome flipped";
}

static bool count_visits(void *context, const quipu_account *account, uint64_t version)
{
    uint64_t *visits = context;

    if (account->id == 0 || version == 0) *visits = 0;
    (*visits)++;
    return true;
}

static const char *visit_all(struct creation *creation)
{
    uint64_t made = shared_read(&creation->made[0]) + shared_read(&creation->made[1]), visits = 0;

    if (creation->protocol == QUIPU_CAS) return NULL;
    if (quipu_snapshot(creation->ledger, count_visits, &visits) != QUIPU_OK) return "no call";
    return visits >= made + 1 ? NULL : "an account is not in the snapshot";
}

static void use(struct creation *creation, unsigned thread)
{
    struct onlooker onlooker = {&creation->awaited, LOOKS};
    struct random random = {thread};
    quipu_uint128 key = ((quipu_uint128)thread << 64) + 1;

    for (unsigned i = 0; shared_read(&creation->running) > 0 && creation->wrong[thread] == NULL;
         i++) {
        unsigned maker = random_below(&random, MAKERS);
        uint64_t made = shared_read(&creation->made[maker]);
        uint64_t n = made < AHEAD || random_one_in(&random, 2)
                         ? 1 + made + random_below(&random, AHEAD) - (made > 0)
                         : 1 + random_below(&random, (uint32_t)made);
        quipu_uint128 id = id_of(maker, n);
        const char *wrong = use_account(creation, id, n <= made);

        if (wrong == NULL) wrong = use_transfer(creation, id, n, n <= made);
        if (wrong == NULL) wrong = pay(creation, id, key++, n <= made);
        if (wrong == NULL && i % 512 == 0) wrong = visit_all(creation);
        creation->wrong[thread] = wrong;
        if (n <= made && wrong == NULL) onlooker_saw(&onlooker);
    }
    onlooker_leaves(&onlooker);
}

static void run(void *context, unsigned thread)
{
    if (thread < MAKERS) {
        make(context, thread);
    } else {
        use(context, thread);
    }
}

EVERY_PROTOCOL(creation, is_seen_by_all, .timeout = 240)
{
    struct creation creation = {.protocol = protocols[*protocol_index],
                                .count = threads_work(20000),
                                .running = MAKERS,
                                .awaited = USERS};
    quipu_account payer = an_account(1);
    quipu_result result;
    const char *verdict;

    creation.ledger = ledger_open(creation.protocol, NULL);
    cr_assert_eq(quipu_create_accounts(creation.ledger, &payer, 1, &result), QUIPU_OK);
    threads_run(THREADS, run, &creation);
    for (int t = 0; t < THREADS; t++) {
        cr_assert_null(creation.wrong[t], "%s: %s", protocol_name(creation.protocol),
                       creation.wrong[t]);
    }
    cr_assert_gt(creation.used, 0);
    verdict = check_account(creation.ledger, 1, false);
    cr_assert_null(verdict, "%s: %s", protocol_name(creation.protocol), verdict);
    ledger_close(creation.ledger);
}
