/* history.c - the transfers of an account, and its totals after each: a walk along its thread.
 *
 * The walk goes from the head, newest to oldest, as of the instant the head was read; knots do not
 * change, so it can be walked twice: oldest first, the first walk counts what will be found. */
#include <string.h>

#include "batch/read.h"

/* One knot of a walk. */
struct step_back {
    const quipu_transfer *transfer; /* NULL: the release of an expired one */
    const quipu_transfer *pending;  /* what it resolved, or NULL */
    enum side side;
};

/* Step back along *link. False: the account's creation is reached. */
static bool step_back(struct transfers *transfers, uint64_t *link, struct step_back *step)
{
    uint64_t index = link_index(*link);

    if (*link == 0) return false;
    step->side = link_side(*link);
    if (link_kind(*link) == KNOT_RELEASE) {
        step->transfer = NULL;
        step->pending = transfer_at(transfers, hold_at(transfers, index)->transfer);
    } else {
        step->transfer = transfer_at(transfers, index);
        step->pending = transfer_resolved(transfers, index);
    }
    *link = knot_previous(link_knot(transfers, *link), step->side);
    return true;
}

static bool is_wanted(const quipu_account_filter *filter, const struct step_back *step)
{
    const quipu_transfer *transfer = step->transfer;
    uint32_t side = step->side == SIDE_DEBIT ? QUIPU_FILTER_DEBITS : QUIPU_FILTER_CREDITS;

    return transfer != NULL && (filter->flags & side) != 0 &&
           transfer->timestamp >= filter->timestamp_min &&
           (filter->timestamp_max == 0 || transfer->timestamp <= filter->timestamp_max) &&
           (filter->user_data_128 == 0 || transfer->user_data_128 == filter->user_data_128) &&
           (filter->user_data_64 == 0 || transfer->user_data_64 == filter->user_data_64) &&
           (filter->user_data_32 == 0 || transfer->user_data_32 == filter->user_data_32) &&
           (filter->code == 0 || transfer->code == filter->code);
}

/* Timestamps fall along the thread: is everything from here on too old? */
static bool is_past(const quipu_account_filter *filter, const struct step_back *step)
{
    return step->transfer != NULL && step->transfer->timestamp < filter->timestamp_min;
}

static size_t count_wanted(struct transfers *transfers, uint64_t link,
                           const quipu_account_filter *filter)
{
    struct step_back step;
    size_t count = 0;

    while (step_back(transfers, &link, &step) && !is_past(filter, &step)) {
        count += is_wanted(filter, &step);
    }
    return count;
}

/* The totals of an account move by this knot: forth, or back (undone). */
static void move(struct balance *balance, const struct step_back *step, bool back)
{
    struct movement moved = {.released = step->transfer == NULL ? step->pending->amount : 0};
    bool debit = step->side == SIDE_DEBIT;
    quipu_uint128 *pending = debit ? &balance->debits_pending : &balance->credits_pending;
    quipu_uint128 *posted = debit ? &balance->debits_posted : &balance->credits_posted;

    if (step->transfer != NULL) moved = quipui_rules_movement(step->transfer, step->pending);
    *pending += back ? moved.released - moved.reserved : moved.reserved - moved.released;
    *posted += back ? 0 - moved.posted : moved.posted;
}

/* The totals at the head. Where a copy's totals and head may be of two instants, they are summed up
 * along the thread. */
static struct balance balance_at_head(struct reader *reader, const struct account_state *state)
{
    struct balance balance = {.version = state->balance.version};
    uint64_t link = state->head;
    struct step_back step;

    if (reader->protocol->versioned) return state->balance;
    while (step_back(&reader->store->transfers, &link, &step))
        move(&balance, &step, false);
    return balance;
}

/* The account's state, or false: it does not exist (*status says whether that is all). */
static bool read_account(struct reader *reader, quipu_uint128 id, struct account_state *state,
                         quipu_status *status)
{
    struct copy copy = {.slot = quipui_find_account(reader->store, id)};

    *status = QUIPU_OK;
    if (copy.slot == NULL) return false;
    if (!quipui_read(reader, &copy, 1)) {
        *status = QUIPU_NO_MEMORY;
        return false;
    }
    *state = copy.state;
    return state->balance.version != 0;
}

/* Where matches go: transfers or balances, whichever is not NULL. */
struct found {
    quipu_transfer *transfers;
    quipu_account_balance *balances;
    size_t room, count;
};

static void put(struct found *found, size_t place, const quipu_transfer *transfer,
                const struct balance *balance)
{
    if (place >= found->room) return;
    found->count++;
    if (found->transfers != NULL) {
        found->transfers[place] = *transfer;
        return;
    }
    found->balances[place] = (quipu_account_balance){
        .debits_pending = balance->debits_pending,
        .debits_posted = balance->debits_posted,
        .credits_pending = balance->credits_pending,
        .credits_posted = balance->credits_posted,
        .timestamp = transfer->timestamp,
    };
}

static void walk(struct reader *reader, const quipu_account_filter *filter,
                 const struct account_state *state, struct found *found)
{
    struct transfers *transfers = &reader->store->transfers;
    bool reversed = (filter->flags & QUIPU_FILTER_REVERSED) != 0;
    size_t all = reversed ? 0 : count_wanted(transfers, state->head, filter), seen = 0;
    struct balance balance = state->balance;
    uint64_t link = state->head;
    struct step_back step;

    if (found->balances != NULL) balance = balance_at_head(reader, state);
    while (step_back(transfers, &link, &step) && !is_past(filter, &step)) {
        if (is_wanted(filter, &step)) {
            put(found, reversed ? seen : all - 1 - seen, step.transfer, &balance);
            seen++;
            if (seen == (reversed ? found->room : all)) return;
        }
        move(&balance, &step, true);
    }
}

static quipu_status find(struct reader *reader, const quipu_account_filter *filter,
                         struct found *found, size_t capacity, size_t *count)
{
    struct account_state state;
    quipu_status status;

    found->room = filter->limit < capacity ? filter->limit : capacity;
    if (read_account(reader, filter->account_id, &state, &status)) {
        walk(reader, filter, &state, found);
    }
    *count = found->count;
    return status;
}

quipu_status quipui_get_account_transfers(struct reader *reader, const quipu_account_filter *filter,
                                          quipu_transfer *transfers, size_t capacity, size_t *count)
{
    struct found found = {.transfers = transfers};

    return find(reader, filter, &found, capacity, count);
}

quipu_status quipui_get_account_balances(struct reader *reader, const quipu_account_filter *filter,
                                         quipu_account_balance *balances, size_t capacity,
                                         size_t *count)
{
    struct found found = {.balances = balances};

    return find(reader, filter, &found, capacity, count);
}
