/* ledger_check.c - follows the changes from the first, with a copy of each account.
 *
 *   1  take the ids of all accounts
 *   2  for each change, page by page: compare it with the copies of its accounts, and move them
 *   3  look all accounts up, and compare them with their copies
 *   4  count, and draw the trial balance
 *
 * A hold that falls due between 2 and 3 changes its accounts: if an account is newer than its copy,
 * the new changes are taken first. */
#include "command/look/ledger_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/common/growing_array.h"
#include "command/look/all_accounts.h"
#include "command/look/trial_balance.h"
#include "command/terminal/complain.h"
#include "command/terminal/progress.h"
#include "quipu/format.h"

/* The changes of a page. Each page walks along the strands of its accounts, so pages are large. */
#define PAGE_CHANGES 65536

/* An account after the changes so far. */
struct copy {
    quipu_uint128 id, debits_pending, debits_posted, credits_pending, credits_posted;
    uint64_t version; /* 0: no change has created it */
};

struct examination {
    quipu_ledger *ledger;
    struct check_result *result;
    struct copy *copies; /* by id */
    size_t count, capacity;
    bool out_of_memory;
    quipu_change_filter next;
    quipu_change *page;
    uint64_t changes, accounts, transfers;
    struct progress progress;
};

__attribute__((format(printf, 3, 4))) static void find(struct examination *examination,
                                                       const char *claim, const char *format, ...)
{
    struct check_result *result = examination->result;
    va_list arguments;

    if (result->finding_count < CHECK_FINDINGS_MAX) {
        struct check_finding *finding = &result->findings[result->finding_count];

        finding->claim = claim;
        va_start(arguments, format);
        (void)vsnprintf(finding->words, sizeof finding->words, format, arguments);
        va_end(arguments);
    }
    result->finding_count++;
}

static bool add_copy(void *context, const quipu_account *account)
{
    struct examination *examination = context;
    struct copy *copies =
        grow(examination->copies, &examination->capacity, examination->count + 1, sizeof *copies);

    examination->out_of_memory = copies == NULL;
    if (copies == NULL) return false;
    examination->copies = copies;
    copies[examination->count++] = (struct copy){.id = account->id};
    return true;
}

static int by_id(const void *one, const void *other)
{
    quipu_uint128 a = ((const struct copy *)one)->id, b = ((const struct copy *)other)->id;

    return (a > b) - (a < b);
}

static struct copy *copy_of(const struct examination *examination, quipu_uint128 id)
{
    const struct copy key = {.id = id};

    return bsearch(&key, examination->copies, examination->count, sizeof key, by_id);
}

static bool totals_agree(const struct copy *copy, const quipu_account *account)
{
    return copy->debits_pending == account->debits_pending &&
           copy->debits_posted == account->debits_posted &&
           copy->credits_pending == account->credits_pending &&
           copy->credits_posted == account->credits_posted;
}

/* What a change moves, on both of its accounts. */
struct movement {
    quipu_uint128 held, let_go, posted;
};

static quipu_status movement_of(struct examination *examination, const quipu_change *change,
                                struct movement *movement)
{
    const quipu_transfer *transfer = &change->transfer;
    quipu_transfer pending;
    quipu_status status;

    *movement = (struct movement){0};
    switch ((quipu_change_type)change->type) {
    case QUIPU_CHANGE_TRANSFER: movement->posted = transfer->amount; return QUIPU_OK;
    case QUIPU_CHANGE_PENDING: movement->held = transfer->amount; return QUIPU_OK;
    case QUIPU_CHANGE_PENDING_EXPIRED: movement->let_go = transfer->amount; return QUIPU_OK;
    case QUIPU_CHANGE_PENDING_POSTED: movement->posted = transfer->amount; break;
    case QUIPU_CHANGE_PENDING_VOIDED: break;
    case QUIPU_CHANGE_ACCOUNT: return QUIPU_OK;
    }
    status = quipu_lookup_transfers(examination->ledger, &transfer->pending_id, 1, &pending, NULL);
    if (status != QUIPU_OK) return status;
    if (pending.id == 0) {
        find(examination, "holds", "transfer %s resolves a hold that is not there",
             quipu_number_text(transfer->id).text);
    }
    movement->let_go = pending.amount;
    return QUIPU_OK;
}

