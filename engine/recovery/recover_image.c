/* recover_image.c - the tables from the image of a checkpoint; see recover_parts.h.
 *
 * Records come to the places that they had, so links between them hold. What the log has comes
 * behind them. The places in between that nothing is stored at are given back in the end. */
#include "recovery/recover_parts.h"

#include "base/grace.h"
#include "base/memory.h"
#include "rules/account.h"

const struct base quipui_recover_no_base = {.version = 1};

static quipu_status no_memory(struct diagnosis *diagnosis, const char *what)
{
    return quipui_blame_room(diagnosis, QUIPU_NO_MEMORY, what);
}

static quipu_status contradicts(struct diagnosis *diagnosis, const char *what)
{
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                           "the checkpoint contradicts itself: %s", what);
}

quipu_status quipui_recover_id(struct store *store, quipu_uint128 id, uint64_t place, bool failed,
                               struct diagnosis *diagnosis)
{
    struct index *ids = &store->transfer_ids;
    uint64_t hash = index_hash(ids, id), found;
    enum claim claim = failed ? quipui_index_claim_burnt(ids, hash, id, place, &found)
                              : quipui_index_claim(ids, hash, id, place, &found);

    if (claim == CLAIM_TAKEN) return QUIPU_OK;
    if (claim == CLAIM_NO_MEMORY) return no_memory(diagnosis, "an index of ids");
    return quipui_blame_transfer(diagnosis, id, "is in the checkpoint twice");
}

/* --- the sections --- */

static quipu_status read_piece(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    const struct piece_name *name = item;

    if (name->kind >= PIECE_KINDS) return contradicts(diagnosis, "a piece of no kind");
    if (name->number >= recovery->archive->filed[name->kind].reserved_bytes) {
        return quipui_blame_room(diagnosis, QUIPU_NO_SPACE, "what the checkpoint has");
    }
    if (!quipui_archive_add(recovery->archive, name)) return no_memory(diagnosis, "pieces");
    return quipui_recover_piece(recovery, name, diagnosis);
}

/* Is there the marker that it names, of a version that it has? */
static bool marker_fits(struct store *store, const struct image_account *account)
{
    /* relaxed: no other thread knows the store yet. */
    return account->marker <= load_relaxed(&store->markers.used) &&
           marker_at(&store->markers, (uint32_t)account->marker)->number * MARKED_VERSIONS <=
               account->version;
}

/* As its creation was asked for. */
static quipu_account account_given(const struct image_account *account)
{
    bool imported = (account->flags & QUIPU_ACCOUNT_IMPORTED) != 0;

    return (quipu_account){.id = account->id,
                           .user_data_128 = account->user_data_128,
                           .user_data_64 = account->user_data_64,
                           .user_data_32 = account->user_data_32,
                           .ledger = account->ledger,
                           .code = account->code,
                           .flags = account->flags,
                           .timestamp = imported ? account->timestamp : 0};
}

static quipu_status read_account(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    struct store *store = recovery->store;
    struct index *ids = &store->account_ids;
    const struct image_account *account = item;
    quipu_account given = account_given(account);
    uint64_t place = recovery->base_count, found;
    struct base *base = (struct base *)(void *)recovery->bases.base + place;
    struct slot *slot;
    enum claim claim;

    if (place >= store->accounts.capacity) {
        return quipui_blame_room(diagnosis, QUIPU_NO_SPACE, "accounts");
    }
    if (!quipui_accounts_grow(&store->accounts, place + 1) ||
        !region_ensure(&recovery->bases, (size_t)(place + 1) * sizeof *base)) {
        return no_memory(diagnosis, "accounts");
    }
    if (account->version == 0 || account->timestamp == 0) {
        return contradicts(diagnosis, "an account of no version, or of no time");
    }
    if (quipui_rules_account_form(&given) != QUIPU_CREATED ||
        quipui_rules_account_fields(&given, 0) != QUIPU_CREATED) {
        return contradicts(diagnosis, "an account is against the rules");
    }
    if (!marker_fits(store, account)) {
        return contradicts(diagnosis, "an account has the marker of another");
    }
    *base = (struct base){.version = account->version, .head = account->head};
    slot = slot_at(&store->accounts, place);
    *sums_of(slot) =
        (struct sums){.debits = {account->totals.debits_pending, account->totals.debits_posted},
                      .closed = {account->version << 1 | (account->closed != 0)},
                      .touched = account->touched,
                      .credits = {account->totals.credits_pending, account->totals.credits_posted}};
    quipui_account_fill(&store->accounts, slot, &given);
    if (account->marker != 0) {
        /* relaxed: no other thread knows the store yet. */
        store_relaxed(&slot_details(&store->accounts, slot)->marker, (uint32_t)account->marker);
    }
    accounts_settle(slot, account->timestamp);
    claim = quipui_index_claim(ids, index_hash(ids, account->id), account->id, place, &found);
    if (claim == CLAIM_NO_MEMORY) return no_memory(diagnosis, "accounts");
    if (claim != CLAIM_TAKEN) return contradicts(diagnosis, "an account is there twice");
    recovery->base_count++;
    return QUIPU_OK;
}

