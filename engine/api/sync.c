/* sync.c - the public calls that are about the disk. */
#include "api/check.h"
#include "api/connected.h"
#include "api/durable.h"
#include "api/execute.h"
#include "api/outside.h"
#include "connect/far_calls.h"
#include "salvage/salvage.h"

struct answer quipui_execute_sync(quipu_ledger *ledger)
{
    quipu_status status = ledger != NULL ? ledger_status(ledger) : QUIPU_INVALID;

    if (status == LEDGER_ELSEWHERE) return answer_now(quipui_far_sync(ledger->connection));
    if (status != QUIPU_OK || ledger->store.journal == NULL) return answer_now(status);
    return (struct answer){QUIPU_OK, ANSWER_SYNCED, clock_last(&ledger->store.clock)};
}

quipu_status quipu_sync(quipu_ledger *ledger)
{
    return answer_give(quipui_execute_sync(ledger), ledger);
}

quipu_status quipu_checkpoint(quipu_ledger *ledger)
{
    struct outside before;
    quipu_status status;

    if (ledger == NULL) return QUIPU_INVALID;
    status = ledger_write_status(ledger);
    if (status == LEDGER_ELSEWHERE) return quipui_far_checkpoint(ledger->connection);
    if (status != QUIPU_OK || ledger->store.journal == NULL) return status;
    before = outside_begin();
    status = quipui_checkpoint(&ledger->checkpoints, NULL);
    outside_end(before);
    return status;
}

quipu_status quipu_backup(quipu_ledger *ledger, const char *directory)
{
    struct outside before;
    quipu_status status;

    if (ledger == NULL || directory == NULL) return QUIPU_INVALID;
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK && status != LEDGER_ELSEWHERE) return status;
    before = outside_begin();
    if (status == LEDGER_ELSEWHERE) {
        status = quipui_far_backup(ledger->connection, directory);
    } else if (ledger->store.journal == NULL) {
        status = QUIPU_INVALID;
    } else {
        status = quipui_backup(&ledger->checkpoints, directory, NULL);
    }
    outside_end(before);
    return status;
}

static quipu_status diagnose(quipu_ledger *ledger, struct diagnosis *diagnosis)
{
    quipu_status status = ledger_status(ledger);

    if (status != QUIPU_OK || ledger->store.journal == NULL) return status;
    quipui_journal_diagnosis(ledger->store.journal, diagnosis);
    return quipui_journal_status(ledger->store.journal);
}

quipu_status quipu_diagnose(quipu_ledger *ledger, const char *path, char *text, size_t capacity)
{
    struct diagnosis diagnosis = {.offset = DIAGNOSIS_NOWHERE};
    struct outside before;
    quipu_status status;

    if ((ledger == NULL) == (path == NULL) || text == NULL || capacity == 0) return QUIPU_INVALID;
    text[0] = 0;
    if (ledger != NULL && ledger_status(ledger) == LEDGER_ELSEWHERE) {
        return quipui_connected_diagnose(ledger, text, capacity);
    }
    before = outside_begin();
    status = ledger != NULL ? diagnose(ledger, &diagnosis) : quipui_durable_check(path, &diagnosis);
    if (status != QUIPU_OK) {
        quipui_diagnosis_text(&diagnosis, quipu_status_text(status), text, capacity);
    }
    outside_end(before);
    return status;
}

quipu_status quipu_salvage(const char *path, const quipu_salvage_visitor *visitor,
                           quipu_salvaged *salvaged)
{
    quipu_salvage_visitor copy;
    struct outside before;
    quipu_status status;

    if (path == NULL || visitor == NULL || salvaged == NULL ||
        (uintptr_t)visitor % _Alignof(quipu_salvage_visitor) != 0 ||
        (uintptr_t)salvaged % _Alignof(quipu_salvaged) != 0) {
        return QUIPU_INVALID;
    }
    copy = *visitor;
    if (copy.finding == NULL || copy.account == NULL || copy.transfer == NULL) return QUIPU_INVALID;
    *salvaged = (quipu_salvaged){.accounts = 0};
    before = outside_begin();
    status = quipui_salvage_ledger(path, &copy, salvaged);
    outside_end(before);
    return status;
}
