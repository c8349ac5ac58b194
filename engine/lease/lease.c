/* lease.c - leases by the calls of quipu.h, and by nothing else of the engine.
 *
 *   L1  A grant names the version at which its caller saw no hold, so of two that see the same one
 *       is granted.
 *   L2  A token is returned only after quipu_sync(): no crash gives it again.
 *   L3  The ids of a call are in *lease before the call uses them, and stay there until its answer
 *       is known: a retry finds what the call did. */
#include "quipu/lease.h"

#include <stdalign.h>

#define GRANT_AMOUNT 1

enum grant_state {
    GRANT_NONE,   /* there is no transfer with this id */
    GRANT_STANDS, /* its hold is open, and nothing changed the account since */
    GRANT_PASSED, /* its hold is open, but something else changed the account */
    GRANT_OVER
};

static bool makes_sense(const quipu_ledger *ledger, const quipu_lease *lease)
{
    return ledger != NULL && lease != NULL && (uintptr_t)lease % alignof(quipu_lease) == 0 &&
           lease->reserved == 0 && lease->reserved_too[0] == 0 && lease->reserved_too[1] == 0 &&
           lease->reserved_too[2] == 0;
}

/* What became of a grant, and its token. */
static quipu_status look(quipu_ledger *ledger, const quipu_lease *lease,
                         const quipu_uint128 *grant_id, enum grant_state *state, uint64_t *token)
{
    quipu_hold hold;
    quipu_account account;
    quipu_transfer grant;
    quipu_transfer_versions versions;
    uint64_t version;
    quipu_status status = quipu_lookup_holds(ledger, grant_id, 1, &hold);

    *state = GRANT_NONE;
    if (status != QUIPU_OK || hold.id == 0) return status;
    *state = GRANT_OVER;
    if (hold.state != QUIPU_HOLD_OPEN || hold.debit_account_id != lease->account_id)
        return QUIPU_OK;
    status = quipu_lookup_transfers(ledger, grant_id, 1, &grant, &versions);
    if (status != QUIPU_OK) return status;
    status = quipu_lookup_accounts(ledger, &lease->account_id, 1, &account, &version);
    if (status != QUIPU_OK) return status;
    *state = version == versions.debit ? GRANT_STANDS : GRANT_PASSED;
    *token = versions.debit;
    return QUIPU_OK;
}

/* A grant that stands is this lease's from now on, if it is on disk (L2). */
static quipu_status hand_over(quipu_ledger *ledger, quipu_lease *lease, quipu_uint128 grant_id,
                              uint64_t token)
{
    quipu_status status = quipu_sync(ledger);

    if (status != QUIPU_OK) return status;
    lease->grant_id = grant_id;
    lease->token = token;
    lease->next_grant_id = 0;
    lease->void_id = 0;
    return QUIPU_OK;
}

/* A renewal that was not answered may have been made: its grant is the lease's, then (L3). */
static quipu_status settle_renewal(quipu_ledger *ledger, quipu_lease *lease)
{
    enum grant_state state = GRANT_NONE;
    uint64_t token = 0;
    quipu_status status;

    if (lease->next_grant_id == 0) return QUIPU_OK;
    status = look(ledger, lease, &lease->next_grant_id, &state, &token);
    if (status != QUIPU_OK || state == GRANT_NONE) return status;
    lease->grant_id = lease->next_grant_id;
    lease->next_grant_id = 0;
    lease->void_id = 0;
    return QUIPU_OK;
}

static quipu_transfer grant_of(const quipu_lease *lease, const quipu_account *account,
                               quipu_uint128 id)
{
    return (quipu_transfer){.id = id,
                            .debit_account_id = lease->account_id,
                            .credit_account_id = lease->counterpart_id,
                            .amount = GRANT_AMOUNT,
                            .timeout = lease->seconds,
                            .ledger = account->ledger,
                            .code = lease->code,
                            .flags = QUIPU_TRANSFER_PENDING};
}

/* Grant it at the version at which nobody held it. QUIPU_CONFLICT: the account has moved on. */
static quipu_status try_grant(quipu_ledger *ledger, quipu_lease *lease)
{
    quipu_account account;
    quipu_expectation unheld = {.account_id = lease->account_id};
    quipu_transfer grant;
    quipu_receipt receipt;
    quipu_result result;
    quipu_status status =
        quipu_lookup_accounts(ledger, &lease->account_id, 1, &account, &unheld.version);

    if (status != QUIPU_OK) return status;
    if (account.id == 0) return QUIPU_INVALID;
    if (account.debits_pending != 0) return QUIPU_BUSY;
    grant = grant_of(lease, &account, lease->grant_id);
    status = quipu_commit(ledger, &unheld, 1, &grant, 1, &result, &receipt); /* L1 */
    if (status != QUIPU_OK) return status;
    if (result.status == QUIPU_CREATED)
        return hand_over(ledger, lease, lease->grant_id, receipt.debit_version);
    lease->outcome = result.status;
    lease->grant_id = 0; /* it may be burnt */
    return QUIPU_INVALID;
}

