/* test_leases.c - leases over a daemon: two clients, and one token at a time. */
#include "quipu/lease.h"
#include "support/daemon.h"
#include "support/ledger.h"
#include "support/threads.h"

enum { LEASE = 1, COUNTERPART, FROM, TO };

static quipu_status pay(quipu_ledger *ledger, quipu_uint128 id, const quipu_lease *lease)
{
    quipu_expectation fence = quipu_lease_expectation(lease);
    quipu_transfer event = a_transfer(id, FROM, TO, 5);
    quipu_result result = {.status = 0};

    return quipu_commit(ledger, &fence, 1, &event, 1, &result, NULL);
}

Test(leases, over_a_daemon)
{
    static struct daemon served;
    uint64_t now = NOON;
    quipu_ledger *near = ledger_open(QUIPU_OPTIMISTIC, &now), *one, *other;
    quipu_account accounts[4] = {an_account(1), an_account(2), an_account(3), an_account(4)};
    quipu_result results[4];
    quipu_lease first = {
        .account_id = LEASE, .counterpart_id = COUNTERPART, .seconds = 5, .code = 1};
    quipu_lease second = first, old;

    cr_assert_eq(quipu_create_accounts(near, accounts, 4, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, NULL);
    one = daemon_connect(&served);
    other = daemon_connect(&served);
    cr_assert_eq(quipu_lease_acquire(one, &first), QUIPU_OK);
    cr_assert_eq(quipu_lease_acquire(other, &second), QUIPU_BUSY);
    cr_assert_eq(pay(one, 10, &first), QUIPU_OK);
    old = first;
    cr_assert_eq(quipu_lease_renew(one, &first), QUIPU_OK);
    cr_assert_eq(pay(one, 11, &old), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_token(one, &first), QUIPU_OK);
    (void)shared_add(&now, 10 * SECOND);
    cr_assert_eq(quipu_lease_acquire(other, &second), QUIPU_OK);
    cr_assert_eq(pay(other, 12, &second), QUIPU_OK);
    cr_assert_eq(pay(one, 13, &first), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_renew(one, &first), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_give_back(other, &second), QUIPU_OK);
    cr_assert_eq(quipu_close(one), QUIPU_OK);
    cr_assert_eq(quipu_close(other), QUIPU_OK);
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
}