static quipu_status read_transfer(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    struct transfers *transfers = &recovery->store->transfers;
    const struct image_transfer *read = item;
    struct knot *knot;

    if (read->place >= recovery->fresh[PLACES_OF_TRANSFERS] ||
        archive_has_piece(recovery->archive, PIECE_TRANSFERS, read->place / PIECE_ITEMS) ||
        knot_is_settled(knot_at(transfers, read->place))) {
        return contradicts(diagnosis, "a transfer has the place of another");
    }
    *transfer_at(transfers, read->place) = read->record;
    knot = knot_at(transfers, read->place);
    knot_tie_to(knot, SIDE_DEBIT, read->version[SIDE_DEBIT], read->previous[SIDE_DEBIT]);
    knot_tie_to(knot, SIDE_CREDIT, read->version[SIDE_CREDIT], read->previous[SIDE_CREDIT]);
    knot->hold = read->hold;
    knot_settle(knot);
    return quipui_recover_id(recovery->store, read->record.id, read->place, false, diagnosis);
}

/* If a piece has this hold, it stands there. */
static bool fits_piece(struct recovery *recovery, uint64_t place)
{
    return !archive_has_piece(recovery->archive, PIECE_HOLDS, place / PIECE_ITEMS) ||
           hold_word_of(hold_at(&recovery->store->transfers, place)) == hold_word(HOLD_PENDING, 0);
}

static quipu_status read_hold(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    struct transfers *transfers = &recovery->store->transfers;
    const struct image_hold *read = item;
    char *known;
    struct hold *hold;

    if (read->place >= recovery->fresh[PLACES_OF_HOLDS] ||
        recovery->archive->known_holds.base[read->place] != 0 ||
        !fits_piece(recovery, read->place)) {
        return contradicts(diagnosis, "a hold has the place of another");
    }
    if (read->account[SIDE_DEBIT] >= recovery->base_count ||
        read->account[SIDE_CREDIT] >= recovery->base_count ||
        read->transfer >= recovery->fresh[PLACES_OF_TRANSFERS]) {
        return contradicts(diagnosis, "a hold is of nothing");
    }
    if (archive_has_piece(recovery->archive, PIECE_HOLDS, read->place / PIECE_ITEMS) &&
        !quipui_pile_add(&recovery->archive->open_holds, &read->place)) {
        return no_memory(diagnosis, "pending transfers");
    }
    known = recovery->archive->known_holds.base + read->place;
    *known = 1;
    hold = hold_at(transfers, read->place);
    hold->transfer = read->transfer;
    hold->due = read->due;
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        hold->account[side] = (uint32_t)read->account[side];
        knot_tie_to(&hold->expiry, side, read->version[side], read->previous[side]);
    }
    hold->expiry.timestamp = read->timestamp;
    if (read->timestamp != 0) {
        hold->depth = read->depth;
        knot_settle(&hold->expiry);
    }
    /* relaxed: no other thread knows the store yet. */
    store_relaxed(&hold->state, read->state);
    if (read->state != hold_word(HOLD_PENDING, 0)) return QUIPU_OK;
    if (quipui_pile_add(&recovery->standing, &read->place)) return QUIPU_OK;
    return no_memory(diagnosis, "pending transfers");
}

static quipu_status read_failed_id(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    const struct image_failed_id *read = item;
    struct failed_id *failed = failed_id_at(&recovery->store->transfers, read->place);

    if (read->place >= recovery->fresh[PLACES_OF_FAILED_IDS] ||
        archive_has_piece(recovery->archive, PIECE_FAILED_IDS, read->place / PIECE_ITEMS) ||
        failed_id_time(failed) != 0) {
        return contradicts(diagnosis, "a failed id has the place of another");
    }
    failed->id = read->id;
    failed_id_settle(failed, read->timestamp);
    return quipui_recover_id(recovery->store, read->id, read->place, true, diagnosis);
}