/* Move the copy of one account, and compare it with the account as the change shows it. */
static void follow_side(struct examination *examination, const quipu_change *change,
                        const struct movement *movement, bool is_debit)
{
    const quipu_account *account = is_debit ? &change->debit : &change->credit;
    uint64_t version = is_debit ? change->debit_version : change->credit_version;
    struct copy *copy = copy_of(examination, account->id);
    char id[QUIPU_NUMBER_BYTES], transfer[QUIPU_NUMBER_BYTES];

    (void)quipu_number_write(account->id, id, sizeof id);
    (void)quipu_number_write(change->transfer.id, transfer, sizeof transfer);
    if (copy == NULL || copy->version == 0) {
        find(examination, "accounts", "account %s of transfer %s is not there", id, transfer);
        return;
    }
    if (version != copy->version + 1)
        find(examination, "versions", "account %s has version %llu after transfer %s, not %llu", id,
             (unsigned long long)version, transfer, (unsigned long long)copy->version + 1);
    copy->version = version;
    if (is_debit) {
        copy->debits_pending += movement->held - movement->let_go;
        copy->debits_posted += movement->posted;
    } else {
        copy->credits_pending += movement->held - movement->let_go;
        copy->credits_posted += movement->posted;
    }
    if (totals_agree(copy, account)) return;
    find(examination, "totals",
         "the totals of account %s after transfer %s are not those before "
         "it, moved by the transfer",
         id, transfer);
    copy->debits_pending = account->debits_pending;
    copy->debits_posted = account->debits_posted;
    copy->credits_pending = account->credits_pending;
    copy->credits_posted = account->credits_posted;
}

static void follow_account(struct examination *examination, const quipu_change *change)
{
    struct copy *copy = copy_of(examination, change->debit.id);
    char id[QUIPU_NUMBER_BYTES];

    (void)quipu_number_write(change->debit.id, id, sizeof id);
    examination->accounts++;
    if (copy == NULL || copy->version != 0) {
        find(examination, "accounts", "account %s is %s", id,
             copy == NULL ? "created, but not there" : "created twice");
        return;
    }
    if (change->debit_version != 1 || !totals_agree(copy, &change->debit))
        find(examination, "versions", "account %s does not begin with version 1 and no money", id);
    copy->version = 1;
}

static quipu_status follow_change(struct examination *examination, const quipu_change *change)
{
    struct movement movement;
    quipu_status status;

    examination->changes++;
    if (change->type == QUIPU_CHANGE_ACCOUNT) {
        follow_account(examination, change);
        return QUIPU_OK;
    }
    status = movement_of(examination, change, &movement);
    if (status != QUIPU_OK) return status;
    if (change->type == QUIPU_CHANGE_PENDING_EXPIRED) {
        examination->result->expiries++;
    } else {
        examination->transfers++;
    }
    follow_side(examination, change, &movement, true);
    follow_side(examination, change, &movement, false);
    return QUIPU_OK;
}

/* Follow all changes that have not been followed yet. */
static quipu_status follow_changes(struct examination *examination)
{
    size_t count = PAGE_CHANGES;

    while (count == PAGE_CHANGES) {
        quipu_status status = quipu_get_changes(examination->ledger, &examination->next,
                                                examination->page, PAGE_CHANGES, &count, NULL);

        for (size_t i = 0; i < count && status == QUIPU_OK; i++)
            status = follow_change(examination, &examination->page[i]);
        if (status != QUIPU_OK) return status;
        if (count > 0) {
            examination->next.after_timestamp = examination->page[count - 1].timestamp;
            examination->next.after_order = examination->page[count - 1].order;
        }
        progress_tick(&examination->progress, examination->changes);
    }
    return QUIPU_OK;
}

