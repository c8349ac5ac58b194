/* snapshot.c - all accounts as of one instant. */
#include "read/snapshot.h"

/* All accounts, copied together; none is created meanwhile. */
static struct copy *copy_all(struct reader *reader, size_t *count, quipu_status *status)
{
    struct accounts *accounts = &reader->store->accounts;
    struct copy *copies;

    *status = QUIPU_NO_MEMORY;
    lock_take(&accounts->creating);
    *count = (size_t)accounts_count(accounts);
    copies = quipui_memory_take((*count + 1) * sizeof *copies);
    if (copies != NULL) {
        for (size_t i = 0; i < *count; i++)
            copies[i].slot = slot_at(accounts, i);
        if (quipui_read(reader, copies, *count)) *status = QUIPU_OK;
    }
    lock_leave(&accounts->creating);
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

        quipui_account_view(&store->accounts, copies[i].slot, &copies[i].state, &account);
        if (!visit(context, &account, copies[i].state.balance.version)) break;
    }
    quipui_memory_give_back(copies);
    return status;
}
