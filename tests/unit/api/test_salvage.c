/* test_salvage.c - quipu_salvage(): what it gives of a ledger, whole or damaged.
 *
 *   V1  of a ledger that is not damaged: every account and transfer, each once, by timestamp, as
 *       lookups give them but for the totals; as of the journal, a checkpoint and both
 *   V2  the visitor ends it when it wants
 *   V3  misuse and what is no ledger is refused; an owner is not disturbed
 *   V4  if memory runs out, it says so: nothing is called missing that is there
 *
 * tests/suites/shell/test_salvage.sh damages ledgers. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ledger.h"
#include "support/scratch.h"

enum { ACCOUNTS = 5, ROWS = 40 };

static quipu_ledger *open_at(const char *path, quipu_protocol protocol)
{
    const quipu_options options = {
        .protocol = protocol, .path = path, .account_capacity = 64, .transfer_capacity = 4096};
    quipu_ledger *ledger = NULL;

    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK);
    return ledger;
}

static void make_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (int i = 0; i < ACCOUNTS; i++) {
        accounts[i] = an_account((quipu_uint128)(i + 1));
        accounts[i].user_data_128 = ID_MAX - (unsigned)i;
        accounts[i].user_data_32 = (uint32_t)i;
    }
    cr_assert_eq(quipu_create_accounts(ledger, accounts, ACCOUNTS, results), QUIPU_OK);
}

/* Plain ones, holds, posts and voids; and one that fails and burns its id. */
static void make_transfers(quipu_ledger *ledger, unsigned from)
{
    quipu_transfer transfers[ROWS];
    quipu_result results[ROWS];

    for (unsigned i = 0; i < ROWS; i++) {
        quipu_uint128 id = from + i, debit = 1 + i % ACCOUNTS, credit = 1 + (i + 1) % ACCOUNTS;

        switch (i % 4) {
        case 0: transfers[i] = a_transfer(id, debit, credit, i + 1); break;
        case 1: transfers[i] = a_hold(id, debit, credit, i + 1, 1000000); break;
        case 2: transfers[i] = a_post(id, id - 1, i - 1); break;
        default: transfers[i] = a_hold(id, debit, credit, 7, 0); break;
        }
        transfers[i].user_data_64 = i;
    }
    transfers[ROWS - 1] = a_void(from + ROWS - 1, from + ROWS - 5);
    cr_assert_eq(quipu_create_transfers(ledger, transfers, ROWS, results), QUIPU_OK);
    for (unsigned i = 0; i < ROWS; i++)
        cr_assert_eq(results[i].status, QUIPU_CREATED, "%u: %u", i, results[i].status);
}

/* What came, held against the ledger. */
struct seen {
    quipu_account accounts[ACCOUNTS];
    quipu_transfer transfers[3 * ROWS];
    size_t account_count, transfer_count, finding_count;
    size_t enough; /* visits */
    char words[512];
};

static bool go_on(struct seen *seen)
{
    return seen->enough == 0 || --seen->enough > 0;
}

static bool see_finding(void *context, const char *words)
{
    struct seen *seen = context;

    (void)snprintf(seen->words, sizeof seen->words, "%s", words);
    seen->finding_count++;
    return go_on(seen);
}

static bool see_account(void *context, const quipu_account *account)
{
    struct seen *seen = context;

    cr_assert_lt(seen->account_count, ACCOUNTS);
    seen->accounts[seen->account_count++] = *account;
    return go_on(seen);
}

static bool see_transfer(void *context, const quipu_transfer *transfer)
{
    struct seen *seen = context;

    cr_assert_lt(seen->transfer_count, 3 * ROWS);
    seen->transfers[seen->transfer_count++] = *transfer;
    return go_on(seen);
}

static quipu_status salvage(const char *path, struct seen *seen, quipu_salvaged *salvaged)
{
    const quipu_salvage_visitor visitor = {see_finding, see_account, see_transfer, seen};

    return quipu_salvage(path, &visitor, salvaged);
}

/* V1 */
static void check_whole(const char *path, quipu_protocol protocol, size_t transfers)
{
    static struct seen seen;
    quipu_salvaged salvaged;
    quipu_ledger *ledger;

    memset(&seen, 0, sizeof seen);
    cr_assert_eq(salvage(path, &seen, &salvaged), QUIPU_OK);
    cr_assert_eq(seen.finding_count, 0, "%s", seen.words);
    cr_assert_eq(salvaged.findings, 0);
    cr_assert_eq(salvaged.accounts, ACCOUNTS);
    cr_assert_eq(salvaged.transfers, transfers);
    cr_assert_eq(salvaged.nameless, 0);
    cr_assert_eq(salvaged.undecided, 0);
    cr_assert_eq(seen.account_count, ACCOUNTS);
    cr_assert_eq(seen.transfer_count, transfers);
    ledger = open_at(path, protocol);
    for (size_t i = 0; i < ACCOUNTS; i++) {
        quipu_account is = ledger_account(ledger, seen.accounts[i].id, NULL);

        is.debits_pending = is.debits_posted = is.credits_pending = is.credits_posted = 0;
        cr_assert_eq(memcmp(&is, &seen.accounts[i], sizeof is), 0, "account %zu", i);
        cr_assert(i == 0 || seen.accounts[i - 1].timestamp < is.timestamp);
    }
    for (size_t i = 0; i < transfers; i++) {
        quipu_transfer is;

        cr_assert_eq(quipu_lookup_transfers(ledger, &seen.transfers[i].id, 1, &is, NULL), QUIPU_OK);
        cr_assert_eq(memcmp(&is, &seen.transfers[i], sizeof is), 0, "transfer %zu", i);
        cr_assert(i == 0 || seen.transfers[i - 1].timestamp < is.timestamp);
    }
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
}

