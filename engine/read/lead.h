/* lead.h - from the id of an account to its slot in three stages, so that the lines of many ids are
 * on their way at once: hash the id and prefetch its line of the index; guess by that line and
 * prefetch the slot; look. In a read section. */
#ifndef QUIPU_READ_LEAD_H
#define QUIPU_READ_LEAD_H

#include "records/store.h"

/* So many ids are looked up together: enough lines in flight to hide memory. */
#define GROUP_IDS 32

/* The stages that the ids of a long call pass, so many ids apart. */
#define STAGE_IDS 32
#define STAGED_IDS ((size_t)2 * STAGE_IDS)

/* Where an id leads: the id, copied once, its hash, where the index most likely has it, and a guess
 * at the place of its record. */
struct lead {
    quipu_uint128 id;
    uint64_t hash, guess;
    const _Atomic uint64_t *home;
};

static inline void lead_hash(struct index *index, const quipu_uint128 *id, struct lead *lead)
{
    copy_once(&lead->id, id);
    lead->hash = index_hash(index, lead->id);
    lead->home = index_likely_home(index, lead->hash);
    prefetch(lead->home);
}

/* The lead may be of another read section. */
static inline void lead_guess(struct store *store, struct lead *lead)
{
    const char *slot;

    lead->guess = index_guess_unburnt(&store->account_ids, lead->home, lead->hash);
    if (lead->guess == UINT64_MAX) return;
    slot = (const char *)slot_at(&store->accounts, lead->guess);
    prefetch(slot);
    prefetch(slot + CACHE_LINE);
    accounts_prefetch_user_data(&store->accounts, lead->guess);
}

/* The first two stages of a few ids. */
static inline void lead_all(struct store *store, const quipu_uint128 *ids, size_t count,
                            struct lead *leads)
{
    for (size_t i = 0; i < count; i++)
        lead_hash(&store->account_ids, &ids[i], &leads[i]);
    for (size_t i = 0; i < count; i++)
        lead_guess(store, &leads[i]);
}

/* CLAIM_STORED: *slot is the account. CLAIM_TAKEN: there is none, and *slot is NULL.
 * CLAIM_IN_FLIGHT: only a lookup that waits can say. */
static inline enum claim lead_glance(struct store *store, const struct lead *lead,
                                     struct slot **slot)
{
    enum claim claim;
    uint64_t place;

    if (lead->guess != UINT64_MAX) {
        *slot = slot_at(&store->accounts, lead->guess);
        if (slot_exists(*slot) && (*slot)->id == lead->id) return CLAIM_STORED;
    }
    claim = quipui_index_glance(&store->account_ids, lead->hash, lead->id, &place);
    *slot = claim == CLAIM_STORED ? slot_at(&store->accounts, place) : NULL;
    return claim;
}

#endif
