/* salvage_give.c - what counts of the records that were read, each once, with names, in order. */
#include "salvage/salvage_parts.h"

/* So many transfers without an account are named one by one. */
#define NAMELESS_SAID 20

/* --- what counts --- */

struct limits {
    const struct salvage *salvage;
    size_t next;        /* cuts before it are not behind the frame */
    uint64_t undecided; /* records that no frame decides */
    uint64_t end;       /* timestamp: the limit behind the last cut */
};

static struct limits limits_of(const struct salvage *salvage)
{
    struct limits limits = {.salvage = salvage, .end = salvage->horizon};

    /* If frames are missing at the end, they have decided it. */
    if (salvage->last < salvage->facts.known.sequence) limits.end = UINT64_MAX;
    return limits;
}

/* Does a record of this frame count? Sequences rise from call to call. */
static bool counts(struct limits *limits, const struct origin_frame *frame)
{
    const struct pile *cuts = &limits->salvage->cuts;
    const struct found_cut *cut = NULL;

    if (frame->sequence == 0) return true;
    for (; limits->next < cuts->count; limits->next++) {
        cut = pile_at(cuts, limits->next);
        if (cut->sequence > frame->sequence) return frame->instant < cut->horizon;
    }
    if (frame->instant < limits->end) return true;
    limits->undecided++;
    return false;
}

static void leave_out_transfers(struct salvage *salvage, uint64_t *undecided)
{
    struct limits limits = limits_of(salvage);
    struct found_transfer *found = (void *)salvage->transfers.items;
    size_t count = 0;

    for (size_t i = 0; i < salvage->transfers.count; i++) {
        if (counts(&limits, &found[i].frame)) found[count++] = found[i];
    }
    salvage->transfers.count = count;
    *undecided += limits.undecided;
}

static void leave_out_accounts(struct salvage *salvage, uint64_t *undecided)
{
    struct limits limits = limits_of(salvage);
    struct found_account *found = (void *)salvage->accounts.items;
    size_t count = 0;

    for (size_t i = 0; i < salvage->accounts.count; i++) {
        if (counts(&limits, &found[i].frame)) found[count++] = found[i];
    }
    salvage->accounts.count = count;
    *undecided += limits.undecided;
}

/* Those of the log that the checkpoint does not count already. */
static void count_events(struct salvage *salvage, uint64_t *undecided)
{
    struct limits limits = limits_of(salvage);

    for (size_t i = 0; i < salvage->events.count; i++) {
        const struct found_event *event = pile_at(&salvage->events, i);
        bool is_expiry = event->is_expiry != 0;

        if (!counts(&limits, &event->frame)) continue;
        if (event->frame.instant <
            (is_expiry ? salvage->expiries_below : salvage->failed_ids_below)) {
            continue;
        }
        if (is_expiry) salvage->salvaged->expiries++;
        if (!is_expiry) salvage->salvaged->failed_ids++;
    }
    *undecided += limits.undecided;
}

/* --- order --- */

struct key {
    quipu_uint128 id;   /* or the place of an account */
    uint64_t rank;      /* the larger one counts: of the checkpoint, then of later frames */
    uint64_t timestamp; /* of the record */
    size_t index;       /* in its pile */
};

_Static_assert(sizeof(struct key) <= 64, "a pile sorts such items");

static uint64_t rank_of(const struct origin_frame *frame)
{
    return frame->sequence == 0 ? UINT64_MAX : frame->sequence;
}

static bool is_first(const void *one, const void *other)
{
    const struct key *a = one, *b = other;

    if (a->id != b->id) return a->id < b->id;
    return a->rank > b->rank;
}

static bool is_older(const void *one, const void *other)
{
    const struct key *a = one, *b = other;

    if (a->timestamp != b->timestamp) return a->timestamp < b->timestamp;
    return a->id < b->id;
}

/* Keep the first of each id. Returns how many of the others are not the same record. */
static uint64_t keep_first(struct pile *keys)
{
    struct key *key = (void *)keys->items;
    uint64_t others = 0;
    size_t count = 0;

    quipui_pile_sort(keys, is_first);
    for (size_t i = 0; i < keys->count; i++) {
        if (count > 0 && key[count - 1].id == key[i].id) {
            others += key[count - 1].timestamp != key[i].timestamp;
        } else {
            key[count++] = key[i];
        }
    }
    keys->count = count;
    return others;
}

static bool add_accounts(const struct salvage *salvage, struct pile *keys)
{
    for (size_t i = 0; i < salvage->accounts.count; i++) {
        const struct found_account *found = pile_at(&salvage->accounts, i);
        const struct key key = {found->place, rank_of(&found->frame), found->record.timestamp, i};

        if (!quipui_pile_add(keys, &key)) return false;
    }
    return true;
}

