/* consistent.c - reading accounts so that nothing due is seen. */
#include "read/consistent.h"

#include "protocol/due.h"

bool quipui_reader_open(struct reader *reader, struct store *store, const struct protocol *protocol)
{
    *reader =
        (struct reader){store, protocol, quipui_worker_take(&store->workers, WORKER_READS), 0};
    return reader->worker != NULL;
}

void quipui_reader_close(struct reader *reader)
{
    quipui_worker_give_back(reader->worker);
}

/* One attempt at a read (D3 of timeouts.h). Returns false if it has to be repeated. */
static bool try_to_read(struct reader *reader, struct copy *copies, size_t count, bool closely,
                        uint64_t now)
{
    struct store *store = reader->store;
    struct due_watch watch = due_watch(store, copies, count, closely);

    reader->protocol->read(store, copies, count);
    return due_is_over(store, &watch, copies, count, now) && due_is_kept(store, copies, count, now);
}

/* The wait for the disk hangs on it (journal.h, H3). */
static void see(struct reader *reader, const struct copy *copies, size_t count)
{
    if (reader->store->journal == NULL) return;
    for (size_t i = 0; i < count; i++)
        reader_saw(reader, copies[i].state.touched);
}

bool quipui_read(struct reader *reader, struct copy *copies, size_t count)
{
    struct store *store = reader->store;
    bool again = false;

    /* Ends: by then all that was due has expired, so it is repeated only after more fell due or
     * expired. */
    for (;;) {
        /* The clock is read only if some hold has a time-out. */
        bool timed = timeouts_due(&store->timeouts, NEVER - 1), closely;
        uint64_t now = timed ? clock_read(&store->clock) : NEVER - 1;

        now = due_no_sooner(store, copies, count, now);
        closely = timed && (again || timeouts_due(&store->timeouts, now));
        if (closely && !reader->protocol->expire(store, reader->worker, copies, count, now)) {
            return false;
        }
        if (try_to_read(reader, copies, count, closely, now)) break;
        again = true;
    }
    see(reader, copies, count);
    return true;
}
