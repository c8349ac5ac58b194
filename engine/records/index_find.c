/* index_find.c - lookups and guesses; see index.h. */
#include "records/index_parts.h"

/* Look at the entries of a line that may be of this hash; CLAIM_TAKEN: none is of the id. */
static enum claim probe_line(const struct index *index, const struct entry_line *line,
                             unsigned alike, uint64_t hash, quipu_uint128 id, bool under_latch,
                             uint64_t *found)
{
    for (; alike != 0; alike &= alike - 1) {
        uint64_t entry = line_entry(line, line_first(alike)), reference;

        if (index_difference(index, entry, hash) != 0) continue;
        reference = index_reference(index, entry);
        if (!is_settled(index, reference) && !under_latch) return CLAIM_IN_FLIGHT;
        if (id_at(index, reference) != id) continue;
        *found = reference;
        return is_settled(index, reference) ? CLAIM_STORED : CLAIM_IN_FLIGHT;
    }
    return CLAIM_TAKEN;
}

/* Look along the probe path; under_latch says whether unsettled records may be looked at (X3). */
static enum claim probe(struct index *index, struct index_shard *shard, uint64_t state,
                        uint64_t hash, quipu_uint128 id, bool under_latch, uint64_t *found)
{
    struct index_table table = index_table(index, shard, state);

    /* Ends: at a line with an unused place; a table is never full (X7). */
    for (uint64_t at = index_home(index_fingerprint(hash), table.size);; at += LINE_ENTRIES) {
        struct entry_line line = index_line_at(&table, at);
        unsigned alike = index_alike(index, &line, hash);
        enum claim claim = probe_line(index, &line, alike, hash, id, under_latch, found);

        if (claim != CLAIM_TAKEN || line_empty(&line) != 0) return claim;
    }
}

uint64_t quipui_index_guess_on(const struct index *index, uint64_t hash)
{
    unsigned size = index_shift(index_likely_shift(index, hash));
    struct index_table table = index_table_at(index, index_shard_number(hash), size);

    /* Ends: at a line with an unused place. A table that was left is never full, and one that was
     * forgotten is empty. */
    for (uint64_t at = index_home(index_fingerprint(hash), size);; at += LINE_ENTRIES) {
        struct entry_line line = index_line_at(&table, at);

        for (unsigned alike = index_alike(index, &line, hash); alike != 0; alike &= alike - 1) {
            uint64_t entry = line_entry(&line, line_first(alike));

            if (index_difference(index, entry, hash) == 0) return entry;
        }
        if (line_empty(&line) != 0) return EMPTY_ENTRY;
    }
}

enum claim quipui_index_glance(struct index *index, uint64_t hash, quipu_uint128 id,
                               uint64_t *found)
{
    struct index_shard *shard = index_shard_of(index, hash);
    uint64_t state = index_state(shard);
    enum claim claim = probe(index, shard, state, hash, id, false, found);

    /* Nothing was found and nothing moved: there is nothing (X5).
     * relaxed: the acquires of index_load_line() keep this load after them. */
    if (claim == CLAIM_TAKEN &&
        ((state & INDEX_DISTURBED) != 0 || load_relaxed(&shard->state) != state)) {
        return CLAIM_IN_FLIGHT;
    }
    return claim;
}

bool quipui_index_find(struct index *index, uint64_t hash, quipu_uint128 id, uint64_t *found)
{
    struct index_shard *shard = index_shard_of(index, hash);
    enum claim claim = quipui_index_glance(index, hash, id, found);

    /* Ends: a claim is settled, burnt or freed with the unit that made it. */
    for (unsigned spins = 0; claim == CLAIM_IN_FLIGHT; spin(&spins)) {
        index_shard_take(shard);
        claim = probe(index, shard, own_state(shard), hash, id, true, found);
        latch_leave(&shard->latch);
    }
    return claim == CLAIM_STORED;
}
