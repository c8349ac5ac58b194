/* find_account.c - from the id of an account to its slot. */
#include "records/find_account.h"

#include "base/grace.h"

struct slot *quipui_find_slot(struct store *store, uint64_t hash, quipu_uint128 id, uint64_t guess)
{
    uint64_t place;

    /* In most calls this saves the look into the index. */
    if (guess != UINT64_MAX) {
        struct slot *slot = store_slot_of(store, guess, id);

        if (slot != NULL) return slot;
    }
    if (!quipui_index_find(&store->account_ids, hash, id, &place)) return NULL;
    return slot_at(&store->accounts, place);
}

struct slot *quipui_find_account(struct store *store, quipu_uint128 id)
{
    struct slot *slot;

    quipui_grace_enter();
    slot = quipui_find_slot(store, index_hash(&store->account_ids, id), id, UINT64_MAX);
    quipui_grace_leave();
    return slot;
}
