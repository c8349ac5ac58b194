/* sync.c - the public calls that are about the disk. */
#include <stdio.h>
#include <string.h>

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
