/* made_holds.c - holds of transfers that are older than the cut; see making.h.
 *
 * A piece of holds is complete when all of them are decided but for a few, which stand. Those stand
 * in the piece, too; what became of them since is in each image from then on. A piece in which more
 * stand waits, and is in the image until then. */
#include <string.h>

#include "checkpoint/making.h"
#include "records/find_account.h"

/* The state of a hold at the cut: a hold_word() (C3). */
static uint64_t word_at_cut(const struct making *making, const struct hold *hold)
{
    uint64_t word = hold_word_of(hold), resolver = hold_word_resolver(word);

    switch (hold_word_state(word)) {
    case HOLD_POSTED:
    case HOLD_VOIDED:
        if (resolver != 0 && making_has_transfer(making, resolver - 1)) return word;
        break;
    case HOLD_EXPIRED:
        if (hold->expiry.timestamp < making->facts.cut) return word;
        break;
    default: break;
    }
    return hold_word(HOLD_PENDING, 0);
}

/* Was a hold opened here by a transfer that is older than the cut? */
static bool is_known(const struct making *making, uint64_t place)
{
    const struct region *known = &making->archive->known_holds;

    /* relaxed: only checkpoints make it larger. */
    return place < load_relaxed(&known->usable_bytes) && known->base[place] != 0;
}

static void copy_expiry(const struct hold *hold, uint64_t version[2], uint64_t previous[2])
{
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        version[side] = knot_version(&hold->expiry, side);
        previous[side] = knot_previous(&hold->expiry, side);
    }
}

static uint64_t place_of_account(struct making *making, quipu_uint128 id)
{
    return slot_place(&making->store->accounts, quipui_find_account(making->store, id));
}

static void add_item(struct making *making, uint64_t place)
{
    const struct transfers *transfers = &making->store->transfers;
    const struct hold *hold = hold_at(transfers, place);
    const quipu_transfer *pending = transfer_at(transfers, hold->transfer);
    struct image_hold item = {
        .place = place,
        .state = word_at_cut(making, hold),
        .transfer = hold->transfer,
        .due = hold->due,
        .account = {place_of_account(making, pending->debit_account_id),
                    place_of_account(making, pending->credit_account_id)},
    };

    if (hold_word_state(item.state) == HOLD_EXPIRED) {
        copy_expiry(hold, item.version, item.previous);
        item.timestamp = hold->expiry.timestamp;
        item.depth = hold->depth;
    }
    quipui_image_add(&making->writer, &item);
}

/* The holds that stand in a piece. */
struct open_holds {
    uint64_t places[PIECE_OPEN_HOLDS_MAX];
    unsigned count;
};

/* As it was at the cut, word by word where another thread may try to change one, in vain. */
static void copy_hold(const struct making *making, const struct hold *from, struct hold *to)
{
    uint64_t word = word_at_cut(making, from);

    /* relaxed: nobody else knows the copy. */
    store_relaxed(&to->state, word);
    to->transfer = from->transfer;
    to->due = from->due;
    memcpy(to->account, from->account, sizeof to->account);
    if (hold_word_state(word) != HOLD_EXPIRED) return;
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        knot_tie_to(&to->expiry, side, knot_version(&from->expiry, side),
                    knot_previous(&from->expiry, side));
    }
    /* relaxed: as above; it took effect before the cut. */
    store_relaxed(&to->expiry.tie, load_relaxed(&from->expiry.tie));
    to->expiry.timestamp = from->expiry.timestamp;
    to->depth = from->depth;
}

static quipu_status write_piece(struct making *making, uint64_t first,
                                const struct open_holds *open)
{
    struct hold *holds = (struct hold *)(void *)making->buffer;
    const struct piece_column column = {holds, PIECE_ITEMS * sizeof *holds};

    memset(holds, 0, PIECE_ITEMS * sizeof *holds);
    for (uint64_t i = 0; i < PIECE_ITEMS; i++)
        copy_hold(making, hold_at(&making->store->transfers, first + i), &holds[i]);
    for (unsigned i = 0; i < open->count; i++) {
        if (!quipui_pile_add(&making->open_holds, &open->places[i])) return QUIPU_NO_MEMORY;
        add_item(making, open->places[i]);
    }
    return quipui_making_piece(making, PIECE_HOLDS, first / PIECE_ITEMS, &column, 1);
}

/* Tells if all holds of this piece were opened, and few of them stand. */
static bool is_complete(const struct making *making, uint64_t first, uint64_t end,
                        struct open_holds *open)
{
    open->count = 0;
    if (first + PIECE_ITEMS > end) return false;
    for (uint64_t place = first; place < first + PIECE_ITEMS; place++) {
        if (!is_known(making, place)) return false;
        if (word_at_cut(making, hold_at(&making->store->transfers, place)) !=
            hold_word(HOLD_PENDING, 0)) {
            continue;
        }
        if (open->count == PIECE_OPEN_HOLDS_MAX) return false;
        open->places[open->count++] = place;
    }
    return true;
}

static quipu_status make_piece(struct making *making, uint64_t first, uint64_t end)
{
    uint64_t last = first + PIECE_ITEMS;
    struct open_holds open;

    if (is_complete(making, first, end, &open)) {
        making_used(making, PLACES_OF_HOLDS, last - 1);
        return write_piece(making, first, &open);
    }
    for (uint64_t place = first; place < last && place < end; place++) {
        if (!is_known(making, place)) continue;
        making_used(making, PLACES_OF_HOLDS, place);
        add_item(making, place);
    }
    return making->writer.status;
}

/* What became of those that stood when their piece was written. */
static void add_open_holds(struct making *making)
{
    const struct pile *open = &making->archive->open_holds;

    for (size_t i = 0; i < open->count; i++)
        add_item(making, *(const uint64_t *)pile_at(open, i));
}

quipu_status quipui_making_holds(struct making *making)
{
    uint64_t end = places_end(&making->store->transfers.hold_places);
    quipu_status status = QUIPU_OK;

    quipui_image_begin(&making->writer, IMAGE_HOLDS);
    add_open_holds(making);
    for (uint64_t first = 0; status == QUIPU_OK && first < end; first += PIECE_ITEMS) {
        if (making_is_stopping(making)) return QUIPU_BUSY;
        if (archive_has_piece(making->archive, PIECE_HOLDS, first / PIECE_ITEMS)) {
            making_used(making, PLACES_OF_HOLDS, first + PIECE_ITEMS - 1);
            continue;
        }
        status = make_piece(making, first, end);
    }
    making->facts.has_open_holds = making->archive->open_holds.count + making->open_holds.count > 0;
    return status;
}
