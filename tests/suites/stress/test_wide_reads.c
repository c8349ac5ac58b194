/* test_wide_reads.c - reads of so many accounts that few find them undisturbed. Not for cas: no
 * promise.
 *
 * A writer moves amounts between the first and the last of thousands of accounts, without a pause.
 * How many reads it disturbs is up to the machine: reads go on until some have been disturbed;
 * tests/machines/explore leaves nothing of that to chance.
 *
 *   T1  the read ends, and is of one instant: what one account gave the other has got
 *   T2  what had returned before the read is in it, and later reads are no older */
#include "support/ledger.h"
#include "support/meanwhile.h"
#include "support/threads.h"

enum { ACCOUNTS = 8000, READS = 60, DISTURBED = 3, WRITES = 500000 };

struct wide {
    quipu_ledger *ledger;
    unsigned reads;
    uint64_t over, done;
    uint64_t missing; /* disturbed reads that are still to come */
    const char *wrong;
};

static void write_on(struct wide *wide)
{
    for (unsigned i = 1; i <= WRITES && shared_read(&wide->over) == 0; i++) {
        quipu_transfer event = a_transfer(i, 1, ACCOUNTS, i);
        quipu_result result;

        if (quipu_create_transfers(wide->ledger, &event, 1, &result) != QUIPU_OK ||
            result.status != QUIPU_CREATED) {
            break;
        }
        shared_raise(&wide->done, i);
    }
}

static const char *read_all(struct wide *wide)
{
    static quipu_uint128 ids[ACCOUNTS];
    static quipu_account accounts[ACCOUNTS];
    static uint64_t versions[ACCOUNTS];
    const quipu_account *first = &accounts[0], *last = &accounts[ACCOUNTS - 1];
    uint64_t newest = 0;

    for (unsigned i = 0; i < ACCOUNTS; i++)
        ids[i] = 1 + i;
    for (unsigned i = 0; meanwhile_goes_on(&wide->missing, i, wide->reads); i++) {
        uint64_t done = shared_read(&wide->done), n;

        if (quipu_lookup_accounts(wide->ledger, ids, ACCOUNTS, accounts, versions) != QUIPU_OK)
            return "a read failed";
        n = versions[0] - 1;
        if (versions[ACCOUNTS - 1] - 1 != n || first->debits_posted != last->credits_posted)
            return "two instants in one read";
        if (first->debits_posted != (quipu_uint128)n * (n + 1) / 2) return "a torn account";
        if (n < done || n < newest) return "what had returned is not in it";
        newest = n;
        if (wide->missing > 0 && shared_read(&wide->done) > done) wide->missing--;
    }
    return NULL;
}

static void run(void *context, unsigned index)
{
    struct wide *wide = context;

    if (index > 0) {
        write_on(wide);
        return;
    }
    wide->wrong = read_all(wide);
    (void)shared_add(&wide->over, 1);
}

EVERY_PROTOCOL(wide_reads, are_of_one_instant, .timeout = 240)
{
    static quipu_account events[ACCOUNTS];
    static quipu_result results[ACCOUNTS];
    quipu_protocol protocol = protocols[*protocol_index];
    struct wide wide = {.reads = threads_work(READS), .missing = DISTURBED};

    if (protocol == QUIPU_CAS) return;
    wide.ledger = ledger_open(protocol, NULL);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        events[i] = an_account(1 + i);
    cr_assert_eq(quipu_create_accounts(wide.ledger, events, ACCOUNTS, results), QUIPU_OK);
    threads_run(2, run, &wide);
    cr_assert_null(wide.wrong, "%s: %s", protocol_name(protocol), wide.wrong);
    cr_assert_eq(wide.missing, 0, "hardly a read was disturbed");
    ledger_close(wide.ledger);
}
