/* stress_hand.c - calls the library, reads the clock before and after, and writes both down. */
#define _POSIX_C_SOURCE 200809L
#include "command/stress/stress_hand.h"

#include "checker/stamp.h"
#include "command/stress/stress_order.h"

/* In a thousand. */
#define PAUSE_IN_SNAPSHOT 50

/* A call that failed is not written down, since the run ends. stress_run.c has reserved room on the
 * tape. */
static struct history_call *write_call(struct hand *hand, uint64_t begin, uint64_t end,
                                       quipu_status status)
{
    struct history_call *call;

    if (status != QUIPU_OK && status != QUIPU_CONFLICT) {
        hand->status = status;
        return NULL;
    }
    call = tape_call(hand->tape, begin, end);
    if (call == NULL) { /* not reached by tests: there is room */
        hand->status = QUIPU_NO_MEMORY;
        return NULL;
    }
    call->status = status;
    return call;
}

static struct history_step *write_step(struct hand *hand, enum history_kind kind)
{
    struct history_step *step = tape_step(hand->tape, kind);

    if (step == NULL) hand->status = QUIPU_NO_MEMORY;
    return step;
}

static void write_account(struct hand *hand, const quipu_account *account, uint64_t version)
{
    struct history_step *step = write_step(hand, HISTORY_READ);

    if (step == NULL) return;
    step->account = *account;
    step->version = version;
}

/* Write the transfer as it was asked for; stress_round.c looks up the created ones later. */
static void write_transfer(struct hand *hand, const quipu_transfer *event, uint32_t outcome,
                           const quipu_receipt *receipt)
{
    struct history_step *step = write_step(hand, HISTORY_TRANSFER);

    if (step == NULL) return;
    step->transfer = *event;
    step->status = outcome;
    if (receipt == NULL) return;
    step->versions = (quipu_transfer_versions){receipt->debit_version, receipt->credit_version};
    if (receipt->debit_version != 0) write_account(hand, &receipt->debit, receipt->debit_version);
    if (receipt->credit_version != 0)
        write_account(hand, &receipt->credit, receipt->credit_version);
}

void hand_create(struct hand *hand, size_t count)
{
    bool fenced = hand->order->fence;
    uint64_t begin = stamp_begin(fenced);
    quipu_status status = quipu_create_transfers(hand->ledger, hand->events, count, hand->results);
    uint64_t end = stamp_end(fenced);

    if (write_call(hand, begin, end, status) == NULL) return;
    for (size_t i = 0; i < count; i++)
        write_transfer(hand, &hand->events[i], hand->results[i].status, NULL);
    tally_count(&hand->tally, hand->results, count);
}

void hand_commit(struct hand *hand, size_t expectation_count, size_t count)
{
    bool fenced = hand->order->fence;
    uint64_t begin = stamp_begin(fenced);
    quipu_status status = quipu_commit(hand->ledger, hand->expectations, expectation_count,
                                       hand->events, count, hand->results, hand->receipts);
    uint64_t end = stamp_end(fenced);
    bool conflict = status == QUIPU_CONFLICT;

    if (write_call(hand, begin, end, status) == NULL) return;
    for (size_t i = 0; i < expectation_count; i++) {
        struct history_step *step = write_step(hand, HISTORY_EXPECT);

        if (step == NULL) return;
        step->account.id = hand->expectations[i].account_id;
        step->version = hand->expectations[i].version;
    }
    for (size_t i = 0; i < count; i++) {
        write_transfer(hand, &hand->events[i], conflict ? 0 : hand->results[i].status,
                       conflict ? NULL : &hand->receipts[i]);
    }
    hand->conflicts += conflict;
    if (!conflict) tally_count(&hand->tally, hand->results, count);
}

void hand_read(struct hand *hand, size_t count)
{
    bool fenced = hand->order->fence;
    uint64_t begin = stamp_begin(fenced);
    quipu_status status =
        quipu_lookup_accounts(hand->ledger, hand->ids, count, hand->accounts, hand->versions);
    uint64_t end = stamp_end(fenced);

    if (write_call(hand, begin, end, status) == NULL) return;
    for (size_t i = 0; i < count; i++)
        write_account(hand, &hand->accounts[i], hand->versions[i]);
}

void hand_pause(struct hand *hand, unsigned times)
{
    if (random_in_thousand(&hand->random, times)) (void)sched_yield();
}

static bool see(void *context, const quipu_account *account, uint64_t version)
{
    struct hand *hand = context;

    write_account(hand, account, version);
    hand_pause(hand, PAUSE_IN_SNAPSHOT);
    return hand->status == QUIPU_OK;
}

void hand_snapshot(struct hand *hand)
{
    bool fenced = hand->order->fence;
    struct history_call *call = write_call(hand, 0, 0, QUIPU_OK);
    quipu_status status;

    if (call == NULL) return;
    call->begin = stamp_begin(fenced);
    status = quipu_snapshot(hand->ledger, see, hand);
    call->end = stamp_end(fenced);
    if (status != QUIPU_OK) hand->status = status;
}

void hand_find(struct hand *hand, size_t count)
{
    bool fenced = hand->order->fence;
    uint64_t begin = stamp_begin(fenced);
    quipu_status status = quipu_lookup_transfers(hand->ledger, hand->ids, count, hand->found, NULL);
    uint64_t end = stamp_end(fenced);

    if (write_call(hand, begin, end, status) == NULL) return;
    for (size_t i = 0; i < count; i++) {
        struct history_step *step = write_step(hand, HISTORY_FIND);

        if (step == NULL) return;
        step->transfer.id = hand->ids[i];
        step->status = hand->found[i].id != 0;
    }
}
