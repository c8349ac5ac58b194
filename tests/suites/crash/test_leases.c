/* test_leases.c - a process is killed right after it was granted a lease.
 *
 * The ledger is buffered, and its next flush is an hour away. So a crash takes back what was not
 * synced, but no token is among it: no token is given again. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quipu/lease.h"
#include "support/ledger.h"
#include "support/scratch.h"

enum { LEASE = 1, COUNTERPART, FROM, TO, ACCOUNTS = TO };

static quipu_lease a_lease(void)
{
    return (quipu_lease){
        .account_id = LEASE, .counterpart_id = COUNTERPART, .seconds = 1, .code = 1};
}

static bool create_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (int i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account((quipu_uint128)i + 1);
    return quipu_create_accounts(ledger, accounts, ACCOUNTS, results) == QUIPU_OK &&
           quipu_sync(ledger) == QUIPU_OK;
}

/* Returns what the holder knew of its lease when it was killed. */
static quipu_lease killed_holder(const quipu_options *options)
{
    quipu_lease lease = a_lease();
    int ends[2];
    pid_t child;

    cr_assert_eq(pipe(ends), 0);
    child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        quipu_ledger *ledger;

        if (quipu_open(options, &ledger) == QUIPU_OK && create_accounts(ledger) &&
            quipu_lease_acquire(ledger, &lease) == QUIPU_OK &&
            write(ends[1], &lease, sizeof lease) == (ssize_t)sizeof lease)
            (void)raise(SIGKILL);
        _exit(1);
    }
    (void)close(ends[1]);
    cr_assert_eq(read(ends[0], &lease, sizeof lease), (ssize_t)sizeof lease);
    (void)close(ends[0]);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    return lease;
}

static quipu_status pay(quipu_ledger *ledger, quipu_uint128 id, const quipu_lease *lease)
{
    quipu_expectation fence = quipu_lease_expectation(lease);
    quipu_transfer event = a_transfer(id, FROM, TO, 1);
    quipu_result result;

    return quipu_commit(ledger, &fence, 1, &event, 1, &result, NULL);
}

EVERY_PROTOCOL(leases, a_crash_gives_no_token_again)
{
    char path[SCRATCH_PATH];
    quipu_options options = {.protocol = protocols[*protocol_index],
                             .durability = QUIPU_BUFFERED,
                             .flush_interval = 3600 * SECOND,
                             .account_capacity = 1024,
                             .transfer_capacity = 1024,
                             .path = path};
    quipu_lease one, other = a_lease();
    quipu_ledger *ledger;

    if (options.protocol == QUIPU_CAS) return; /* it grants no leases */
    scratch_make(path);
    one = killed_holder(&options);
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    /* Until the killed holder's grant has expired. */
    while (quipu_lease_acquire(ledger, &other) == QUIPU_BUSY) {
    }
    cr_assert_gt(other.token, one.token, "token %d was given, and then %d", (int)one.token,
                 (int)other.token);
    cr_assert_eq(pay(ledger, 10, &one), QUIPU_CONFLICT);
    cr_assert_eq(pay(ledger, 11, &other), QUIPU_OK);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    scratch_remove(path);
}