/* Compare an account, as it is now, with its copy. */
static quipu_status compare(struct examination *examination, struct copy *copy)
{
    quipu_account account;
    uint64_t version;
    quipu_status status =
        quipu_lookup_accounts(examination->ledger, &copy->id, 1, &account, &version);
    char id[QUIPU_NUMBER_BYTES];

    /* Ends: each turn follows a change of this account at least. */
    while (status == QUIPU_OK && version > copy->version) {
        uint64_t before = copy->version;

        status = follow_changes(examination);
        if (status == QUIPU_OK && copy->version == before) break;
        if (status == QUIPU_OK)
            status = quipu_lookup_accounts(examination->ledger, &copy->id, 1, &account, &version);
    }
    if (status != QUIPU_OK) return status;
    (void)quipu_number_write(copy->id, id, sizeof id);
    if (version != copy->version) {
        find(examination, "versions", "account %s is at version %llu; its changes end at %llu", id,
             (unsigned long long)version, (unsigned long long)copy->version);
    } else if (!totals_agree(copy, &account)) {
        find(examination, "totals", "the totals of account %s are not those of its last change",
             id);
    }
    return QUIPU_OK;
}

static quipu_status count_all(struct examination *examination)
{
    struct check_result *result = examination->result;
    quipu_counters counters;
    quipu_status status = quipu_get_counters(examination->ledger, &counters);

    if (status != QUIPU_OK) return status;
    result->accounts = counters.accounts;
    result->transfers = counters.transfers;
    result->failed_ids = counters.failed_ids;
    if (examination->accounts != counters.accounts || examination->count != counters.accounts)
        find(examination, "accounts",
             "%llu accounts are there, %llu can be read, %llu were created",
             (unsigned long long)counters.accounts, (unsigned long long)examination->count,
             (unsigned long long)examination->accounts);
    if (examination->transfers != counters.transfers)
        find(examination, "transfers", "%llu transfers are there; %llu changes created one",
             (unsigned long long)counters.transfers, (unsigned long long)examination->transfers);
    return QUIPU_OK;
}

static quipu_status examine(struct examination *examination)
{
    quipu_status status = all_accounts_visit(examination->ledger, add_copy, examination);

    examination->page = malloc(PAGE_CHANGES * sizeof *examination->page);
    if (examination->out_of_memory || examination->page == NULL) return QUIPU_NO_MEMORY;
    if (status != QUIPU_OK) return status;
    if (examination->count > 0)
        qsort(examination->copies, examination->count, sizeof *examination->copies, by_id);
    status = follow_changes(examination);
    for (size_t i = 0; i < examination->count && status == QUIPU_OK; i++)
        status = compare(examination, &examination->copies[i]);
    return status == QUIPU_OK ? count_all(examination) : status;
}

enum command_exit ledger_check(quipu_ledger *ledger, struct check_result *result)
{
    struct examination examination = {
        .ledger = ledger, .result = result, .next = {.limit = PAGE_CHANGES}};
    struct trial trial;
    quipu_status status;

    *result = (struct check_result){0};
    progress_begin(&examination.progress, "changes", 0);
    status = examine(&examination);
    progress_end(&examination.progress);
    free(examination.copies);
    free(examination.page);
    if (status != QUIPU_OK) {
        complain_of_status("checking the ledger", status);
        return COMMAND_SYSTEM;
    }
    if (!trial_take(ledger, &trial)) return COMMAND_SYSTEM;
    result->books_balance = trial_balances(&trial);
    if (!result->books_balance)
        find(&examination, "books", "debits and credits differ in a ledger");
    trial_free(&trial);
    return COMMAND_FINE;
}
