/* straight_pair.inc.h - the straight path of a chain of two plain transfers: an exchange, a fee.
 *
 * Included by straight.inc.h, whose doors and promises these are. Up to four accounts are locked.
 * Both legs are judged over values, the second over what the first has changed, and stored only if
 * both are approved. An attempt that fails is undone: both ids are free again. */

#define PAIR_LEGS 2

/* Those of leg 0, then those of leg 1, which may be of leg 0, too. */
enum { PAIR_DEBIT, PAIR_CREDIT, PAIR_SECOND_DEBIT, PAIR_SECOND_CREDIT, PAIR_ACCOUNTS };

struct straight_pair {
    struct plain legs[PAIR_LEGS];
    struct slot *slots[PAIR_ACCOUNTS];
};

/* Where the accounts of leg 1 are among the four: each is used once. */
struct pair_shape {
    unsigned debit, credit;
};

/* No account is in both legs: an exchange. A compiler that knows the shape keeps the states below
 * in registers, unless a loop stands in its way. */
static const struct pair_shape pair_apart = {PAIR_SECOND_DEBIT, PAIR_SECOND_CREDIT};

struct pair_states {
    struct account_state was[PAIR_ACCOUNTS], now[PAIR_ACCOUNTS];
};

static inline unsigned pair_place(const struct straight_pair *pair, unsigned account)
{
    if (pair->slots[account] == pair->slots[PAIR_DEBIT]) return PAIR_DEBIT;
    if (pair->slots[account] == pair->slots[PAIR_CREDIT]) return PAIR_CREDIT;
    return account;
}

static inline struct pair_shape pair_shape_of(const struct straight_pair *pair)
{
    return (struct pair_shape){pair_place(pair, PAIR_SECOND_DEBIT),
                               pair_place(pair, PAIR_SECOND_CREDIT)};
}

/* Is an account at this place? */
static inline bool pair_uses(struct pair_shape shape, unsigned account)
{
    return account < PAIR_SECOND_DEBIT || account == shape.debit || account == shape.credit;
}

/* What is known of leg `i` before it is claimed. Returns false if an account is not there. */
static inline bool pair_find(struct straight *run, size_t event, struct straight_pair *pair,
                             unsigned i)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event + i);
    struct plain *leg = &pair->legs[i];

    leg->event = &arrival->event;
    leg->timestamp = run->timestamp + event + i;
    if (!straight_find(run->store, &arrival->hashes, leg)) return false;
    pair->slots[2 * i] = leg->debit;
    pair->slots[2 * i + 1] = leg->credit;
    return true;
}

/* Leave the accounts at the places before `end`. */
static inline void pair_leave(const struct straight_pair *pair, struct pair_shape shape,
                              unsigned end)
{
    for (unsigned i = 0; i < end; i++) {
        if (pair_uses(shape, i)) straight_leave(pair->slots[i]);
    }
}

/* Lock all accounts, or none (P1). */
static inline bool pair_enter(const struct straight_pair *pair, struct pair_shape shape)
{
    for (unsigned i = 0; i < PAIR_ACCOUNTS; i++) {
        if (!pair_uses(shape, i) || straight_lock(pair->slots[i])) continue;
        pair_leave(pair, shape, i);
        return false;
    }
    return true;
}

/* Load the account at this place, if there is one. Returns false if it was touched later. */
static inline bool pair_load(const struct straight_pair *pair, struct pair_shape shape,
                             struct pair_states *states, unsigned account)
{
    if (!pair_uses(shape, account)) return true;
    straight_load(pair->slots[account], &states->was[account]);
    states->now[account] = states->was[account];
    return judge_is_later(&states->was[account], pair->legs[0].timestamp);
}

static inline enum in_place pair_judge(struct store *store, const struct straight_pair *pair,
                                       struct pair_shape shape, struct pair_states *states)
{
    struct account_state *now = states->now;

    if (!pair_load(pair, shape, states, PAIR_DEBIT) ||
        !pair_load(pair, shape, states, PAIR_CREDIT)) {
        return IN_PLACE_LATE;
    }
    if (!straight_judge(store, &pair->legs[0], NULL, &now[PAIR_DEBIT], &now[PAIR_CREDIT])) {
        return IN_PLACE_NOT;
    }
    if (!pair_load(pair, shape, states, PAIR_SECOND_DEBIT) ||
        !pair_load(pair, shape, states, PAIR_SECOND_CREDIT)) {
        return IN_PLACE_LATE;
    }
    if (!straight_judge(store, &pair->legs[1], NULL, &now[shape.debit], &now[shape.credit])) {
        return IN_PLACE_NOT;
    }
    return IN_PLACE_CREATED;
}

