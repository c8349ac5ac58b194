/* create.c - the public calls that write. */
#include <string.h>

#include "api/check.h"
#include "api/execute.h"
#include "base/atomic.h"
#include "base/probe.h"
#include "connect/far_calls.h"
#include "journal/journal.h"
#include "write/create_accounts.h"
#include "write/create_transfers.h"

/* So many expectations are copied to the stack; more, to memory of their own. */
#define FEW_EXPECTATIONS 16

/* A call that writes has come to `status`, and its results hang on this timestamp. */
static struct answer written(quipu_ledger *ledger, quipu_status status, uint64_t hangs_on)
{
    enum answer_after after = ledger->store.journal != NULL ? ANSWER_KEPT : ANSWER_NOW;

    return (struct answer){status, after, hangs_on};
}

/* Why a call that writes cannot be made. If the disk has failed its results are zeroed. */
static struct answer refused(quipu_ledger *ledger, quipu_status status, quipu_result *results,
                             quipu_receipt *receipts, size_t count)
{
    const struct answer_results of = {results, receipts, count};

    if (ledger_status(ledger) == QUIPU_OK) answer_zero(&of);
    return answer_now(status);
}

/* The status of a call that writes, once its answer may be given. */
static quipu_status give(struct answer answer, quipu_ledger *ledger, quipu_result *results,
                         quipu_receipt *receipts, size_t count)
{
    quipu_status waited = answer_wait(answer, ledger);

    if (waited != QUIPU_OK) {
        const struct answer_results of = {results, receipts, count};

        answer_zero(&of);
        return waited;
    }
    return answer.status;
}

struct answer quipui_execute_create_accounts(quipu_ledger *ledger, const quipu_account *events,
                                             size_t count, quipu_result *results, bool never_waits)
{
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) return answer_now(QUIPU_INVALID);
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) {
        if (status == LEDGER_ELSEWHERE)
            return answer_now(quipui_far_create(ledger->connection, WIRE_CREATE_ACCOUNTS, events,
                                                count, results));
        return refused(ledger, status, results, NULL, count);
    }
    status = quipui_create_accounts(&ledger->store, ledger->protocol, events, count, results,
                                    never_waits);
    return written(ledger, status, clock_last(&ledger->store.clock));
}

quipu_status quipu_create_accounts(quipu_ledger *ledger, const quipu_account *events, size_t count,
                                   quipu_result *results)
{
    return give(quipui_execute_create_accounts(ledger, events, count, results, false), ledger,
                results, NULL, count);
}

struct answer quipui_execute_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                              size_t count, quipu_result *results, bool never_waits)
{
    struct transfer_batch batch;
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) return answer_now(QUIPU_INVALID);
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) {
        if (status == LEDGER_ELSEWHERE)
            return answer_now(quipui_far_create(ledger->connection, WIRE_CREATE_TRANSFERS, events,
                                                count, results));
        return refused(ledger, status, results, NULL, count);
    }
    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.never_waits = never_waits;
    status = quipui_create_transfers(&batch);
    probe(commit, count, status);
    return written(ledger, status, batch.answers_at);
}

quipu_status quipu_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                    size_t count, quipu_result *results)
{
    return give(quipui_execute_create_transfers(ledger, events, count, results, false), ledger,
                results, NULL, count);
}

/* A commit whose expectations are ours: what they say now, they say to the end. */
static struct answer commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                            size_t expectation_count, const quipu_transfer *events, size_t count,
                            quipu_result *results, quipu_receipt *receipts, bool never_waits)
{
    struct transfer_batch batch;
    quipu_status status;

    for (size_t i = 0; i < expectation_count; i++) {
        if (!quipui_check_expectation(&expectations[i])) return answer_now(QUIPU_INVALID);
    }
    if (!ledger->protocol->versioned) return answer_now(QUIPU_UNSUPPORTED);
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) {
        if (status == LEDGER_ELSEWHERE)
            return answer_now(quipui_far_commit(ledger->connection, expectations, expectation_count,
                                                events, count, results, receipts));
        return refused(ledger, status, results, receipts, count);
    }

    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.never_waits = never_waits;
    batch.expectations = expectations;
    batch.expectation_count = expectation_count;
    batch.receipts = receipts;
    status = quipui_commit(&batch);
    probe(commit, count, status);
    return written(ledger, status, batch.answers_at);
}

struct answer quipui_execute_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                                    size_t expectation_count, const quipu_transfer *events,
                                    size_t count, quipu_result *results, quipu_receipt *receipts,
                                    bool never_waits)
{
    quipu_expectation few[FEW_EXPECTATIONS], *copies = few;
    struct answer answer;

    if (!quipui_check_commit(ledger, expectations, expectation_count, events, count, results,
                             receipts)) {
        return answer_now(QUIPU_INVALID);
    }
    if (expectation_count > FEW_EXPECTATIONS) {
        copies = quipui_memory_take(expectation_count * sizeof *copies);
    }
    few[0].version = 0; /* for compilers: without expectations nobody looks */
    if (copies == NULL) {
        memset(results, 0, count * sizeof *results);
        return answer_now(QUIPU_NO_MEMORY);
    }
    for (size_t i = 0; i < expectation_count; i++)
        copy_once(&copies[i], &expectations[i]);
    answer =
        commit(ledger, copies, expectation_count, events, count, results, receipts, never_waits);
    if (copies != few) quipui_memory_give_back(copies);
    return answer;
}

quipu_status quipu_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                          size_t expectation_count, const quipu_transfer *events, size_t count,
                          quipu_result *results, quipu_receipt *receipts)
{
    return give(quipui_execute_commit(ledger, expectations, expectation_count, events, count,
                                      results, receipts, false),
                ledger, results, receipts, count);
}