quipu_status quipu_lease_acquire(quipu_ledger *ledger, quipu_lease *lease)
{
    quipu_status status;

    if (!makes_sense(ledger, lease)) return QUIPU_INVALID;
    lease->outcome = 0;
    lease->token = 0;
    status = settle_renewal(ledger, lease);
    if (status != QUIPU_OK) return status;
    do {
        enum grant_state state = GRANT_NONE;
        uint64_t token = 0;

        if (lease->grant_id == 0) lease->grant_id = quipu_id(); /* L3 */
        status = look(ledger, lease, &lease->grant_id, &state, &token);
        if (status != QUIPU_OK) return status;
        if (state == GRANT_STANDS) return hand_over(ledger, lease, lease->grant_id, token);
        if (state == GRANT_PASSED) return QUIPU_BUSY;
        if (state == GRANT_OVER) lease->grant_id = quipu_id();
        status = try_grant(ledger, lease);
    } while (status == QUIPU_CONFLICT); /* each time, another call has changed the account */
    return status;
}

/* Ends the grant and makes the next, if the account is at the token. */
static quipu_status try_renew(quipu_ledger *ledger, quipu_lease *lease,
                              const quipu_account *account)
{
    const quipu_expectation fence = quipu_lease_expectation(lease);
    const quipu_transfer events[2] = {
        {.id = lease->void_id,
         .pending_id = lease->grant_id,
         .flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER | QUIPU_TRANSFER_LINKED},
        grant_of(lease, account, lease->next_grant_id),
    };
    quipu_receipt receipts[2];
    quipu_result results[2];
    quipu_status status = quipu_commit(ledger, &fence, 1, events, 2, results, receipts);

    if (status != QUIPU_OK) return status;
    if (results[1].status == QUIPU_CREATED)
        return hand_over(ledger, lease, lease->next_grant_id, receipts[1].debit_version);
    if (results[0].status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED) return QUIPU_CONFLICT;
    lease->outcome = results[0].status == QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED
                         ? results[1].status
                         : results[0].status;
    lease->next_grant_id = lease->void_id = 0; /* they may be burnt */
    return QUIPU_INVALID;
}

quipu_status quipu_lease_renew(quipu_ledger *ledger, quipu_lease *lease)
{
    enum grant_state state = GRANT_NONE;
    quipu_account account;
    uint64_t token = 0;
    quipu_status status;

    if (!makes_sense(ledger, lease) || lease->grant_id == 0 || lease->token == 0)
        return QUIPU_INVALID;
    lease->outcome = 0;
    if (lease->next_grant_id == 0) lease->next_grant_id = quipu_id(); /* L3 */
    if (lease->void_id == 0) lease->void_id = quipu_id();
    status = quipu_lookup_accounts(ledger, &lease->account_id, 1, &account, NULL);
    if (status != QUIPU_OK) return status;
    status = try_renew(ledger, lease, &account);
    if (status != QUIPU_CONFLICT) return status;

    /* Lost, or renewed by an earlier call that was not answered. */
    status = look(ledger, lease, &lease->next_grant_id, &state, &token);
    if (status != QUIPU_OK) return status;
    return state == GRANT_STANDS ? hand_over(ledger, lease, lease->next_grant_id, token)
                                 : QUIPU_CONFLICT;
}

quipu_status quipu_lease_token(quipu_ledger *ledger, quipu_lease *lease)
{
    enum grant_state state = GRANT_NONE;
    uint64_t token = 0;
    quipu_status status;

    if (!makes_sense(ledger, lease) || lease->grant_id == 0) return QUIPU_INVALID;
    lease->outcome = 0;
    status = settle_renewal(ledger, lease);
    if (status != QUIPU_OK) return status;
    status = look(ledger, lease, &lease->grant_id, &state, &token);
    if (status != QUIPU_OK) return status;
    if (state == GRANT_STANDS) return hand_over(ledger, lease, lease->grant_id, token);
    lease->token = 0;
    return QUIPU_CONFLICT;
}

static quipu_status forget(quipu_lease *lease, quipu_status status)
{
    lease->token = 0;
    lease->grant_id = lease->next_grant_id = lease->void_id = 0;
    return status;
}

quipu_status quipu_lease_give_back(quipu_ledger *ledger, quipu_lease *lease)
{
    quipu_transfer end = {.flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER};
    quipu_result result;
    quipu_status status;

    if (!makes_sense(ledger, lease) || lease->grant_id == 0) return QUIPU_INVALID;
    lease->outcome = 0;
    status = settle_renewal(ledger, lease);
    if (status != QUIPU_OK) return status;
    if (lease->void_id == 0) lease->void_id = quipu_id(); /* L3 */
    end.id = lease->void_id;
    end.pending_id = lease->grant_id;
    status = quipu_create_transfers(ledger, &end, 1, &result);
    if (status != QUIPU_OK) return status;
    switch (result.status) {
    case QUIPU_CREATED:
    case QUIPU_CREATE_TRANSFER_EXISTS: return forget(lease, QUIPU_OK);
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED: return forget(lease, QUIPU_CONFLICT);
    default:
        lease->outcome = result.status;
        lease->void_id = 0; /* it may be burnt */
        return QUIPU_INVALID;
    }
}
