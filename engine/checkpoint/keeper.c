/* keeper.c - the thread that makes checkpoints by itself; see checkpoint.h.
 *
 * The flusher counts laps: so many bytes of journal each. The keeper sleeps until a lap is done. A
 * checkpoint that fails is tried again after the next lap. */
#include <string.h>

#include "base/thread.h"
#include "checkpoint/checkpoint.h"

bool quipui_checkpoints_open(struct checkpoints *checkpoints, struct store *store,
                             const struct protocol *protocol, struct directory *directory,
                             struct log *log)
{
    memset(checkpoints, 0, sizeof *checkpoints);
    checkpoints->store = store;
    checkpoints->protocol = protocol;
    checkpoints->log = log;
    checkpoints->interval = CHECKPOINT_BYTES;
    /* relaxed: no other thread knows it yet. */
    store_relaxed(&checkpoints->stopping, 1);
    if (!quipui_archive_open(&checkpoints->archive, directory, store)) return false;
    if (pthread_mutex_init(&checkpoints->making, NULL) == 0) return true;
    quipui_archive_close(&checkpoints->archive);
    return false;
}

void quipui_checkpoints_close(struct checkpoints *checkpoints)
{
    quipui_archive_close(&checkpoints->archive);
    (void)pthread_mutex_destroy(&checkpoints->making);
}

static void *keep(void *context)
{
    struct checkpoints *checkpoints = context;
    struct journal *journal = checkpoints->store->journal;
    quipui_thread_yield_to_others();
    /* Ends: the ledger is about to be closed. */
    for (;;) {
        uint32_t laps = quipui_journal_laps(journal);

        /* relaxed: the lap carries it. */
        if (load_relaxed(&checkpoints->stopping) != 0) return NULL;
        if (quipui_journal_wait_lap(journal, laps) == laps) continue;
        if (load_relaxed(&checkpoints->stopping) != 0) return NULL;
        (void)quipui_checkpoint(checkpoints, NULL);
    }
}

quipu_status quipui_checkpoints_start(struct checkpoints *checkpoints)
{
    /* relaxed: the keeper is started after it. */
    store_relaxed(&checkpoints->stopping, 0);
    if (checkpoints->interval == CHECKPOINT_NEVER) return QUIPU_OK;
    quipui_journal_set_lap(checkpoints->store->journal, checkpoints->interval);
    checkpoints->has_keeper = quipui_thread_start(&checkpoints->keeper, keep, checkpoints);
    return checkpoints->has_keeper ? QUIPU_OK : QUIPU_NO_MEMORY;
}

void quipui_checkpoints_stop(struct checkpoints *checkpoints)
{
    /* relaxed: the lap that follows carries it. */
    store_relaxed(&checkpoints->stopping, 1);
    if (!checkpoints->has_keeper) return;
    quipui_journal_end_lap(checkpoints->store->journal);
    (void)pthread_join(checkpoints->keeper, NULL);
    checkpoints->has_keeper = false;
}