static inline void pair_install(struct store *store, const struct straight_pair *pair,
                                struct pair_shape shape, const struct pair_states *states)
{
    uint64_t stamp = straight_begin(store);

#pragma GCC unroll 4
    for (unsigned i = 0; i < PAIR_ACCOUNTS; i++) {
        if (!pair_uses(shape, i)) continue;
        straight_store(store, pair->slots[i], &states->was[i], &states->now[i], stamp);
    }
    straight_show(store, stamp);
#pragma GCC unroll 4
    for (unsigned i = 0; i < PAIR_ACCOUNTS; i++) {
        if (pair_uses(shape, i)) straight_done(store, pair->slots[i], &states->now[i], stamp);
    }
}

/* As straight_post(). Nothing may be due at the last leg: a chain does not straddle a due time. */
static inline enum in_place pair_post_as(struct store *store, const struct straight_pair *pair,
                                         struct pair_shape shape)
{
    struct pair_states states;
    enum in_place end = IN_PLACE_NOT;

    if (!pair_enter(pair, shape)) return end;
    if (!timeouts_due(&store->timeouts, pair->legs[PAIR_LEGS - 1].timestamp)) {
        end = pair_judge(store, pair, shape, &states);
    }
    if (end == IN_PLACE_CREATED) {
        pair_install(store, pair, shape, &states);
    } else {
        pair_leave(pair, shape, PAIR_ACCOUNTS);
    }
    return end;
}

static __attribute__((noinline, flatten)) enum in_place
pair_post_joined(struct store *store, const struct straight_pair *pair, struct pair_shape shape)
{
    return pair_post_as(store, pair, shape);
}

static inline enum in_place pair_post(struct store *store, const struct straight_pair *pair)
{
    struct pair_shape shape = pair_shape_of(pair);

    if (shape.debit == pair_apart.debit && shape.credit == pair_apart.credit) {
        return pair_post_as(store, pair, pair_apart);
    }
    return pair_post_joined(store, pair, shape);
}

/* Others have given these accounts later timestamps (P3). */
static __attribute__((noinline, cold)) enum in_place pair_late(struct straight *run, size_t event,
                                                               struct straight_pair *pair)
{
    straight_draw(run, event);
    for (uint32_t i = 0; i < PAIR_LEGS; i++) {
        struct plain *leg = &pair->legs[i];

        leg->timestamp = run->timestamp + event + i;
        transfer_at(&run->store->transfers, leg->place)->timestamp = leg->timestamp;
    }
    return pair_post(run->store, pair);
}

/* Free the ids of the first `count` legs. */
static __attribute__((noinline, cold)) enum straight_end
pair_undo(struct straight *run, size_t event, const struct straight_pair *pair, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        quipui_index_free(&run->store->transfer_ids,
                          arrival_at(run->arrivals, event + i)->hashes.id, pair->legs[i].place);
    }
    run->worker->places.next -= PAIR_LEGS;
    return STRAIGHT_UNTOUCHED;
}

/* Events `event` and the next, which is there if the run does not end before it. */
static __attribute__((noinline, flatten)) enum straight_end straight_pair(struct straight *run,
                                                                          size_t event)
{
    struct straight_pair pair;
    struct range *places = &run->worker->places; /* in a row: transfers.h, L2 */
    enum in_place end;

    if (event + 1 >= run->end || range_count(places) < PAIR_LEGS ||
        !rules_looks_ordinary_link(&arrival_at(run->arrivals, event)->event) ||
        !rules_looks_ordinary(&arrival_at(run->arrivals, event + 1)->event)) {
        return STRAIGHT_UNTOUCHED;
    }
    if (!pair_find(run, event, &pair, 0) || !pair_find(run, event, &pair, 1) ||
        !straight_ready(run->store, PAIR_ACCOUNTS)) {
        return STRAIGHT_UNTOUCHED;
    }
    places->next += PAIR_LEGS;
    for (uint32_t i = 0; i < PAIR_LEGS; i++) {
        pair.legs[i].place = places->next - PAIR_LEGS + i;
        if (!straight_claim(run->store, &arrival_at(run->arrivals, event + i)->hashes,
                            &pair.legs[i])) {
            return pair_undo(run, event, &pair, i);
        }
        straight_record(run->store, &pair.legs[i]);
    }
    end = pair_post(run->store, &pair);
    if (end == IN_PLACE_LATE) end = pair_late(run, event, &pair);
    if (end != IN_PLACE_CREATED) return pair_undo(run, event, &pair, PAIR_LEGS);
    for (uint32_t i = 0; i < PAIR_LEGS; i++)
        straight_settle(run, event + i, &pair.legs[i]);
    run->next++;
    return STRAIGHT_THROUGH;
}
