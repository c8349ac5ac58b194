/* read.c - reading accounts so that nothing due is seen. */
#include "batch/read.h"

#include <string.h>

#include "base/assert.h"
#include "base/grace.h"
#include "batch/transfers.h"
#include "protocol/due.h"

bool quipui_reader_open(struct reader *reader, struct store *store, const struct protocol *protocol)
{
    *reader = (struct reader){store, protocol, quipui_worker_take(&store->workers, WORKER_READS)};
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

bool quipui_read(struct reader *reader, struct copy *copies, size_t count)
{
    struct store *store = reader->store;
    bool again = false;

    /* Ends: what was due is released by then, so it is repeated only after more fell due or was
     * released. */
    for (;;) {
        /* The clock is only asked when something has a time-out at all. */
        bool timed = timeouts_due(&store->timeouts, NEVER - 1), closely;
        uint64_t now = timed ? clock_read(&store->clock) : NEVER - 1;

        now = due_no_sooner(store, copies, count, now);
        closely = timed && (again || timeouts_due(&store->timeouts, now));
        if (closely && !reader->protocol->expire(store, reader->worker, copies, count, now)) {
            return false;
        }
        if (try_to_read(reader, copies, count, closely, now)) return true;
        again = true;
    }
}

struct slot *quipui_find_account(struct store *store, quipu_uint128 id)
{
    struct slot *slot;

    quipui_grace_enter();
    slot = quipui_find_slot(store, index_hash(&store->account_ids, id), id, UINT64_MAX);
    quipui_grace_leave();
    return slot;
}

/* All accounts, copied together; nobody creates one meanwhile. */
static struct copy *copy_all(struct reader *reader, size_t *count, quipu_status *status)
{
    struct accounts *accounts = &reader->store->accounts;
    struct copy *copies;

    *status = QUIPU_NO_MEMORY;
    lock_hold(&accounts->creating);
    *count = (size_t)accounts_count(accounts);
    copies = quipui_memory_take((*count + 1) * sizeof *copies);
    if (copies != NULL) {
        for (size_t i = 0; i < *count; i++)
            copies[i].slot = slot_at(accounts, i);
        if (quipui_read(reader, copies, *count)) *status = QUIPU_OK;
    }
    lock_let_go(&accounts->creating);
    return copies;
}

quipu_status quipui_snapshot(struct reader *reader,
                             bool (*visit)(void *, const quipu_account *, uint64_t), void *context)
{
    struct store *store = reader->store;
    quipu_status status;
    struct copy *copies;
    size_t count;

    if (!reader->protocol->versioned) return QUIPU_UNSUPPORTED;
    if (reader->protocol->snapshot != NULL) {
        return reader->protocol->snapshot(store, reader->worker, visit, context) ? QUIPU_OK
                                                                                 : QUIPU_NO_MEMORY;
    }
    copies = copy_all(reader, &count, &status);
    for (size_t i = 0; status == QUIPU_OK && i < count; i++) {
        quipu_account account;

        quipui_slot_view(copies[i].slot, &copies[i].state, &account);
        if (!visit(context, &account, copies[i].state.balance.version)) break;
    }
    quipui_memory_give_back(copies);
    return status;
}