static bool add_transfers(const struct salvage *salvage, struct pile *keys)
{
    for (size_t i = 0; i < salvage->transfers.count; i++) {
        const struct found_transfer *found = pile_at(&salvage->transfers, i);
        const struct key key = {found->record.id, rank_of(&found->frame), found->record.timestamp,
                                i};

        if (!quipui_pile_add(keys, &key)) return false;
    }
    return true;
}

/* --- names --- */

/* The account at a place, or NULL. `keys` are in order of places. */
static const quipu_account *account_at(const struct salvage *salvage, const struct pile *keys,
                                       uint64_t place)
{
    const struct found_account *found;
    size_t from = 0, end = keys->count;

    /* Ends: the range is halved. */
    while (from < end) {
        size_t middle = from + (end - from) / 2;
        const struct key *key = pile_at(keys, middle);

        if (key->id == place) {
            found = pile_at(&salvage->accounts, key->index);
            return &found->record;
        }
        if (key->id < place) {
            from = middle + 1;
        } else {
            end = middle;
        }
    }
    return NULL;
}

static void say_nameless(struct salvage *salvage, const struct found_transfer *found,
                         uint64_t place)
{
    unsigned long long high = (unsigned long long)(found->record.id >> 64),
                       low = (unsigned long long)found->record.id;

    if (salvage->salvaged->nameless > NAMELESS_SAID) return;
    quipui_salvage_say(salvage,
                       "transfer 0x%016llx%016llx of %llu: its account, the one at place %llu, was "
                       "not found",
                       high, low, (unsigned long long)found->record.timestamp,
                       (unsigned long long)place);
}

/* Give transfers of the log the ids of their accounts, and their ledger. */
static void name_accounts(struct salvage *salvage, const struct pile *accounts,
                          const struct pile *transfers)
{
    for (size_t i = 0; i < transfers->count; i++) {
        const struct key *key = pile_at(transfers, i);
        struct found_transfer *found = pile_at(&salvage->transfers, key->index);
        const quipu_account *debit, *credit;

        if (found->frame.sequence == 0) continue;
        debit = account_at(salvage, accounts, found->account[0]);
        credit = account_at(salvage, accounts, found->account[1]);
        if (debit != NULL) {
            found->record.debit_account_id = debit->id;
            found->record.ledger = debit->ledger;
        }
        if (credit != NULL) {
            found->record.credit_account_id = credit->id;
            found->record.ledger = credit->ledger;
        }
        if (debit != NULL && credit != NULL) continue;
        salvage->salvaged->nameless++;
        say_nameless(salvage, found, found->account[debit == NULL ? 0 : 1]);
    }
    if (salvage->salvaged->nameless > NAMELESS_SAID) {
        quipui_salvage_say(salvage, "of %llu transfers in all, an account was not found",
                           (unsigned long long)salvage->salvaged->nameless);
    }
}

/* --- giving --- */

static void visit_all(struct salvage *salvage, const struct pile *accounts,
                      const struct pile *transfers)
{
    const quipu_salvage_visitor *visitor = salvage->visitor;

    for (size_t i = 0; !salvage->is_over && i < accounts->count; i++) {
        const struct key *key = pile_at(accounts, i);
        const struct found_account *found = pile_at(&salvage->accounts, key->index);

        salvage->salvaged->accounts++;
        salvage->is_over = !visitor->account(visitor->context, &found->record);
    }
    for (size_t i = 0; !salvage->is_over && i < transfers->count; i++) {
        const struct key *key = pile_at(transfers, i);
        const struct found_transfer *found = pile_at(&salvage->transfers, key->index);

        salvage->salvaged->transfers++;
        salvage->is_over = !visitor->transfer(visitor->context, &found->record);
    }
}

static void say_others(struct salvage *salvage, uint64_t accounts, uint64_t transfers)
{
    if (accounts == 0 && transfers == 0) return;
    quipui_salvage_say(salvage,
                       "%llu accounts and %llu transfers are there again with another time, as the "
                       "journal had them before it was cut: they were left out",
                       (unsigned long long)accounts, (unsigned long long)transfers);
}

quipu_status quipui_salvage_give(struct salvage *salvage)
{
    struct pile accounts = {.item_bytes = sizeof(struct key)};
    struct pile transfers = {.item_bytes = sizeof(struct key)};
    uint64_t *undecided = &salvage->salvaged->undecided;
    quipu_status status = QUIPU_NO_MEMORY;

    leave_out_accounts(salvage, undecided);
    leave_out_transfers(salvage, undecided);
    count_events(salvage, undecided);
    if (add_accounts(salvage, &accounts) && add_transfers(salvage, &transfers)) {
        status = QUIPU_OK;
        say_others(salvage, keep_first(&accounts), keep_first(&transfers));
        name_accounts(salvage, &accounts, &transfers);
        quipui_pile_sort(&accounts, is_older);
        quipui_pile_sort(&transfers, is_older);
        visit_all(salvage, &accounts, &transfers);
    }
    quipui_pile_clear(&accounts);
    quipui_pile_clear(&transfers);
    return status;
}
