/* timeouts.c - a binary heap of accounts with places written back, over the holds of each. */
#include "records/timeouts.h"

bool quipui_timeouts_open(struct timeouts *timeouts, const struct transfers *transfers,
                          const struct accounts *accounts)
{
    timeouts->transfers = transfers;
    timeouts->accounts = accounts;
    timeouts->account_count = timeouts->hold_count = 0;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&timeouts->lock.word, LOCK_FREE);
    store_relaxed(&timeouts->earliest, NEVER);
    store_relaxed(&timeouts->rounds, 0);
    store_relaxed(&timeouts->latest, 0);
    store_relaxed(&timeouts->floor, NEVER);
    return quipui_region_open(&timeouts->heap, accounts->capacity * sizeof(struct timeout)) &&
           quipui_expiries_open(&timeouts->expired, transfers->hold_places.capacity);
}

void quipui_timeouts_close(struct timeouts *timeouts)
{
    quipui_region_close(&timeouts->heap);
    quipui_expiries_close(&timeouts->expired);
}

static struct timeout *entry_at(const struct timeouts *timeouts, uint64_t place)
{
    return (struct timeout *)(void *)timeouts->heap.base + place;
}

static struct own_timeouts *own_at(const struct timeouts *timeouts, uint64_t account)
{
    return slot_timeouts(timeouts->accounts, slot_at(timeouts->accounts, account));
}

static struct own_timeouts *own_of(const struct timeouts *timeouts, uint64_t hold, enum side side)
{
    return own_at(timeouts, hold_at(timeouts->transfers, hold)->account[side]);
}

static bool is_in(const struct timeouts *timeouts, uint64_t hold)
{
    return hold_at(timeouts->transfers, hold)->node[SIDE_DEBIT].rank != 0;
}

static void put(struct timeouts *timeouts, uint64_t place, struct timeout entry)
{
    *entry_at(timeouts, place) = entry;
    own_at(timeouts, entry.account)->heap_place = (uint32_t)place;
}

