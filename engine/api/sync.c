/* sync.c - the public calls that are about the disk. */
#include <errno.h>
#include <stdio.h>

#include "api/check.h"
#include "api/durable.h"

quipu_status quipu_sync(quipu_ledger *ledger)
{
    quipu_status status;

    if (ledger == NULL) return QUIPU_INVALID;
    status = ledger_status(ledger);
    if (status != QUIPU_OK || ledger->store.journal == NULL) return status;
    return quipui_journal_sync(ledger->store.journal, clock_last(&ledger->store.clock));
}

quipu_status quipu_checkpoint(quipu_ledger *ledger)
{
    quipu_status status;
    int saved = errno;

    if (ledger == NULL) return QUIPU_INVALID;
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK || ledger->store.journal == NULL) return status;
    status = quipui_checkpoint(&ledger->checkpoints, NULL);
    errno = saved;
    return status;
}

quipu_status quipu_backup(quipu_ledger *ledger, const char *directory)
{
    quipu_status status;
    int saved = errno;

    if (ledger == NULL || directory == NULL) return QUIPU_INVALID;
    status = ledger_write_status(ledger);
    if (status != QUIPU_OK) return status;
    if (ledger->store.journal == NULL) return QUIPU_INVALID;
    status = quipui_backup(&ledger->checkpoints, directory, NULL);
    errno = saved;
    return status;
}

/* FILE at OFFSET: WORDS. */
static void write_down(const struct diagnosis *diagnosis, quipu_status status, char *text,
                       size_t capacity)
{
    bool has_words = diagnosis->words[0] != 0;
    const char *words = has_words ? diagnosis->words : quipu_status_text(status);

    if (diagnosis->file[0] == 0) {
        (void)snprintf(text, capacity, "%s", words);
    } else if (diagnosis->offset == DIAGNOSIS_NOWHERE) {
        (void)snprintf(text, capacity, "%s: %s", diagnosis->file, words);
    } else {
        (void)snprintf(text, capacity, "%s at byte %llu: %s", diagnosis->file,
                       (unsigned long long)diagnosis->offset, words);
    }
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
    int saved = errno;
    quipu_status status;

    if ((ledger == NULL) == (path == NULL) || text == NULL || capacity == 0) return QUIPU_INVALID;
    status = ledger != NULL ? diagnose(ledger, &diagnosis) : quipui_durable_check(path, &diagnosis);
    text[0] = 0;
    if (status != QUIPU_OK) write_down(&diagnosis, status, text, capacity);
    errno = saved;
    return status;
}
