/* account_holds.c - what became of pending transfers: by id, and as of a version of an account.
 *
 * The state of a hold and the transfer that resolved it are one word. It changes while the unit
 * takes effect, and is set back if the unit fails after all. A lookup does not answer before that
 * is over:
 *
 *   H1  a hold is posted or voided once the transfer that did it is settled. By then its accounts
 *       show it, too, and its record is complete
 *   H2  a hold that is due is not open: a lookup that finds one open has it expire first, as a read
 *       of its accounts does
 *   H3  the place of a transfer whose unit failed is used again. So what is read at the place of a
 *       resolver counts only if the word of the hold names that resolver afterwards, too
 *   H4  as of a version of an account, a hold is resolved if the knot that resolved it has that
 *       version or an earlier one. A knot that is not tied yet has a later one: versions are given
 *       while the account is held, or (cas) are final when the hold is no longer locked */
#include "read/account_holds.h"

#include <string.h>

#include "base/grace.h"
#include "records/find_account.h"

/* The word of a hold once no unit is about to change it (cas). */
static uint64_t word_at_rest(const struct hold *hold)
{
    /* Ends: the caller has found the transfer committed, so its hold is no longer new; and a hold
     * is locked for one attempt of a unit. */
    for (unsigned spins = 0;; spin(&spins)) {
        uint64_t word = hold_word_of(hold);

        switch (hold_word_state(word)) {
        case HOLD_PENDING:
        case HOLD_POSTED:
        case HOLD_VOIDED:
        case HOLD_EXPIRED: return word;
        case HOLD_NEW:
        case HOLD_LAPSED:
        case HOLD_LOCKED: break;
        }
    }
}

static uint64_t due_of(const quipu_transfer *pending)
{
    return pending->timeout == 0 ? 0 : rules_due(pending->timestamp, pending->timeout);
}

bool quipui_hold_is_open(const struct transfers *transfers, uint64_t link, uint64_t version)
{
    uint64_t place = link_index(link), word, resolved_at;
    const struct hold *hold;

    if (link_kind(link) == KNOT_EXPIRY ||
        (transfer_at(transfers, place)->flags & QUIPU_TRANSFER_PENDING) == 0) {
        return false;
    }
    hold = hold_at(transfers, knot_at(transfers, place)->hold - 1);
    /* Ends: it is repeated only after another unit has resolved the hold, or has failed to. */
    do {
        word = word_at_rest(hold);
        if (hold_word_state(word) == HOLD_PENDING) return true;
        resolved_at = knot_version(hold_word_state(word) == HOLD_EXPIRED
                                       ? &hold->expiry
                                       : knot_at(transfers, hold_word_resolver(word) - 1),
                                   link_side(link));
    } while (hold_word_of(hold) != word); /* H3 */
    return resolved_at > version;         /* H4 */
}

void quipui_hold_show_open(const quipu_transfer *pending, quipu_hold *hold)
{
    *hold = (quipu_hold){
        .id = pending->id,
        .debit_account_id = pending->debit_account_id,
        .credit_account_id = pending->credit_account_id,
        .amount = pending->amount,
        .timestamp = pending->timestamp,
        .due = due_of(pending),
        .state = QUIPU_HOLD_OPEN,
    };
}

/* Have what is due on the accounts of this pending transfer expire. Returns false if memory runs
 * out. */
static bool expire(struct reader *reader, const quipu_transfer *pending)
{
    struct copy copy = {.slot = quipui_find_account(reader->store, pending->debit_account_id)};

    return quipui_read(reader, &copy, 1);
}

/* Is an open hold of this due time due by now? */
static bool is_due(struct reader *reader, uint64_t due)
{
    return due != 0 && due <= clock_read(&reader->store->clock);
}

static void show_resolved(const struct transfers *transfers, uint64_t word, quipu_hold *hold)
{
    const quipu_transfer *by = transfer_at(transfers, hold_word_resolver(word) - 1);

    hold->resolved_by = by->id;
    hold->resolved_at = by->timestamp;
    hold->state = QUIPU_HOLD_VOIDED;
    if (hold_word_state(word) != HOLD_POSTED) return;
    hold->state = QUIPU_HOLD_POSTED;
    hold->posted = by->amount;
}

/* What became of the pending transfer at this place. Returns false if memory runs out. */
static bool show_fate(struct reader *reader, uint64_t place, quipu_hold *hold)
{
    const struct transfers *transfers = &reader->store->transfers;
    const quipu_transfer *pending = transfer_at(transfers, place);
    const struct hold *opened = hold_at(transfers, knot_at(transfers, place)->hold - 1);

    quipui_hold_show_open(pending, hold);
    /* Ends: a hold that is due expires here at the latest, and a unit that resolves it is settled
     * or sets it back. */
    for (unsigned spins = 0;; spin(&spins)) {
        uint64_t word = word_at_rest(opened);

        if (hold_word_state(word) == HOLD_PENDING) {
            if (!is_due(reader, hold->due)) return true;
            if (!expire(reader, pending)) return false;
        } else if (hold_word_state(word) == HOLD_EXPIRED) {
            hold->resolved_at = hold->due;
            hold->state = QUIPU_HOLD_EXPIRED;
            return true;
        } else if (knot_is_settled(knot_at(transfers, hold_word_resolver(word) - 1)) &&
                   hold_word_of(opened) == word) { /* H1, H3 */
            show_resolved(transfers, word, hold);
            return true;
        }
    }
}

/* So many ids are looked up together. */
#define GROUP_IDS 32

/* The places of pending transfers with these ids + 1, or 0. */
static void find_places(struct store *store, const quipu_uint128 *ids, size_t count,
                        uint64_t *places)
{
    struct index *index = &store->transfer_ids;
    quipu_uint128 asked[GROUP_IDS];
    uint64_t hashes[GROUP_IDS];

    quipui_grace_enter();
    for (size_t i = 0; i < count; i++) {
        copy_once(&asked[i], &ids[i]);
        hashes[i] = index_hash(index, asked[i]);
        index_prefetch(index, hashes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t place;

        places[i] = 0;
        if (!quipui_index_find(index, hashes[i], asked[i], &place)) continue;
        if ((transfer_at(&store->transfers, place)->flags & QUIPU_TRANSFER_PENDING) == 0) continue;
        places[i] = place + 1;
        prefetch(hold_at(&store->transfers, knot_at(&store->transfers, place)->hold - 1));
    }
    quipui_grace_leave();
}

quipu_status quipui_lookup_holds(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                 quipu_hold *holds)
{
    for (size_t from = 0; from < count; from += GROUP_IDS) {
        size_t group = count - from < GROUP_IDS ? count - from : GROUP_IDS;
        uint64_t places[GROUP_IDS];

        find_places(reader->store, ids + from, group, places);
        for (size_t i = 0; i < group; i++) {
            quipu_hold *hold = &holds[from + i];

            memset(hold, 0, sizeof *hold);
            if (places[i] != 0 && !show_fate(reader, places[i] - 1, hold)) return QUIPU_NO_MEMORY;
        }
    }
    /* What resolved them had its timestamp by now. */
    if (reader->store->journal != NULL) reader_saw(reader, clock_last(&reader->store->clock));
    return QUIPU_OK;
}
