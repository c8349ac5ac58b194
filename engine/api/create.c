/* create.c - the public calls that write. */
#include <string.h>

#include "api/check.h"
#include "api/execute.h"
#include "base/atomic.h"
#include "connect/far_calls.h"
#include "journal/journal.h"
#include "write/create_accounts.h"
#include "write/create_transfers.h"

/* So many expectations are copied to the stack; more, to memory of their own. */
#define FEW_EXPECTATIONS 16

/* A call that writes has come to `status`, and its results hang on this timestamp. */
static void answer_written(struct answer *answer, quipu_ledger *ledger, quipu_status status,
                           uint64_t hangs_on)
{
    answer->status = status;
    answer->after = ledger->store.journal != NULL ? ANSWER_KEPT : ANSWER_NOW;
    answer->hangs_on = hangs_on;
}

/* What is zeroed if the answer is never given. */
static void remember(struct answer *answer, quipu_result *results, quipu_receipt *receipts,
                     size_t count)
{
    answer->results = (struct answer_memory){results, count * sizeof *results};
    if (receipts == NULL) count = 0;
    answer->receipts = (struct answer_memory){receipts, count * sizeof *receipts};
}

/* Begin a call that writes; if the disk has failed, its results are zeroed. Returns false if it
 * cannot be made. */
static bool begin(struct answer *answer, quipu_ledger *ledger)
{
    quipu_status status = ledger_status(ledger);

    answer_now(answer, status);
    if (status != QUIPU_OK || ledger->store.journal == NULL) return status == QUIPU_OK;
    status = quipui_journal_status(ledger->store.journal);
    if (status != QUIPU_OK) answer_fail(answer, status);
    return status == QUIPU_OK;
}

void quipui_execute_create_accounts(quipu_ledger *ledger, const quipu_account *events, size_t count,
                                    quipu_result *results, struct answer *answer)
{
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) {
        answer_now(answer, QUIPU_INVALID);
        return;
    }
    remember(answer, results, NULL, count);
    if (!begin(answer, ledger)) {
        if (answer->status == LEDGER_ELSEWHERE)
            answer_now(answer, quipui_far_create(ledger->connection, WIRE_CREATE_ACCOUNTS, events,
                                                 count, results));
        return;
    }
    status = quipui_create_accounts(&ledger->store, ledger->protocol, events, count, results,
                                    answer->never_waits);
    answer_written(answer, ledger, status, clock_last(&ledger->store.clock));
}

quipu_status quipu_create_accounts(quipu_ledger *ledger, const quipu_account *events, size_t count,
                                   quipu_result *results)
{
    struct answer answer = {.never_waits = false};

    quipui_execute_create_accounts(ledger, events, count, results, &answer);
    return answer_wait(&answer, ledger);
}

void quipui_execute_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                     size_t count, quipu_result *results, struct answer *answer)
{
    struct transfer_batch batch;
    quipu_status status;

    if (!quipui_check_create(ledger, events, count, results)) {
        answer_now(answer, QUIPU_INVALID);
        return;
    }
    remember(answer, results, NULL, count);
    if (!begin(answer, ledger)) {
        if (answer->status == LEDGER_ELSEWHERE)
            answer_now(answer, quipui_far_create(ledger->connection, WIRE_CREATE_TRANSFERS, events,
                                                 count, results));
        return;
    }
    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.never_waits = answer->never_waits;
    status = quipui_create_transfers(&batch);
    answer_written(answer, ledger, status, batch.answers_at);
}

quipu_status quipu_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                    size_t count, quipu_result *results)
{
    struct answer answer = {.never_waits = false};

    quipui_execute_create_transfers(ledger, events, count, results, &answer);
    return answer_wait(&answer, ledger);
}

/* A commit whose expectations are ours: what they say now, they say to the end. */
static void commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                   size_t expectation_count, const quipu_transfer *events, size_t count,
                   quipu_result *results, quipu_receipt *receipts, struct answer *answer)
{
    struct transfer_batch batch;
    quipu_status status;

    for (size_t i = 0; i < expectation_count; i++) {
        if (!quipui_check_expectation(&expectations[i])) {
            answer_now(answer, QUIPU_INVALID);
            return;
        }
    }
    if (!ledger->protocol->versioned) {
        answer_now(answer, QUIPU_UNSUPPORTED);
        return;
    }
    remember(answer, results, receipts, count);
    if (!begin(answer, ledger)) {
        if (answer->status == LEDGER_ELSEWHERE)
            answer_now(answer,
                       quipui_far_commit(ledger->connection, expectations, expectation_count,
                                         events, count, results, receipts));
        return;
    }

    quipui_batch_open(&batch, &ledger->store, ledger->protocol, events, count, results);
    batch.never_waits = answer->never_waits;
    batch.expectations = expectations;
    batch.expectation_count = expectation_count;
    batch.receipts = receipts;
    status = quipui_commit(&batch);
    answer_written(answer, ledger, status, batch.answers_at);
}

void quipui_execute_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                           size_t expectation_count, const quipu_transfer *events, size_t count,
                           quipu_result *results, quipu_receipt *receipts, struct answer *answer)
{
    quipu_expectation few[FEW_EXPECTATIONS], *copies = few;

    if (!quipui_check_commit(ledger, expectations, expectation_count, events, count, results,
                             receipts)) {
        answer_now(answer, QUIPU_INVALID);
        return;
    }
    if (expectation_count > FEW_EXPECTATIONS) {
        copies = quipui_memory_take(expectation_count * sizeof *copies);
    }
    if (copies == NULL) {
        memset(results, 0, count * sizeof *results);
        answer_now(answer, QUIPU_NO_MEMORY);
        return;
    }
    for (size_t i = 0; i < expectation_count; i++)
        copy_once(&copies[i], &expectations[i]);
    commit(ledger, copies, expectation_count, events, count, results, receipts, answer);
    if (copies != few) quipui_memory_give_back(copies);
}

quipu_status quipu_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                          size_t expectation_count, const quipu_transfer *events, size_t count,
                          quipu_result *results, quipu_receipt *receipts)
{
    struct answer answer = {.never_waits = false};

    quipui_execute_commit(ledger, expectations, expectation_count, events, count, results, receipts,
                          &answer);
    return answer_wait(&answer, ledger);
}
