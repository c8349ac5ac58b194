/* holder.c - contends, pays, and is judged; see holder.h. */
#include "machines/explore/holder.h"

#include "machines/explore/play.h"

/* The fiber's grant, as a step: complete() adds what was stored. */
static void record_grant(struct tape *tape, const struct holder *holder)
{
    struct history_step *step = stage_step(tape, HISTORY_TRANSFER);

    step->status = QUIPU_CREATED;
    step->transfer = (quipu_transfer){.id = holder->lease.grant_id,
                                      .debit_account_id = holder->lease.account_id,
                                      .credit_account_id = holder->lease.counterpart_id,
                                      .amount = 1,
                                      .timeout = holder->lease.seconds,
                                      .ledger = 1,
                                      .code = 1,
                                      .flags = QUIPU_TRANSFER_PENDING};
}

static const char *answered(struct stage *stage, struct holder *holder, struct tape *tape,
                            uint64_t begin, quipu_status status)
{
    (void)stage_end_call(stage, tape, begin);
    if (status != QUIPU_OK)
        return status == QUIPU_BUSY || status == QUIPU_CONFLICT ? NULL : "a lease call failed";
    record_grant(tape, holder);
    holder->granted_token = holder->lease.token;
    holder->granted_at = scheduler_time();
    return holder->lease.token != 0 ? NULL : "granted without a token";
}

const char *holder_acquire(struct stage *stage, struct holder *holder, struct tape *tape,
                           const struct op *op)
{
    uint64_t begin = stage_begin_call();

    holder->lease = (quipu_lease){.account_id = op->accounts[0],
                                  .counterpart_id = op->accounts[1],
                                  .seconds = op->events[0].timeout,
                                  .code = 1,
                                  .grant_id = op->events[0].id};
    return answered(stage, holder, tape, begin, quipu_lease_acquire(stage->ledger, &holder->lease));
}

const char *holder_renew(struct stage *stage, struct holder *holder, struct tape *tape,
                         const struct op *op)
{
    quipu_uint128 voided = holder->lease.grant_id;
    uint64_t begin;
    quipu_status status;
    struct history_step *step;

    if (holder->lease.token == 0) return NULL;
    holder->lease.next_grant_id = op->events[0].id;
    holder->lease.void_id = op->events[1].id;
    begin = stage_begin_call();
    status = quipu_lease_renew(stage->ledger, &holder->lease);
    if (status != QUIPU_OK) return answered(stage, holder, tape, begin, status);
    (void)stage_end_call(stage, tape, begin);
    step = stage_step(tape, HISTORY_TRANSFER);
    step->status = QUIPU_CREATED;
    step->transfer =
        (quipu_transfer){.id = op->events[1].id,
                         .pending_id = voided,
                         .flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER | QUIPU_TRANSFER_LINKED};
    record_grant(tape, holder);
    holder->granted_token = holder->lease.token;
    holder->granted_at = scheduler_time();
    return NULL;
}

const char *holder_commit(struct stage *stage, struct holder *holder, struct tape *tape,
                          const struct op *op)
{
    quipu_expectation fence = quipu_lease_expectation(&holder->lease);
    quipu_transfer events[EVENTS_MAX];
    quipu_result results[EVENTS_MAX];
    size_t count = stage_events(stage, op, events);
    struct history_step *step;
    uint64_t begin;
    quipu_status status;

    if (fence.version == 0) return NULL;
    begin = stage_begin_call();
    status = quipu_commit(stage->ledger, &fence, 1, events, count, results, NULL);
    stage_end_call(stage, tape, begin)->status = status;
    step = stage_step(tape, HISTORY_EXPECT);
    step->version = fence.version;
    step->account.id = fence.account_id;
    for (size_t i = 0; i < count; i++) {
        step = stage_step(tape, HISTORY_TRANSFER);
        step->transfer = events[i];
        if (i + 1 < count) step->transfer.flags |= QUIPU_TRANSFER_LINKED;
        if (status == QUIPU_OK) step->status = results[i].status;
    }
    if (status == QUIPU_CONFLICT) return NULL;
    if (status != QUIPU_OK || results[0].status != QUIPU_CREATED) return "a payment failed";
    holder->paid[holder->payment_count] = events[0].id;
    holder->paid_at[holder->payment_count] = begin;
    holder->tokens[holder->payment_count++] = fence.version;
    return NULL;
}

/* Where among all payments this one came: the version that it gave the account they go through. */
static uint64_t place_of(struct stage *stage, quipu_uint128 id)
{
    quipu_transfer_versions versions = {0};
    quipu_transfer transfer;

    (void)quipu_lookup_transfers(stage->ledger, &id, 1, &transfer, &versions);
    return versions.debit;
}

static const char *judge_payment(struct stage *stage, const struct holder *payer, size_t payment)
{
    uint64_t place = place_of(stage, payer->paid[payment]), token = payer->tokens[payment];

    for (uint32_t fiber = 0; fiber < stage->fibers; fiber++) {
        const struct holder *other = &stage->holders[fiber];

        if (other->granted_token > token && payer->paid_at[payment] > other->granted_at)
            return "fence broken: a payment began after a later grant, and was accepted";
        for (size_t i = 0; i < other->payment_count; i++) {
            if (other->tokens[i] > token && place_of(stage, other->paid[i]) < place)
                return "fence broken: a payment was accepted after one under a later token";
            if (other != payer && other->tokens[i] == token)
                return "fence broken: two holders paid under one token";
        }
    }
    return NULL;
}

const char *judge_holder(struct stage *stage, uint32_t fiber)
{
    const struct holder *holder = &stage->holders[fiber];
    quipu_uint128 lease = holder->lease.account_id;
    quipu_account account;
    const char *wrong = NULL;

    if (lease == 0) return NULL;
    if (quipu_lookup_accounts(stage->ledger, &lease, 1, &account, NULL) != QUIPU_OK)
        return "quipu_lookup_accounts() failed";
    if (account.debits_pending > 1) return "fence broken: two grants of one lease stand";
    for (size_t i = 0; wrong == NULL && i < holder->payment_count; i++)
        wrong = judge_payment(stage, holder, i);
    return wrong;
}
