/* cut.c - when a checkpoint is; see checkpoint.h. */
#include <errno.h>
#include <time.h>

#include "checkpoint/making.h"
#include "records/horizon.h"

/* A call that is in flight holds the horizon back: look again. */
static void wait_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    int saved = errno;

    (void)nanosleep(&moment, NULL);
    errno = saved;
}

quipu_status quipui_making_cut(struct making *making, struct journal *journal)
{
    struct store *store = making->store;
    uint64_t drawn, cut;
    quipu_status status;

    making->facts.first_frame = quipui_journal_sequence(journal) + 1;
    drawn = clock_draw(&store->clock, 1);
    status = quipui_journal_sync(journal, drawn);
    if (status != QUIPU_OK) return status;
    /* Ends: when all calls that drew before have ended, and what is due has expired. */
    for (;;) {
        if (!making->protocol->expire(store, making->reader.worker, NULL, 0,
                                      clock_read(&store->clock))) {
            return QUIPU_NO_MEMORY;
        }
        cut = quipui_horizon(store);
        if (cut >= drawn) break;
        if (making_is_stopping(making)) return QUIPU_BUSY;
        wait_a_moment();
    }
    making->facts.cut = cut;
    return quipui_journal_sync(journal, cut - 1);
}