static quipu_status read_expiry(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    struct expiries *expired = &recovery->store->timeouts.expired;
    const struct piece_expiry *read = item;

    if (!quipui_expiries_supply(expired, 1)) return no_memory(diagnosis, "expiries");
    quipui_expiries_add(expired, read->hold, read->timestamp);
    return QUIPU_OK;
}

static quipu_status read_import(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct recovery *recovery = context;
    struct imports *imports = &recovery->store->imports;
    const struct import_note *note = item;

    if (!quipui_imports_supply(imports, 1)) return no_memory(diagnosis, "imported records");
    quipui_imports_add(imports, note->drawn, (size_t)import_note_event(note),
                       import_note_kind(note), import_note_place(note));
    return QUIPU_OK;
}

/* --- all of it --- */

/* The places that the checkpoint has are in use. */
static quipu_status take_places(struct recovery *recovery, const struct image *image)
{
    struct transfers *transfers = &recovery->store->transfers;
    struct places *const tables[] = {&transfers->places, &transfers->hold_places,
                                     &transfers->burnt_places};

    for (unsigned i = 0; i < 3; i++) {
        uint64_t end = image->facts.places[i];

        if (end > tables[i]->capacity) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_SPACE,
                                     "what the checkpoint has");
        }
        if (!quipui_places_begin_at(tables[i], end)) {
            return no_memory(recovery->diagnosis, "what the checkpoint has");
        }
        recovery->fresh[i] = end;
    }
    if (region_ensure(&recovery->archive->known_holds, (size_t)recovery->fresh[PLACES_OF_HOLDS])) {
        return QUIPU_OK;
    }
    return no_memory(recovery->diagnosis, "pending transfers");
}

/* Imports that come later look at it. */
static quipu_status note_newest(struct recovery *recovery)
{
    struct worker *worker = quipui_worker_take(&recovery->store->workers, WORKER_WRITES);

    if (worker == NULL) return no_memory(recovery->diagnosis, "a worker");
    if (recovery->newest > worker->newest) worker->newest = recovery->newest;
    quipui_worker_give_back(worker);
    return QUIPU_OK;
}

static quipu_status read_image(struct recovery *recovery, struct image *image)
{
    static const struct {
        enum image_section section;
        image_visit *visit;
    } sections[] = {
        {IMAGE_MARKERS, quipui_recover_marker}, {IMAGE_ACCOUNTS, read_account},
        {IMAGE_TRANSFERS, read_transfer},       {IMAGE_HOLDS, read_hold},
        {IMAGE_FAILED_IDS, read_failed_id},     {IMAGE_EXPIRIES, read_expiry},
        {IMAGE_IMPORTS, read_import},
    };
    quipu_status status = take_places(recovery, image);

    if (status == QUIPU_OK) {
        status = quipui_image_read(image, IMAGE_PIECES, read_piece, recovery, recovery->diagnosis);
    }
    if (status == QUIPU_OK) status = quipui_recover_share(recovery, quipui_recover_pieces);

    /* A program may open a ledger before anything else (grace.h, G1). */
    if (status == QUIPU_OK && !grace_join()) status = no_memory(recovery->diagnosis, "a thread");
    if (status != QUIPU_OK) return status;
    quipui_grace_enter();
    for (size_t i = 0; status == QUIPU_OK && i < sizeof sections / sizeof *sections; i++) {
        status = quipui_image_read(image, sections[i].section, sections[i].visit, recovery,
                                   recovery->diagnosis);
    }
    quipui_grace_leave();
    return status;
}

quipu_status quipui_recover_image(struct recovery *recovery)
{
    struct ledger_facts facts;
    struct checkpoint_name name;
    struct image image;
    quipu_status status;

    if (recovery->archive == NULL) return QUIPU_OK;
    quipui_directory_facts(recovery->archive->directory, &facts);
    quipui_checkpoint_name(&facts, &name);
    if (name.number == 0) return QUIPU_OK;
    status =
        quipui_image_open(recovery->archive->directory, &name, false, &image, recovery->diagnosis);
    if (status != QUIPU_OK) return status;
    recovery->archive->newest = name;
    recovery->archive->newest_transfer = image.facts.newest;
    recovery->cut = image.facts.cut;
    recovery->first_frame = image.facts.first_frame;
    recovery->newest = image.facts.newest;
    if (quipui_region_open(&recovery->bases,
                           (size_t)recovery->store->accounts.capacity * sizeof(struct base))) {
        status = read_image(recovery, &image);
    } else {
        status = no_memory(recovery->diagnosis, "accounts");
    }
    quipui_image_close(&image);
    return status == QUIPU_OK ? note_newest(recovery) : status;
}