/* Move `entry` from the hole at `place` to where it belongs. */
static void settle(struct timeouts *timeouts, uint64_t place, struct timeout entry)
{
    struct timeout *heap = entry_at(timeouts, 0);

    /* Ends: each turn goes up by one level. */
    while (place > 0 && heap[(place - 1) / 2].due > entry.due) {
        put(timeouts, place, heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    /* Ends: each turn goes down by one level. */
    for (;;) {
        uint64_t child = 2 * place + 1;

        if (child + 1 < timeouts->account_count && heap[child + 1].due < heap[child].due) child++;
        if (child >= timeouts->account_count || heap[child].due >= entry.due) break;
        put(timeouts, place, heap[child]);
        place = child;
    }
    put(timeouts, place, entry);
}

/* Say when something is due next. */
static void publish(_Atomic uint64_t *earliest, uint64_t due)
{
    /* edge timeouts.earliest: release; pairs with acquire in timeouts_earliest() and
     * timeouts_due_on(). Carries the expiries of all that was due before (D2). */
    store_release(earliest, due);
}

/* Something was taken out. */
static void count_round(_Atomic uint32_t *rounds)
{
    /* relaxed: only written under the lock. */
    uint32_t count = load_relaxed(rounds);

    /* edge timeouts.rounds: release; pairs with acquire in timeouts_rounds() and
     * timeouts_rounds_of(). Carries nothing: it tells a reader that its copies may be older than
     * what it sees of `earliest` (D3). */
    store_release(rounds, count + 1);
}

/* Something that is due then will expire. */
static void raise(_Atomic uint64_t *latest, uint64_t due)
{
    /* relaxed: only written under the lock; the expiry that comes next carries it (D2). */
    if (load_relaxed(latest) < due) store_relaxed(latest, due);
}

/* The holds of an account changed: move it to its new place in the heap, or take it out. */
static void update(struct timeouts *timeouts, uint64_t account, uint64_t first)
{
    struct own_timeouts *own = own_at(timeouts, account);
    bool was_in = own->first != 0;
    uint64_t due = 0;

    own->first = first;
    if (first != 0) {
        due = hold_at(timeouts->transfers, due_hold(first))->due;
        settle(timeouts, was_in ? own->heap_place : timeouts->account_count++,
               (struct timeout){due, account});
    } else {
        struct timeout last = *entry_at(timeouts, --timeouts->account_count);

        if (last.account != account) settle(timeouts, own->heap_place, last);
    }
    publish(&own->earliest, due);
}

static void publish_first(struct timeouts *timeouts)
{
    publish(&timeouts->earliest, timeouts->account_count > 0 ? entry_at(timeouts, 0)->due : NEVER);
}

/* Room for two more accounts, or for all. The heap grows in place: nothing is copied while others
 * wait for the lock (D6). */
static bool make_room(struct timeouts *timeouts)
{
    size_t bytes = (timeouts->account_count + 2) * sizeof(struct timeout);
    size_t most = timeouts->heap.reserved_bytes;

    return region_ensure(&timeouts->heap, bytes < most ? bytes : most);
}

/* Not in line, as the straight path would have it: most holds have no time-out. */
__attribute__((noinline)) bool quipui_timeouts_add(struct timeouts *timeouts, uint64_t place,
                                                   const struct slot *debit,
                                                   const struct slot *credit, uint64_t due)
{
    struct hold *hold = hold_at(timeouts->transfers, place);
    bool grown;

    lock_take(&timeouts->lock);
    /* Each of them may expire. */
    grown =
        make_room(timeouts) && quipui_expiries_supply(&timeouts->expired, timeouts->hold_count + 1);
    if (grown) {
        hold->due = due;
        hold->account[SIDE_DEBIT] = slot_place(timeouts->accounts, debit);
        hold->account[SIDE_CREDIT] = slot_place(timeouts->accounts, credit);
        for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
            update(timeouts, hold->account[side],
                   quipui_dues_add(timeouts->transfers, own_of(timeouts, place, side)->first,
                                   due_link(place, side)));
        }
        timeouts->hold_count++;
        publish_first(timeouts);
    }
    lock_leave(&timeouts->lock);
    return grown;
}

/* As one side has it. Timestamps rise along a strand (D7), and no transfer comes between two
 * expiries of one timestamp: so one look back is enough. */
static uint64_t depth_on(const struct timeouts *timeouts, const struct knot *expiry, enum side side)
{
    uint64_t link = knot_previous(expiry, side);
    const struct hold *before;

    if (link == 0 || link_kind(link) != KNOT_EXPIRY) return 0;
    before = hold_at(timeouts->transfers, link_index(link));
    return before->expiry.timestamp == expiry->timestamp ? before->depth + 1 : 0;
}

void quipui_timeouts_list(struct timeouts *timeouts, uint64_t place)
{
    struct hold *hold = hold_at(timeouts->transfers, place);
    uint64_t debit = depth_on(timeouts, &hold->expiry, SIDE_DEBIT);
    uint64_t credit = depth_on(timeouts, &hold->expiry, SIDE_CREDIT);

    hold->depth = debit > credit ? debit : credit;
    quipui_expiries_add(&timeouts->expired, place, hold->expiry.timestamp);
}

/* What expired is listed before the words move on: a reader that finds nothing due finds it in the
 * list. */
static void take_out(struct timeouts *timeouts, uint64_t hold, bool expired)
{
    uint64_t first[2];

    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        first[side] = quipui_dues_remove(timeouts->transfers, own_of(timeouts, hold, side)->first,
                                         due_link(hold, side));
    }
    if (expired) quipui_timeouts_list(timeouts, hold);
    count_round(&timeouts->rounds);
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        count_round(&own_of(timeouts, hold, side)->rounds);
        update(timeouts, hold_at(timeouts->transfers, hold)->account[side], first[side]);
    }
    timeouts->hold_count--;
    publish_first(timeouts);
}

__attribute__((noinline)) void quipui_timeouts_remove(struct timeouts *timeouts, uint64_t hold)
{
    lock_take(&timeouts->lock);
    if (is_in(timeouts, hold)) take_out(timeouts, hold, false);
    lock_leave(&timeouts->lock);
}

uint64_t quipui_timeouts_first(const struct timeouts *timeouts, const struct slot *slot,
                               uint64_t now)
{
    const struct own_timeouts *own;
    uint64_t hold;

    if (slot != NULL) {
        own = slot_timeouts(timeouts->accounts, slot);
    } else {
        if (timeouts->account_count == 0) return NEVER;
        own = own_at(timeouts, entry_at(timeouts, 0)->account);
    }
    if (own->first == 0) return NEVER;
    hold = due_hold(own->first);
    return hold_at(timeouts->transfers, hold)->due <= now ? hold : NEVER;
}

void quipui_timeouts_begin(struct timeouts *timeouts, uint64_t hold)
{
    uint64_t due = hold_at(timeouts->transfers, hold)->due;

    raise(&timeouts->latest, due);
    raise(&own_of(timeouts, hold, SIDE_DEBIT)->latest, due);
    raise(&own_of(timeouts, hold, SIDE_CREDIT)->latest, due);
}

void quipui_timeouts_drop(struct timeouts *timeouts, uint64_t hold)
{
    /* relaxed: only the holder of the lock expires holds, so it was this thread. */
    take_out(timeouts, hold,
             load_relaxed(&hold_at(timeouts->transfers, hold)->state) == HOLD_EXPIRED);
}