EVERY_PROTOCOL(salvage, v1_gives_all_that_there_is)
{
    quipu_protocol protocol = protocols[*protocol_index];
    char path[SCRATCH_PATH];
    quipu_ledger *ledger;

    scratch_make(path);
    ledger = open_at(path, protocol);
    make_accounts(ledger);
    make_transfers(ledger, 1000);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    check_whole(path, protocol, ROWS);

    ledger = open_at(path, protocol);
    cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
    make_transfers(ledger, 2000);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    check_whole(path, protocol, 2 * ROWS);

    ledger = open_at(path, protocol);
    cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    check_whole(path, protocol, 2 * ROWS);
    scratch_remove(path);
}

Test(salvage, v2_ends_when_the_visitor_wants)
{
    static struct seen seen;
    quipu_salvaged salvaged;
    char path[SCRATCH_PATH];
    quipu_ledger *ledger;

    scratch_make(path);
    ledger = open_at(path, QUIPU_OPTIMISTIC);
    make_accounts(ledger);
    make_transfers(ledger, 1000);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    for (size_t enough = 1; enough <= ACCOUNTS + ROWS; enough++) {
        memset(&seen, 0, sizeof seen);
        seen.enough = enough;
        cr_assert_eq(salvage(path, &seen, &salvaged), QUIPU_OK);
        cr_assert_eq(seen.account_count + seen.transfer_count, enough);
        cr_assert_eq(salvaged.accounts + salvaged.transfers, enough);
    }
    scratch_remove(path);
}

Test(salvage, v3_refuses_misuse_and_what_is_no_ledger)
{
    static struct seen seen;
    quipu_salvage_visitor visitor = {see_finding, see_account, see_transfer, &seen};
    quipu_salvaged salvaged;
    char path[SCRATCH_PATH], file[SCRATCH_PATH + 32];
    quipu_ledger *ledger;

    scratch_make(path);
    cr_assert_eq(quipu_salvage(NULL, &visitor, &salvaged), QUIPU_INVALID);
    cr_assert_eq(quipu_salvage(path, NULL, &salvaged), QUIPU_INVALID);
    cr_assert_eq(quipu_salvage(path, &visitor, NULL), QUIPU_INVALID);
    visitor.account = NULL;
    cr_assert_eq(quipu_salvage(path, &visitor, &salvaged), QUIPU_INVALID);
    visitor.account = see_account;
    visitor.finding = NULL;
    cr_assert_eq(quipu_salvage(path, &visitor, &salvaged), QUIPU_INVALID);
    cr_assert_eq(seen.finding_count, 0);

    cr_assert_eq(salvage(path, &seen, &salvaged), QUIPU_INVALID); /* empty */
    cr_assert_eq(seen.finding_count, 1);
    cr_assert_eq(salvage("/nowhere/at/all", &seen, &salvaged), QUIPU_IO);

    ledger = open_at(path, QUIPU_OPTIMISTIC);
    cr_assert_eq(salvage(path, &seen, &salvaged), QUIPU_BUSY);
    make_accounts(ledger);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    cr_assert_eq(seen.account_count, 0);

    (void)snprintf(file, sizeof file, "%s/quipu.ledger", path);
    cr_assert_eq(truncate(file, 100), 0);
    cr_assert_eq(salvage(path, &seen, &salvaged), QUIPU_CORRUPT);
    cr_assert_not_null(strstr(seen.words, "quipu.ledger"));
    scratch_remove(path);
}

static uint64_t asked, refuse_at;

static bool refuse(void)
{
    return asked++ == refuse_at;
}

Test(salvage, v4_says_when_memory_runs_out)
{
    static struct seen seen;
    quipu_status status = QUIPU_NO_MEMORY;
    quipu_salvaged salvaged;
    char path[SCRATCH_PATH];
    quipu_ledger *ledger;

    scratch_make(path);
    ledger = open_at(path, QUIPU_OPTIMISTIC);
    make_accounts(ledger);
    make_transfers(ledger, 1000);
    cr_assert_eq(quipu_checkpoint(ledger), QUIPU_OK);
    make_transfers(ledger, 2000);
    cr_assert_eq(quipu_close(ledger), QUIPU_OK);
    for (refuse_at = 0; status == QUIPU_NO_MEMORY; refuse_at++) {
        memset(&seen, 0, sizeof seen);
        asked = 0;
        quipui_memory_refuse = refuse;
        status = salvage(path, &seen, &salvaged);
        quipui_memory_refuse = NULL;
        cr_assert(status == QUIPU_NO_MEMORY || asked <= refuse_at, "status %d at %llu", (int)status,
                  (unsigned long long)refuse_at);
        cr_assert(status != QUIPU_OK || seen.finding_count == 0, "%s", seen.words);
    }
    cr_assert_eq(status, QUIPU_OK);
    cr_assert_gt(refuse_at, 8);
    cr_assert_eq(seen.transfer_count, 2 * ROWS);
    scratch_remove(path);
}
