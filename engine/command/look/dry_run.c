/* dry_run.c - copies two accounts and a hold into a ledger in memory, and posts there. */
#include "command/look/dry_run.h"

#include <stddef.h>

/* Accounts that the copies move their totals with; none of a ledger is likely to have their ids. */
#define SOURCE (QUIPU_AMOUNT_MAX - 1)
#define ROOM 1024

struct copy {
    quipu_ledger *ledger;
    uint32_t of; /* the ledger's number */
    const quipu_hold *hold;
    quipu_status status;
};

/* Post a transfer; what an account had, it could get. */
static void move(struct copy *copy, quipu_uint128 debit, quipu_uint128 credit, quipu_uint128 amount,
                 uint16_t flags)
{
    const quipu_transfer transfer = {
        .id = quipu_id(),
        .debit_account_id = debit,
        .credit_account_id = credit,
        .amount = amount,
        .ledger = copy->of,
        .code = 1,
        .flags = flags,
    };
    quipu_result result;

    if (amount > 0 && copy->status == QUIPU_OK)
        copy->status = quipu_create_transfers(copy->ledger, &transfer, 1, &result);
}

/* What is held on a side, without the hold that is copied as such. */
static quipu_uint128 held(const struct copy *copy, quipu_uint128 pending, quipu_uint128 of_hold,
                          quipu_uint128 account)
{
    bool is_its = copy->hold->state == QUIPU_HOLD_OPEN && of_hold == account;

    return is_its && pending >= copy->hold->amount ? pending - copy->hold->amount : pending;
}

/* The side that limits the other goes first. */
static void copy_totals(struct copy *copy, const quipu_account *account)
{
    bool debits_first = (account->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) != 0;

    if (debits_first) move(copy, account->id, SOURCE, account->debits_posted, 0);
    move(copy, SOURCE, account->id, account->credits_posted, 0);
    if (!debits_first) move(copy, account->id, SOURCE, account->debits_posted, 0);
    move(copy, account->id, SOURCE,
         held(copy, account->debits_pending, copy->hold->debit_account_id, account->id),
         QUIPU_TRANSFER_PENDING);
    move(copy, SOURCE, account->id,
         held(copy, account->credits_pending, copy->hold->credit_account_id, account->id),
         QUIPU_TRANSFER_PENDING);
}

static void copy_account(struct copy *copy, const quipu_account *account)
{
    const uint16_t kept =
        QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS | QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
    const quipu_account fresh[] = {
        {.id = SOURCE, .ledger = account->ledger, .code = 1},
        {.id = account->id,
         .ledger = account->ledger,
         .code = account->code,
         .flags = account->flags & kept},
    };
    quipu_result results[2];

    if (account->id == 0 || copy->status != QUIPU_OK) return;
    copy->status = quipu_create_accounts(copy->ledger, fresh, 2, results);
    if (copy->of == account->ledger) copy_totals(copy, account);
}

/* As it is: with its id, and open for a second more at least. */
static void copy_hold(struct copy *copy, const quipu_transfer *pending)
{
    quipu_transfer transfer = *pending;
    quipu_transfer end = {.id = quipu_id(), .pending_id = pending->id};
    quipu_result result;

    if (pending->id == 0 || copy->status != QUIPU_OK) return;
    transfer.timestamp = 0;
    transfer.timeout = 0;
    transfer.flags &= QUIPU_TRANSFER_PENDING;
    copy->status = quipu_create_transfers(copy->ledger, &transfer, 1, &result);
    if (copy->hold->state == QUIPU_HOLD_OPEN || copy->status != QUIPU_OK) return;
    end.flags = copy->hold->state == QUIPU_HOLD_POSTED ? QUIPU_TRANSFER_POST_PENDING_TRANSFER
                                                       : QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
    end.amount = copy->hold->posted;
    copy->status = quipu_create_transfers(copy->ledger, &end, 1, &result);
}

static void judge(struct copy *copy, const quipu_transfer *transfer,
                  const quipu_account accounts[2], struct dry_run *run)
{
    quipu_transfer tried = *transfer;

    tried.flags &= (uint16_t) ~(QUIPU_TRANSFER_IMPORTED | QUIPU_TRANSFER_LINKED);
    tried.timestamp = 0;
    if (tried.id == 0) tried.id = quipu_id();
    copy->status = quipu_create_transfers(copy->ledger, &tried, 1, &run->result);
    if (copy->status != QUIPU_OK) return;
    run->is_short = shortfall_of(copy->ledger, &tried, &run->result, &run->shortfall);
    /* A copy is never closed: what it is let do, and the account is not, is refused there. */
    if (run->result.status == QUIPU_CREATED && transfer->pending_id == 0) {
        if (accounts[0].flags & QUIPU_ACCOUNT_CLOSED)
            run->result.status = QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED;
        else if (accounts[1].flags & QUIPU_ACCOUNT_CLOSED)
            run->result.status = QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED;
    }
}

static quipu_status run_on(quipu_ledger *ledger, struct copy *copy, const quipu_transfer *transfer,
                           struct dry_run *run)
{
    quipu_transfer pending = {0};
    quipu_hold hold = {0};
    quipu_uint128 ids[2] = {transfer->debit_account_id, transfer->credit_account_id};
    quipu_account accounts[2] = {0};
    quipu_status status = QUIPU_OK;

    if (transfer->pending_id != 0) {
        status = quipu_lookup_transfers(ledger, &transfer->pending_id, 1, &pending, NULL);
        if (status == QUIPU_OK)
            status = quipu_lookup_holds(ledger, &transfer->pending_id, 1, &hold);
        if (hold.id != 0) {
            ids[0] = hold.debit_account_id;
            ids[1] = hold.credit_account_id;
        }
    }
    if (status == QUIPU_OK) status = quipu_lookup_accounts(ledger, ids, 2, accounts, NULL);
    if (status != QUIPU_OK) return status;
    copy->hold = &hold;
    copy->of = pending.ledger != 0 ? pending.ledger : transfer->ledger;
    copy_account(copy, &accounts[0]);
    if (ids[0] != ids[1]) copy_account(copy, &accounts[1]);
    copy_hold(copy, &pending);
    if (copy->status == QUIPU_OK) judge(copy, transfer, accounts, run);
    return copy->status;
}

quipu_status dry_run(quipu_ledger *ledger, const quipu_transfer *transfer, struct dry_run *run)
{
    const quipu_options options = {.account_capacity = ROOM, .transfer_capacity = 64 * ROOM};
    struct copy copy = {.status = QUIPU_OK};
    quipu_status status = quipu_open(&options, &copy.ledger);

    *run = (struct dry_run){0};
    if (status != QUIPU_OK) return status;
    status = run_on(ledger, &copy, transfer, run);
    (void)quipu_close(copy.ledger);
    return status;
}
