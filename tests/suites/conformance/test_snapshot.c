/* test_snapshot.c - all accounts as of one instant, in order of creation. Under cas: refused.
 *
 * That it holds while writers go on is in stress/. */
#include "support/twin.h"

enum { COUNT = 200 };

struct visit {
    struct twin *twin;
    size_t seen, stop_after;
    bool calls_back;
};

static bool count(void *context, const quipu_account *account, uint64_t version)
{
    struct visit *visit = context;

    visit->seen++;
    cr_assert(account->id == visit->seen, "in order of creation");
    cr_assert_eq(version, 2);
    if (visit->calls_back) {
        quipu_account again = ledger_account(visit->twin->ledger, account->id, &version);

        cr_assert(again.id == account->id);
    }
    return visit->seen != visit->stop_after;
}

static void set_up(struct twin *twin, int protocol_index)
{
    twin_open(twin, protocol_index);
    for (unsigned i = 1; i <= COUNT; i++)
        twin_account(twin, an_account(i), QUIPU_CREATED);
    for (unsigned i = 1; i <= COUNT; i += 2) {
        twin_transfer(twin, a_transfer(i, i, i + 1, i), QUIPU_CREATED);
    }
}

static quipu_status expected_of(const struct twin *twin)
{
    return twin->protocol == QUIPU_CAS ? QUIPU_UNSUPPORTED : QUIPU_OK;
}

EVERY_PROTOCOL(snapshot, visits_every_account_once)
{
    struct twin twin;
    struct visit visit = {.twin = &twin};

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_snapshot(twin.ledger, count, &visit), expected_of(&twin));
    cr_assert_eq(visit.seen, twin.protocol == QUIPU_CAS ? 0 : COUNT);
    twin_close(&twin); /* its audit compares a snapshot account by account */
}

EVERY_PROTOCOL(snapshot, stops_when_told)
{
    struct twin twin;
    struct visit visit = {.twin = &twin, .stop_after = 3};

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_snapshot(twin.ledger, count, &visit), expected_of(&twin));
    cr_assert_eq(visit.seen, twin.protocol == QUIPU_CAS ? 0 : 3);
    twin_close(&twin);
}

/* visit() is called outside of all locks. */
EVERY_PROTOCOL(snapshot, may_call_the_ledger)
{
    struct twin twin;
    struct visit visit = {.twin = &twin, .calls_back = true};

    set_up(&twin, *protocol_index);
    cr_assert_eq(quipu_snapshot(twin.ledger, count, &visit), expected_of(&twin));
    twin_close(&twin);
}

EVERY_PROTOCOL(snapshot, of_an_empty_ledger_visits_nothing)
{
    struct twin twin;
    struct visit visit = {.twin = &twin};

    twin_open(&twin, *protocol_index);
    cr_assert_eq(quipu_snapshot(twin.ledger, count, &visit), expected_of(&twin));
    cr_assert_eq(visit.seen, 0);
    twin_close(&twin);
}
